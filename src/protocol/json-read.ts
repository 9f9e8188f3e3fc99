import type { DecodeError } from '../errors/decode-error.ts';
import type { ByteReader } from '../wire/reader.ts';
import { isUuid } from '../wire/uuid.ts';
import { readBool, readDouble, readI64, readInteger } from './json-numbers.ts';
import { closingQuote, readString, skipString } from './json-text.ts';
import { ascii, expect, next, peek, skipBlanks } from './json-tokens.ts';
import { jsonTypeOf } from './json-types.ts';
import type { ValueReader } from './protocol.ts';
import { fieldDepth, type WireType, wireType } from './types.ts';

/** The least bytes of an element, `,1`, and of an entry, `,1:1`: a size cannot be above bytes left / this. */
const LEAST_ELEMENT = 2;
const LEAST_ENTRY = 4;
/** In place of a type: the name is none. */
const UNKNOWN = 0;

/** Values as Apache's libraries write them, whichever; blanks may stand between any two tokens. */
export const values: ValueReader = {
  bool: readBool,
  boolField: readBool,
  i8: r => readInteger(r, 'i8'),
  i16: r => readInteger(r, 'i16'),
  i32: r => readInteger(r, 'i32'),
  i64: readI64,
  double: readDouble,
  float(r) {
    throw r.error('invalid-data', r.pos, 'the JSON protocol has no float');
  },
  string: readString,
  binary: readBase64,
  uuid(r) {
    const from = next(r);
    const text = readString(r, true);
    if (!isUuid(text)) throw notIn(r, from, 'a uuid such as 123e4567-e89b-12d3-a456-426614174000', text);
    return text.toLowerCase();
  },
  field(r) {
    if (peek(r) === ascii.closeObject) {
      r.pos++;
      return 0;
    }
    const id = readInteger(r, 'i16');
    expect(r, ascii.colon);
    expect(r, ascii.openObject);
    const at = next(r);
    const type = readType(r);
    if (type === UNKNOWN) throw noType(r, at);
    expect(r, ascii.colon);
    return (type << 16) | (id & 0xffff);
  },
  list(r, element, depth) {
    const from = r.pos;
    const { first, size } = head(r, false);
    if (size === 0 || first === element) return size;
    r.pos = from;
    skip(r, wireType.list, depth);
    return -1;
  },
  map(r, key, value, depth) {
    const from = r.pos;
    const { first, second, size } = head(r, true);
    if (size === 0 || (first === key && second === value)) return size;
    r.pos = from;
    skip(r, wireType.map, depth);
    return -1;
  },
  structBegin: r => expect(r, ascii.openObject),
  fieldEnd(r) {
    expect(r, ascii.closeObject);
    if (peek(r) === ascii.closeObject) return;
    expect(r, ascii.comma);
    if (peek(r) === ascii.closeObject)
      throw r.error('invalid-data', r.pos, 'expected a field behind the ","');
  },
  element: r => expect(r, ascii.comma),
  listEnd: r => expect(r, ascii.closeList),
  entry(r, index) {
    if (index > 0) expect(r, ascii.comma);
  },
  colon: r => expect(r, ascii.colon),
  mapEnd(r) {
    expect(r, ascii.closeObject);
    expect(r, ascii.closeList);
  },
  valueEnd(r) {
    r.pos = skipBlanks(r, r.pos);
  },
};

/** Moves over one value of a type. */
export function skip(r: ByteReader, type: number, depth: number): void {
  switch (type) {
    case wireType.bool:
      readBool(r);
      return;
    case wireType.i8:
      readInteger(r, 'i8');
      return;
    case wireType.i16:
      readInteger(r, 'i16');
      return;
    case wireType.i32:
      readInteger(r, 'i32');
      return;
    case wireType.i64:
      readI64(r);
      return;
    case wireType.double:
      readDouble(r);
      return;
    case wireType.string:
    case wireType.uuid:
      return skipString(r);
    case wireType.struct:
      checkDepth(r, depth);
      return skipStruct(r, depth);
    case wireType.list:
    case wireType.set:
      checkDepth(r, depth);
      return skipElements(r, depth);
    case wireType.map:
      checkDepth(r, depth);
      return skipEntries(r, depth);
    default:
      throw r.error('invalid-data', r.pos, `there is no JSON type with the id ${type}`);
  }
}

