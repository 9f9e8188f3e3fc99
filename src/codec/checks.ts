import type { EnumDescriptor } from '../schema/descriptor.ts';
import { type StructClass, unknownKey } from '../values/classes.ts';
import { isPlain } from '../values/fields.ts';
import type { RecordPlan } from './plan.ts';

/** What both printers ask of a value in the same words. */

/** The number of an enum member given by name; what is no name is given back, for the caller to refuse. */
export function enumNumber(type: EnumDescriptor, value: string): unknown {
  return type.byName.get(value)?.value ?? value;
}

/** A number that a 4-byte float can hold: its size must fit, its precision is rounded. */
export function isFloat(value: unknown): value is number {
  return typeof value === 'number' && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value));
}

/**
 * True when what stands for a struct cannot be one: it has a key that is no field, or it is an object of
 * another kind (an array, a Map, a Date) that happens to have no keys at all. Called only when `keys`, the
 * count of its keys, is not `set`, that of the fields found set, or is 0, unless `countsLie`; an instance with
 * fields unset is the usual reason.
 */
export function isNoRecord(
  plan: RecordPlan,
  made: StructClass,
  value: object,
  keys: number,
  set: number,
): boolean {
  if (plan.type === undefined) return false;
  if (value instanceof made) {
    if (plan.form === 'exception' || (plan.form === 'struct' && keys === plan.fields.length)) return false;
    return unknownKey(plan.type, value) !== undefined;
  }
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true;
  if (keys === 0 && set === 0) return !isPlain(value);
  return unknownKey(plan.type, value) !== undefined;
}

/** Arrays answer to `length` without its being a key: with such a field the counts may agree by chance. */
export function countsLie({ fields }: RecordPlan): boolean {
  return fields.some(({ name }) => name === 'length');
}

/** An object that can stand for a map with string keys. A promise that nobody awaited has no keys either. */
export function isPlainMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && isPlain(value);
}
