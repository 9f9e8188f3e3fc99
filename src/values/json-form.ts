import { ValueError } from '../errors/value-error.ts';
import { isRecord, resolve, type StructDescriptor, type TypeDescriptor } from '../schema/descriptor.ts';
import { depthIn, readField, setOwn } from './fields.ts';
import { fromLiteral, objectOf } from './literals.ts';

/** What `JSON.stringify` writes as it is, and `JSON.parse` gives back. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Deeper than any limit on messages would let a value be: it contains itself. */
export const MAX_DEPTH = 500;

/**
 * A value by field names, what is unset left out: i64 beyond 2^53-1 as decimal text, binary as base64; NaN, the
 * infinities and -0 as text, since JSON has the first three not and `JSON.stringify` drops the sign of the last; an
 * enum by its member's name; a set as an array; a map as an object where its keys are scalars, else as an array of
 * pairs. An undefined field with a default is the default, as on the wire.
 *
 * Checks nothing, because instances that are not filled in yet are printed and logged, too: what does not fit its
 * type is given as it is. Throws a ValueError for a value that contains itself.
 */
export function jsonOf(
  declared: TypeDescriptor,
  value: unknown,
  maxDepth: number = MAX_DEPTH,
  depth = 0,
): JsonValue {
  const type = resolve(declared);
  const element = (of: TypeDescriptor, member: unknown): JsonValue => jsonOf(of, member, maxDepth, depth + 1);
  switch (type.kind) {
    case 'i64':
      return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : plain(value);
    case 'float':
    case 'double':
      return typeof value === 'number' ? ofDouble(value) : plain(value);
    case 'uuid':
      return typeof value === 'string' ? value.toLowerCase() : plain(value);
    case 'enum': {
      const number = typeof value === 'string' ? type.byName.get(value)?.value : value;
      return type.byValue.get(number as number)?.name ?? plain(value);
    }
    case 'binary':
      return value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : plain(value);
    case 'list':
    case 'set':
      if (!(Array.isArray(value) || value instanceof Set)) return plain(value);
      descend(type, depth, maxDepth);
      return Array.from(value as Iterable<unknown>, member => element(type.element, member));
    case 'map': {
      if (typeof value !== 'object' || value === null) return plain(value);
      descend(type, depth, maxDepth);
      const entries = value instanceof Map ? [...value] : Object.entries(value);
      if (!isKeyText(type.key))
        return entries.map(([k, v]) => [element(type.key, k), element(type.value, v)]);
      const object = {};
      for (const [k, v] of entries) setOwn(object, String(element(type.key, k)), element(type.value, v));
      return object;
    }
    case 'struct':
    case 'union':
    case 'exception':
      if (typeof value !== 'object' || value === null) return plain(value);
      return ofRecord(type, value, maxDepth, depth);
    default:
      return plain(value);
  }
}

/** True where a map's keys are told by a text each, so that the map is an object; others make it pairs. */
export function isKeyText(type: TypeDescriptor): boolean {
  const key = resolve(type);
  return !isRecord(key) && key.kind !== 'list' && key.kind !== 'set' && key.kind !== 'map';
}

function ofRecord(type: StructDescriptor, value: object, maxDepth: number, depth: number): JsonValue {
  descend(type, depth, maxDepth);
  const object = {};
  for (const field of type.fields) {
    let member = readField(type, value, field);
    if (member === undefined && field.defaultValue !== undefined && type.kind !== 'union')
      member = fromLiteral(field.defaultValue, (_, fields) => objectOf(fields));
    if (member === undefined || member === null) continue;
    const inner = depthIn(resolve(field.type), depth);
    setOwn(object, field.name, jsonOf(field.type, member, maxDepth, inner));
  }
  return object;
}

function ofDouble(value: number): JsonValue {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

/** A value that is its own form in JSON. Of those that are not, only a bigint would make `JSON.stringify` throw. */
function plain(value: unknown): JsonValue {
  return typeof value === 'bigint' ? String(value) : (value as JsonValue);
}

function descend(type: TypeDescriptor, depth: number, maxDepth: number): void {
  if (depth > maxDepth)
    throw new ValueError(
      'too-deep',
      String(type),
      `nested deeper than ${maxDepth}: the value contains itself`,
    );
}