function skipStruct(r: ByteReader, depth: number): void {
  values.structBegin(r);
  for (let header = values.field(r, 0); header !== 0; header = values.field(r, 0)) {
    skip(r, header >>> 16, fieldDepth(header >>> 16, depth));
    values.fieldEnd(r);
  }
}

function skipElements(r: ByteReader, depth: number): void {
  const { first, size } = head(r, false);
  for (let i = 0; i < size; i++) {
    values.element(r);
    skip(r, first, depth + 1);
  }
  values.listEnd(r);
}

function skipEntries(r: ByteReader, depth: number): void {
  const { first, second, size } = head(r, true);
  for (let i = 0; i < size; i++) {
    values.entry(r, i);
    skip(r, first, depth + 1);
    values.colon(r);
    skip(r, second, depth + 1);
  }
  values.mapEnd(r);
}

function checkDepth(r: ByteReader, depth: number): void {
  if (depth > r.maxDepth) throw r.tooDeep(r.pos);
}

/** The types and the size at the head of a container, up to the elements' commas or into a map's object. */
function head(r: ByteReader, isMap: boolean): { first: number; second: number; size: number } {
  expect(r, ascii.openList);
  const at = next(r);
  const first = readType(r);
  let [second, behind]: [number, number] = [first, at];
  if (isMap) {
    expect(r, ascii.comma);
    behind = next(r);
    second = readType(r);
  }
  expect(r, ascii.comma);
  const sizeAt = next(r);
  const size = readInteger(r, 'i32');
  // An empty container may name any types, as in the other protocols.
  if (size !== 0 && first === UNKNOWN) throw noType(r, at);
  if (size !== 0 && second === UNKNOWN) throw noType(r, behind);
  if (size < 0 || size * (isMap ? LEAST_ENTRY : LEAST_ELEMENT) > r.end - r.pos)
    throw r.badSize(size, sizeAt, isMap ? 'a map' : 'a container');
  if (isMap) {
    expect(r, ascii.comma);
    expect(r, ascii.openObject);
  }
  return { first, second, size };
}

/** The type whose name stands at `r.pos`, or UNKNOWN. */
function readType(r: ByteReader): WireType | typeof UNKNOWN {
  const from = r.pos;
  skipString(r);
  // No name has more than three letters.
  return jsonTypeOf(r.bytes.toString('latin1', from + 1, Math.min(r.pos - 1, from + 5))) ?? UNKNOWN;
}

function noType(r: ByteReader, at: number): DecodeError {
  const to = closingQuote(r.bytes, at + 1, r.end);
  return notIn(r, at, 'the name of a type such as "i32"', r.bytes.toString('utf8', at + 1, to));
}

/** Base64, with padding as Python, Java and npm write it, or without as C++ does (RFC 4648, section 4). */
function readBase64(r: ByteReader): Uint8Array {
  const from = next(r);
  const text = readString(r, true);
  const isWhole = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && (text.length % 4 === 0 || !text.endsWith('='));
  if (!isWhole || text.length % 4 === 1) throw notIn(r, from, 'base64', text);
  // A buffer of its own: small ones would share theirs.
  const bytes = new Uint8Array(Buffer.byteLength(text, 'base64'));
  bytes.set(Buffer.from(text, 'base64'));
  return bytes;
}

function notIn(r: ByteReader, at: number, wanted: string, text: string): DecodeError {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return r.error('invalid-data', at, `expected ${wanted}, got ${shown}`);
}
