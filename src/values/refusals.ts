import { inspect } from 'node:util';
import { ValueError } from '../errors/value-error.ts';
import type {
  FieldDescriptor,
  ResolvedType,
  StructDescriptor,
  TypeDescriptor,
} from '../schema/descriptor.ts';

/** Why a value does not fit its type: encoders and readers of JSON say it alike. */

/** Longer texts are cut in messages. */
const longest = 60;

/** `form`: what stands for such a value, where that is not plain from the type. */
export function mistyped(type: ResolvedType, value: unknown, form?: string): string {
  return `expected ${type}${form === undefined ? '' : ` (${form})`}, got ${show(value)}`;
}

export function unsetElement(type: TypeDescriptor, value: null | undefined): string {
  return `expected ${type}, got ${value}: a container cannot hold what is unset`;
}

export function twoEqual(type: ResolvedType, what: 'elements' | 'keys'): string {
  return `${type} holds two ${what} that are equal`;
}

/** `set`: the members that a value of a union has, which are not one. */
export function memberCount(type: StructDescriptor, set: readonly FieldDescriptor[]): string {
  const got = set.length === 0 ? 'none' : set.map(field => field.name).join(' and ');
  return `union ${type} takes exactly one of its members, got ${got}`;
}

export function tooDeep(maxDepth: number): string {
  return `nested deeper than ${maxDepth} (limits.depth), or the value contains itself`;
}

/** The error about a required field that is unset. */
export function missing(path: string, field: FieldDescriptor, note = ''): ValueError {
  return new ValueError(
    'missing-field',
    path,
    `the required field "${field.name}" (${field.type}) is not set${note}`,
  );
}

/** `string "oops"`, `number 1.7`, `null`, `array [ 1, 2 ]`: short, whatever it is. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `string ${JSON.stringify(shorten(value))}`;
  const text = inspect(value, {
    depth: 0,
    breakLength: Number.POSITIVE_INFINITY,
    maxArrayLength: 3,
    maxStringLength: 40,
  });
  const kind = typeof value === 'object' ? (Array.isArray(value) ? 'array' : 'object') : typeof value;
  return `${kind} ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
}

/** A map's key as it stands in a path: `"k"`, `5`. */
export function keyText(key: unknown): string {
  return typeof key === 'string'
    ? JSON.stringify(shorten(key))
    : inspect(key, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
}

/** A name of anybody's making, for a message. */
export function shorten(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
