import thrift from 'thrift';
import { binary } from '../protocol/binary.ts';
import { type WireType, wireType } from '../protocol/types.ts';
import { type FieldDescriptor, resolve, type TypeDescriptor } from '../schema/descriptor.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ApacheProtocol } from './protocol.ts';

/** Fields by id under one name: a struct, or the arguments or the result of a method. */
export interface Shape {
  readonly name: string;
  readonly byId: ReadonlyMap<number, FieldDescriptor>;
}

const { read } = binary;

/** Writes a record that stands in our binary form at `r.pos` through one of npm's protocols. */
export function pour(output: ApacheProtocol, shape: Shape, r: ByteReader): void {
  output.writeStructBegin(shape.name);
  for (let header = read.field(r, 0); header !== 0; header = read.field(r, 0)) {
    const [type, id] = [header >>> 16, (header << 16) >> 16];
    const field = shape.byId.get(id)!;
    output.writeFieldBegin(field.name, type, id);
    pourValue(output, type, field.type, r);
    output.writeFieldEnd();
  }
  output.writeFieldStop();
  output.writeStructEnd();
}

function pourValue(output: ApacheProtocol, wire: number, declared: TypeDescriptor, r: ByteReader): void {
  const type = resolve(declared);
  switch (wire) {
    case wireType.bool:
      return output.writeBool(read.bool(r));
    case wireType.i8:
      return output.writeByte(read.i8(r));
    case wireType.i16:
      return output.writeI16(read.i16(r));
    case wireType.i32:
      return output.writeI32(read.i32(r));
    case wireType.i64: {
      // Its protocols write the whole buffer, and keep it until they flush.
      const bytes = Buffer.from(r.bytes.subarray(r.pos, r.pos + 8));
      r.pos += 8;
      return output.writeI64(new thrift.Int64(bytes) as never);
    }
    case wireType.double:
      return output.writeDouble(read.double(r));
    case wireType.uuid: {
      if (output.writeUuid === undefined)
        throw new TypeError('this protocol has no uuid; those of thrift 0.24 have');
      return output.writeUuid(read.uuid(r));
    }
    case wireType.string:
      // Its transports copy with Buffer's own methods.
      if (type.kind === 'binary') return output.writeBinary(Buffer.from(read.binary(r)));
      return output.writeString(read.string(r, false));
  }
  switch (type.kind) {
    case 'list':
    case 'set': {
      const element = r.bytes[r.pos] as WireType;
      const size = read.list(r, element, 0);
      if (type.kind === 'list') output.writeListBegin(element, size);
      else output.writeSetBegin(element, size);
      for (let i = 0; i < size; i++) pourValue(output, element, type.element, r);
      return type.kind === 'list' ? output.writeListEnd() : output.writeSetEnd();
    }
    case 'map': {
      const [key, value] = [r.bytes[r.pos] as WireType, r.bytes[r.pos + 1] as WireType];
      const size = read.map(r, key, value, 0);
      output.writeMapBegin(key, value, size);
      for (let i = 0; i < size; i++) {
        pourValue(output, key, type.key, r);
        pourValue(output, value, type.value, r);
      }
      return output.writeMapEnd();
    }
    case 'struct':
    case 'union':
    case 'exception':
      return pour(output, type, r);
  }
}
