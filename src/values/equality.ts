import { inspect } from 'node:util';
import { ValueError } from '../errors/value-error.ts';
import { resolve, type StructDescriptor, type TypeDescriptor } from '../schema/descriptor.ts';
import { constantValue } from './classes.ts';
import { isPlain, readField } from './fields.ts';

/** Values nested deeper than any limit on messages would let them be are circular. */
const MAX_DEPTH = 500;

/**
 * One text for all values of a type that are the same to Thrift: bigint or number, enum name or number, array
 * or Set, instance or plain object, unset or default; the order of a set or map does not count, nor the sign
 * of zero, and NaN is itself.
 */
export function canonical(declared: TypeDescriptor, value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH)
    throw new ValueError('too-deep', String(declared), 'the value contains itself, or might as well');
  const type = resolve(declared);
  switch (type.kind) {
    case 'i64':
      return typeof value === 'bigint' || Number.isInteger(value) ? String(value) : other(value);
    case 'float':
      return scalar(typeof value === 'number' ? Math.fround(value) : value);
    case 'enum':
      return typeof value === 'string'
        ? String(type.byName.get(value)?.value ?? other(value))
        : scalar(value);
    case 'string':
      return typeof value === 'string' ? JSON.stringify(value) : other(value);
    case 'uuid':
      return typeof value === 'string' ? value.toLowerCase() : other(value);
    case 'binary':
      return value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
        : other(value);
    case 'list':
      return Array.isArray(value)
        ? `[${value.map(element => canonical(type.element, element, depth + 1)).join()}]`
        : other(value);
    case 'set':
      if (!Array.isArray(value) && !(value instanceof Set)) return other(value);
      return `{${Array.from(value as Iterable<unknown>, element =>
        canonical(type.element, element, depth + 1),
      )
        .sort()
        .join()}}`;
    case 'map': {
      if (typeof value !== 'object' || value === null) return other(value);
      if (!(value instanceof Map || isPlain(value))) return other(value);
      const entries = value instanceof Map ? [...value] : Object.entries(value);
      const pair = ([key, member]: [unknown, unknown]): string =>
        `${canonical(type.key, key, depth + 1)}:${canonical(type.value, member, depth + 1)}`;
      return `{${entries.map(pair).sort().join()}}`;
    }
    case 'struct':
    case 'union':
    case 'exception':
      return typeof value === 'object' && value !== null ? canonicalStruct(type, value, depth) : other(value);
    default:
      return scalar(value);
  }
}

function canonicalStruct(type: StructDescriptor, value: object, depth: number): string {
  let text = '(';
  for (const field of type.fields) {
    let member = readField(type, value, field);
    if (member === undefined && field.defaultValue !== undefined && type.kind !== 'union')
      member = constantValue(field.defaultValue);
    if (member !== undefined && member !== null)
      text += `${field.id}:${canonical(field.type, member, depth + 1)};`;
  }
  return `${text})`;
}

/** `-0` prints as `0`. */
function scalar(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : other(value);
}

/** A value of another type is equal to nothing of this one. */
function other(value: unknown): string {
  return `!${inspect(value)}`;
}

/** Types whose values JavaScript's own `Set` and `Map` tell apart as Thrift does. */
export function isOwnIdentity(type: TypeDescriptor): boolean {
  return ['bool', 'i8', 'i16', 'i32', 'double', 'string'].includes(resolve(type).kind);
}

/** True when a list or set of elements holds two that are the same to Thrift. */
export function hasDuplicates(
  element: TypeDescriptor,
  values: ReadonlySet<unknown> | readonly unknown[],
): boolean {
  const size = Array.isArray(values) ? values.length : (values as ReadonlySet<unknown>).size;
  if (size < 2) return false;
  if (isOwnIdentity(element)) return Array.isArray(values) && new Set(values).size < size;
  // A Set of bigints alone, the usual case, cannot hold one twice.
  if (
    values instanceof Set &&
    resolve(element).kind === 'i64' &&
    every(values, value => typeof value === 'bigint')
  )
    return false;
  const seen = new Set<string>();
  for (const value of values) seen.add(canonical(element, value));
  return seen.size < size;
}

function every(values: Iterable<unknown>, holds: (value: unknown) => boolean): boolean {
  for (const value of values) if (!holds(value)) return false;
  return true;
}
