import type { DecodeError } from '../errors/decode-error.ts';
import type { FieldDescriptor, StructDescriptor } from '../schema/descriptor.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ContainerDescriptor } from './plan.ts';

/** What both printers' decoders complain of. The caller throws. */

/** A struct ended without a field that its type requires. */
export function missingField(r: ByteReader, field: FieldDescriptor): DecodeError {
  return r.error(
    'missing-field',
    r.pos - 1,
    `the required field "${field.name}" (id ${field.id}) is missing`,
  );
}

/** A union came with more than one member. */
export function secondMember(r: ByteReader, type: StructDescriptor, position: number): DecodeError {
  return r.error('union-member', position - 1, `${type} is a union and came with more than one member`);
}

/** An i64 that a JavaScript number cannot hold exactly. */
export function unsafeInteger(r: ByteReader, position: number, value: bigint): DecodeError {
  return r.error('unsafe-integer', position, `i64 ${value} is beyond 2^53-1; load it as bigint`);
}

/** A container inside a container has elements of another type: nothing can stand in its place. */
export function mistypedElements(
  r: ByteReader,
  type: ContainerDescriptor | StructDescriptor,
  position: number,
): DecodeError {
  return r.error('invalid-data', position - 1, `expected ${type}, the elements have another type`);
}
