import { ValueError } from '../errors/value-error.ts';
import { resolve } from '../schema/descriptor.ts';
import { typeOfInstance } from './classes.ts';
import { toPlain } from './convert.ts';
import { canonical } from './equality.ts';
import { descriptorOf, type TypeLike } from './module.ts';

/**
 * True when two values are the same to Thrift: bigint or number, enum name or number, array or Set, instance
 * or plain object, unset or default; sets and maps whatever their order.
 */
export function equals(type: TypeLike, a: unknown, b: unknown): boolean {
  const descriptor = descriptorOf(type);
  return a === b || canonical(descriptor, a) === canonical(descriptor, b);
}

/** `map.get(key)` by value, for a map whose keys are structs, bytes or containers. Linear in the map's size. */
export function mapGet<K, V>(type: TypeLike, map: ReadonlyMap<K, V>, key: NoInfer<K>): V | undefined {
  if (map.has(key)) return map.get(key);
  const descriptor = resolve(descriptorOf(type));
  if (descriptor.kind !== 'map')
    throw new ValueError('wrong-type', String(descriptor), 'mapGet expects the type of a map');
  const wanted = canonical(descriptor.key, key);
  for (const [candidate, value] of map) if (canonical(descriptor.key, candidate) === wanted) return value;
  return undefined;
}

/** `set.has(value)` by value, for a set of structs, bytes or containers. Linear in the set's size. */
export function setHas<T>(type: TypeLike, set: ReadonlySet<T>, value: NoInfer<T>): boolean {
  if (set.has(value)) return true;
  const descriptor = resolve(descriptorOf(type));
  if (descriptor.kind !== 'set')
    throw new ValueError('wrong-type', String(descriptor), 'setHas expects the type of a set');
  const wanted = canonical(descriptor.element, value);
  for (const candidate of set) if (canonical(descriptor.element, candidate) === wanted) return true;
  return false;
}

/** A copy of an instance made of plain objects, arrays, sets and maps, without what is unset. */
export function toObject<T extends object>(value: T): Partial<T> {
  const type = typeOfInstance(value);
  if (type === undefined) throw new TypeError('toObject: expected an instance of a loaded class');
  return toPlain(type, value) as Partial<T>;
}
