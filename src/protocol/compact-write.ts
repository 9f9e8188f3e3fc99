import { putBytes } from '../wire/copy.ts';
import { writeUuid } from '../wire/uuid.ts';
import { writeText } from '../wire/write-text.ts';
import { type ByteWriter, REFUSED, room } from '../wire/writer.ts';
import { compactType, compactTypeOf } from './compact-types.ts';
import type { ValueWriter } from './protocol.ts';
import { noPunctuation } from './punctuation.ts';
import type { WireType } from './types.ts';
import { MAX_VARINT_32, MAX_VARINT_64, writeVarint, writeZigzag, writeZigzag64 } from './varint.ts';

/** The compact id of a type; a type that has none cannot be written. */
function idOf(type: WireType): number {
  const id = compactTypeOf(type);
  if (id === undefined) throw REFUSED;
  return id;
}

function writeFieldHeader(w: ByteWriter, at: number, id: number, last: number, type: number): number {
  room(w, at, 1 + MAX_VARINT_32);
  const delta = id - last;
  if (delta > 0 && delta <= 15) {
    w.bytes[at] = (delta << 4) | type;
    return at + 1;
  }
  w.bytes[at] = type;
  return writeZigzag(w, at + 1, id);
}

/**
 * Length and text, with room for `reserve` bytes behind; a text of up to 42 units has a length of one byte whatever its
 * characters.
 */
export function writeCompactText(w: ByteWriter, at: number, text: string, reserve: number): number {
  if (text.length <= 42) {
    const end = writeText(w, at + 1, text, reserve);
    w.bytes[at] = end - at - 1;
    return end;
  }
  room(w, at, MAX_VARINT_32);
  return writeText(w, writeVarint(w, at, Buffer.byteLength(text)), text, reserve);
}

/** Values as they stand in the compact protocol. */
export const values: ValueWriter = {
  ...noPunctuation.write,
  bool(w, at, value) {
    room(w, at, 1);
    w.bytes[at] = value ? compactType.true : compactType.false;
    return at + 1;
  },
  i8(w, at, value) {
    room(w, at, 1);
    w.view.setInt8(at, value);
    return at + 1;
  },
  i16(w, at, value) {
    room(w, at, MAX_VARINT_32);
    return writeZigzag(w, at, value);
  },
  i32(w, at, value) {
    room(w, at, MAX_VARINT_32);
    return writeZigzag(w, at, value);
  },
  i64(w, at, value) {
    room(w, at, MAX_VARINT_64);
    return writeZigzag64(w, at, value);
  },
  float() {
    throw REFUSED;
  },
  double(w, at, value) {
    room(w, at, 8);
    w.view.setFloat64(at, value, true);
    return at + 8;
  },
  string: (w, at, text) => writeCompactText(w, at, text, 0),
  binary(w, at, value) {
    room(w, at, MAX_VARINT_32 + value.length);
    const from = writeVarint(w, at, value.length);
    putBytes(w.bytes, from, value);
    return from + value.length;
  },
  uuid(w, at, value) {
    room(w, at, 16);
    return writeUuid(w, at, value);
  },
  field: (w, at, type, id, last) => writeFieldHeader(w, at, id, last, idOf(type)),
  boolField: (w, at, value, id, last) =>
    writeFieldHeader(w, at, id, last, value ? compactType.true : compactType.false),
  stop(w, at) {
    room(w, at, 1);
    w.bytes[at] = 0;
    return at + 1;
  },
  list(w, at, element, size) {
    room(w, at, 1 + MAX_VARINT_32);
    if (size <= 14) {
      w.bytes[at] = (size << 4) | idOf(element);
      return at + 1;
    }
    w.bytes[at] = 0xf0 | idOf(element);
    return writeVarint(w, at + 1, size);
  },
  map(w, at, key, value, size) {
    room(w, at, 1 + MAX_VARINT_32);
    const end = writeVarint(w, at, size);
    if (size === 0) return end;
    w.bytes[end] = (idOf(key) << 4) | idOf(value);
    return end + 1;
  },
};
