import type { IToken } from 'chevrotain';
import { clip } from './literals.ts';

/** Words of old compilers, of other languages and of other IDLs where a definition should begin. */
const definitionHints: ReadonlyMap<string, string> = new Map([
  ['senum', 'senum is gone from Thrift: use an enum, or a typedef of string'],
  ['py_module', 'write: namespace py …'],
  ['java_package', 'write: namespace java …'],
  ['perl_package', 'write: namespace perl …'],
  ['cocoa_prefix', 'write: namespace cocoa …'],
  ['ruby_namespace', 'write: namespace rb …'],
  ['smalltalk_category', 'write: namespace st.category …'],
  ['smalltalk_prefix', 'write: namespace st …'],
  ['import', 'write: include "file.thrift"'],
  ['message', 'Thrift calls it a struct'],
  ['class', 'Thrift calls it a struct'],
  ['interface', 'Thrift calls it a service'],
  ['type', 'Thrift calls it a typedef'],
]);

/** Type words of other languages and of old compilers, and what Thrift has for them. */
const foreignTypes: ReadonlyMap<string, string> = new Map([
  ...['int', 'integer', 'Int', 'Integer', 'int32', 'sint32', 'Int32'].map(word => [word, 'i32'] as const),
  ...['uint', 'uint32', 'u32', 'UInt32'].map(word => [word, 'i64'] as const),
  ...['long', 'Long', 'int64', 'sint64', 'Int64', 'uint64', 'u64'].map(word => [word, 'i64'] as const),
  ...['short', 'Short', 'int16', 'Int16'].map(word => [word, 'i16'] as const),
  ...['uint16', 'u16'].map(word => [word, 'i32'] as const),
  ...['int8', 'char', 'Byte'].map(word => [word, 'i8'] as const),
  ...['uint8', 'u8'].map(word => [word, 'i16'] as const),
  ...['str', 'String', 'text', 'slist'].map(word => [word, 'string'] as const),
  ...['bytes', 'Buffer', 'blob', 'Binary'].map(word => [word, 'binary'] as const),
  ...['boolean', 'Bool', 'Boolean'].map(word => [word, 'bool'] as const),
  ...['float32', 'float64', 'f32', 'f64', 'number', 'Double'].map(word => [word, 'double'] as const),
  ...['array', 'vector', 'List'].map(word => [word, 'list'] as const),
  ...['dict', 'hash', 'Map'].map(word => [word, 'map'] as const),
  ...['Set'].map(word => [word, 'set'] as const),
  ...['UUID', 'guid'].map(word => [word, 'uuid'] as const),
]);

/** The Thrift type that somebody who wrote `name` is likely to mean: `i32` for `int`. */
export function likelyType(name: string): string | undefined {
  return foreignTypes.get(name);
}

/** True for a word that looks like the beginning of a definition, but is none in Thrift. */
export function isForeign(word: string): boolean {
  return definitionHints.has(word) || oldNamespace.test(word);
}

const oldNamespace = /^(\w+)_namespace$/;

/** What to try where `expected` was expected and `found` was found; undefined where nothing is known to help. */
export function hintFor(expected: string, found: IToken, previous: IToken | undefined): string | undefined {
  const { image } = found;
  if (expected.startsWith('a definition')) {
    const scope = oldNamespace.exec(image)?.[1];
    if (scope !== undefined) return `write: namespace ${scope} …`;
    return image === '}' ? 'no "{" is open here' : definitionHints.get(image);
  }
  if (image === ':' && expected.startsWith('a field name'))
    return 'the type stands before the name: 1: type name';
  if (image === 'extends') return 'only a service can extend another';
  if (/^[,;]/.test(image) && /^[,;]/.test(previous?.image ?? '')) return 'one separator is enough';
  if (expected.startsWith('a path') && /^\w/.test(image)) return `write: include "${clip(image)}"`;
  if (expected === 'an integer') return 'only a literal integer can stand here';
  if (expected.startsWith('a field name') && previous !== undefined && /^\w/.test(previous.image)) {
    return `a field is written: 1: type name; "${clip(previous.image)}" is read as the type`;
  }
  return undefined;
}

/** What to do about `unsigned`. */
export const unsignedHint = 'Thrift has no unsigned types: take the next larger one';
