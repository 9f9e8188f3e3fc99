import { type ByteWriter, REFUSED } from '../wire/writer.ts';
import { writeBare, writeQuoted, writeString } from './json-text.ts';
import { ascii } from './json-tokens.ts';
import { jsonNameOf } from './json-types.ts';
import type { LeafWriter, ValueWriter } from './protocol.ts';
import { type WireType, wireType } from './types.ts';

const leaves: LeafWriter = {
  bool: (w, at, value) => mark(w, at, value ? 0x31 : 0x30),
  i8: writeNumber,
  i16: writeNumber,
  i32: writeNumber,
  i64: writeNumber,
  float() {
    throw REFUSED;
  },
  // JSON has no NaN and no infinity: they stand in quotes, as C++ and Java write them.
  double: (w, at, value) => (Number.isFinite(value) ? writeBare : writeQuoted)(w, at, doubleText(value)),
  string: writeString,
  // Padded: every peer reads that, though C++ does not write it.
  binary: (w, at, value) => writeQuoted(w, at, base64(value)),
  uuid: (w, at, value) => writeQuoted(w, at, value.toLowerCase()),
};

/** Leaves as keys of a map: what is no string stands in quotes. */
export const keys: LeafWriter = {
  ...leaves,
  bool: (w, at, value) => writeQuoted(w, at, value ? '1' : '0'),
  i8: writeNumberKey,
  i16: writeNumberKey,
  i32: writeNumberKey,
  i64: writeNumberKey,
  double: (w, at, value) => writeQuoted(w, at, doubleText(value)),
};

/** Values, with no blanks between tokens: most readers take none. */
export const values: ValueWriter = {
  ...leaves,
  field: writeField,
  boolField: (w, at, value, id) => leaves.bool(w, writeField(w, at, wireType.bool, id), value),
  stop: (w, at) => mark(w, at, ascii.closeObject),
  list: (w, at, element, size) => writeBare(w, at, `["${nameOf(element)}",${size}`),
  map: (w, at, key, value, size) => writeBare(w, at, `["${nameOf(key)}","${nameOf(value)}",${size},{`),
  structBegin: (w, at) => mark(w, at, ascii.openObject),
  fieldEnd: (w, at) => mark(w, at, ascii.closeObject),
  element: (w, at) => mark(w, at, ascii.comma),
  listEnd: (w, at) => mark(w, at, ascii.closeList),
  entry: (w, at, index) => (index === 0 ? at : mark(w, at, ascii.comma)),
  colon: (w, at) => mark(w, at, ascii.colon),
  mapEnd: (w, at) => writeBare(w, at, '}]'),
};

/** The id, and the type as the key of an object that `fieldEnd` closes. */
function writeField(w: ByteWriter, at: number, type: WireType, id: number): number {
  // Only the first field stands right behind a brace.
  const comma = w.bytes[at - 1] === ascii.openObject ? '' : ',';
  return writeBare(w, at, `${comma}"${id}":{"${nameOf(type)}":`);
}

function writeNumber(w: ByteWriter, at: number, value: number | bigint): number {
  return writeBare(w, at, String(value));
}

function writeNumberKey(w: ByteWriter, at: number, value: number | bigint): number {
  return writeQuoted(w, at, String(value));
}

/** The shortest that reads back as the same number. */
function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

/** The name of a type; a type that has none cannot be written. */
function nameOf(type: WireType): string {
  const name = jsonNameOf(type);
  if (name === undefined) throw REFUSED;
  return name;
}

function mark(w: ByteWriter, at: number, byte: number): number {
  if (at + 1 > w.size) w.grow(at, 1);
  w.bytes[at] = byte;
  return at + 1;
}
