import type { EnumDescriptor } from '../schema/descriptor.ts';

/** `Category.MYSTERY === 1`, `Category[1] === 'MYSTERY'`; only the names are enumerable. */
export type EnumObject = Readonly<Record<string, number | string>>;

const objects = new WeakMap<EnumDescriptor, EnumObject>();
const types = new WeakMap<object, EnumDescriptor>();

/** The frozen object of an enum's members. One for each descriptor. */
export function enumObjectOf(type: EnumDescriptor): EnumObject {
  let made = objects.get(type);
  if (made === undefined) {
    const object = Object.create(null) as Record<string, number>;
    for (const [value, member] of type.byValue) Object.defineProperty(object, value, { value: member.name });
    for (const member of type.members) object[member.name] = member.value;
    made = Object.freeze(object);
    objects.set(type, made);
    types.set(made, type);
  }
  return made;
}

/** The descriptor of a loaded enum. */
export function typeOfEnum(made: object): EnumDescriptor | undefined {
  return types.get(made);
}
