import {
  type FieldDescriptor,
  isRecord,
  type ResolvedType,
  resolve,
  type StructDescriptor,
} from '../schema/descriptor.ts';

/**
 * Where an exception's field cannot be a property of its own name: what JavaScript expects there is something
 * else. Such a field lives in the property `fields`.
 */
export function isSetAside(type: StructDescriptor, field: FieldDescriptor): boolean {
  if (type.kind !== 'exception') return false;
  if (field.name === 'message') return resolve(field.type).kind !== 'string';
  return ['name', 'stack', 'cause', 'fields'].includes(field.name);
}

/** Names that an object answers to without having them: only an own property of that name is a field. */
export function isInherited(type: StructDescriptor | undefined, name: string): boolean {
  return name in Object.prototype || name === 'toJSON' || (type?.kind === 'exception' && name === 'message');
}

/** A field of an instance or a plain object; undefined and null both mean unset. */
export function readField(type: StructDescriptor, value: object, field: FieldDescriptor): unknown {
  let holder = value as Record<string, unknown>;
  if (isSetAside(type, field) && value instanceof Error) {
    holder = holder.fields as Record<string, unknown>;
    if (typeof holder !== 'object' || holder === null) return undefined;
  }
  if (isInherited(type, field.name) && !Object.hasOwn(holder, field.name)) return undefined;
  return holder[field.name];
}

/** An object of no class: a literal, also of another realm, or one without a prototype. */
export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Sets an own property whatever its name: plain assignment to `__proto__` would do something else. */
export function setOwn(target: object, name: string, value: unknown): void {
  if (name === '__proto__' || name === 'message') {
    Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
  } else (target as Record<string, unknown>)[name] = value;
}

/** How deep a field's value lies in a struct at `depth`: a struct one deeper, a container no deeper than its owner. */
export function depthIn(type: ResolvedType, depth: number): number {
  return isRecord(type) ? depth + 1 : depth;
}
