import type { FieldDescriptor, StructDescriptor } from '../schema/descriptor.ts';
import { classOf, unknownField } from './classes.ts';
import { isSetAside, setOwn } from './fields.ts';
import { makerOf } from './maker.ts';

/** A decoded struct: every field an own property, in declaration order. `values` stand in the same order. */
export function structOf(type: StructDescriptor, values: readonly unknown[]): object {
  return new (makerOf(type, classOf(type).prototype))(values);
}

/** A decoded union with its one member. */
export function unionOf(type: StructDescriptor, member: FieldDescriptor, value: unknown): object {
  const instance = Object.create(classOf(type).prototype) as object;
  setOwn(instance, member.name, value);
  return instance;
}

/** A decoded union whose member is newer than this schema, or that came without one (`id` undefined). */
export function emptyUnionOf(type: StructDescriptor, id: number | undefined): object {
  const instance = Object.create(classOf(type).prototype) as object;
  if (id !== undefined) Object.defineProperty(instance, unknownField, { value: id });
  return instance;
}

/** A decoded exception. It captures no stack: where it was decoded tells nobody anything. */
export function exceptionOf(type: StructDescriptor, values: readonly unknown[]): object {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const init = Object.create(null) as object;
    // null, not undefined: the decoder has put the defaults in already.
    type.fields.forEach((field, index) => {
      setOwn(init, field.name, values[index] ?? null);
    });
    const instance = new (classOf(type))(init as never);
    type.fields.forEach((field, index) => {
      if (values[index] === undefined && field.name !== 'message') {
        setOwn(
          isSetAside(type, field) ? (instance as { fields: object }).fields : instance,
          field.name,
          undefined,
        );
      }
    });
    return instance;
  } finally {
    Error.stackTraceLimit = limit;
  }
}
