import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { readUuid } from '../wire/uuid.ts';
import { compactType, leastCompactSize, wireTypeOf } from './compact-types.ts';
import type { ValueReader } from './protocol.ts';
import { noPunctuation } from './punctuation.ts';
import { fieldDepth, wireType } from './types.ts';
import { readVarint, readZigzag, readZigzag16, readZigzag64, skipVarint } from './varint.ts';

/** Moves over one value of a type. */
export function skip(r: ByteReader, type: number, depth: number): void {
  if (canNest(type) && depth > r.maxDepth) throw r.tooDeep(r.pos);
  switch (type) {
    case wireType.bool:
    case wireType.i8:
      take(r, 1);
      return;
    case wireType.i16:
    case wireType.i32:
    case wireType.i64:
      return skipVarint(r);
    case wireType.double:
      take(r, 8);
      return;
    case wireType.uuid:
      take(r, 16);
      return;
    case wireType.string:
      take(r, lengthAt(r, 'a string'));
      return;
    case wireType.struct: {
      for (let header = values.field(r, 0); header !== 0; header = values.field(r, (header << 16) >> 16)) {
        skipField(r, header >>> 16, fieldDepth(header >>> 16, depth));
      }
      return;
    }
    case wireType.list:
    case wireType.set: {
      const { type: element, size } = listHead(r);
      for (let i = 0; i < size; i++) skip(r, element, depth + 1);
      return;
    }
    case wireType.map: {
      const { key, value, size } = mapHead(r);
      for (let i = 0; i < size; i++) {
        skip(r, key, depth + 1);
        skip(r, value, depth + 1);
      }
      return;
    }
    default:
      throw r.error('invalid-data', r.pos, `there is no type with the id ${type}`);
  }
}

/** The same for the field whose header was read last: of a bool the header is all there is. */
export function skipField(r: ByteReader, type: number, depth: number): void {
  if (type !== wireType.bool) skip(r, type, depth);
}

/** Only what can nest counts as depth, as in the binary protocol. */
function canNest(type: number): boolean {
  return type === wireType.struct || type === wireType.list || type === wireType.set || type === wireType.map;
}

/** Size and type of a list or set: together in one byte up to 14 elements. */
function listHead(r: ByteReader): { type: number; size: number } {
  const at = take(r, 1);
  const byte = r.bytes[at]!;
  const isLong = byte >>> 4 === 0x0f;
  const size = isLong ? readVarint(r) : byte >>> 4;
  // An empty container may name any type, even none.
  if (size === 0) return { type: 0, size };
  const type = elementType(r, at, byte & 0x0f);
  checkSize(r, isLong ? at + 1 : at, size, leastCompactSize(type), 'a container');
  return { type, size };
}

/** An empty map is one zero byte. */
function mapHead(r: ByteReader): { key: number; value: number; size: number } {
  const at = r.pos;
  const size = readVarint(r);
  if (size === 0) return { key: 0, value: 0, size };
  const types = r.bytes[take(r, 1)]!;
  const [key, value] = [elementType(r, at, types >>> 4), elementType(r, at, types & 0x0f)];
  checkSize(r, at, size, leastCompactSize(key) + leastCompactSize(value), 'a map');
  return { key, value, size };
}

function elementType(r: ByteReader, at: number, id: number): number {
  const type = wireTypeOf(id);
  if (type === undefined) throw r.error('invalid-data', at, `there is no compact type with the id ${id}`);
  return type;
}

/** The length at `r.pos`, checked against the bytes behind it. */
function lengthAt(r: ByteReader, what: string): number {
  const at = r.pos;
  const length = readVarint(r);
  checkSize(r, at, length, 1, what);
  return length;
}

/** Refuses the size that stood at `at` when the bytes at `r.pos` cannot be so many times `least`. */
function checkSize(r: ByteReader, at: number, size: number, least: number, what: string): void {
  if (size < 0 || size * least > r.end - r.pos) throw r.badSize(size >>> 0, at, what);
}

function take(r: ByteReader, size: number): number {
  const at = r.pos;
  if (at + size > r.end) throw r.truncated(at, size);
  r.pos = at + size;
  return at;
}

/** Values as they stand in the compact protocol. */
export const values: ValueReader = {
  ...noPunctuation.read,
  // Apache's libraries write 1 and 2, some older ones 1 and 0.
  bool: r => r.bytes[take(r, 1)] === compactType.true,
  i8: r => r.view.getInt8(take(r, 1)),
  i16: readZigzag16,
  i32: readZigzag,
  i64: readZigzag64,
  float(r) {
    throw r.error('invalid-data', r.pos, 'the compact protocol has no float');
  },
  double: r => r.view.getFloat64(take(r, 8), true),
  string(r, strict) {
    const length = lengthAt(r, 'a string');
    return readText(r, take(r, length), length, strict);
  },
  binary(r) {
    const length = lengthAt(r, 'a binary');
    return r.own(take(r, length), length);
  },
  uuid: r => readUuid(r, take(r, 16)),
  boolField: r => r.flag,
  field(r, last) {
    const at = take(r, 1);
    const byte = r.bytes[at]!;
    if ((byte & 0x0f) === 0) {
      if (byte !== 0) throw r.error('invalid-data', at, `0x${byte.toString(16)} is no field header`);
      return 0;
    }
    const type = wireTypeOf(byte & 0x0f);
    if (type === undefined)
      throw r.error('invalid-data', at, `there is no compact type with the id ${byte & 0x0f}`);
    r.flag = (byte & 0x0f) === compactType.true;
    const id = byte >>> 4 === 0 ? readZigzag16(r) : last + (byte >>> 4);
    return (type << 16) | (id & 0xffff);
  },
  list(r, element, depth) {
    const from = r.pos;
    const { type, size } = listHead(r);
    if (size === 0 || type === element) return size;
    r.pos = from;
    skip(r, wireType.list, depth);
    return -1;
  },
  map(r, key, value, depth) {
    const from = r.pos;
    const head = mapHead(r);
    if (head.size === 0 || (head.key === key && head.value === value)) return head.size;
    r.pos = from;
    skip(r, wireType.map, depth);
    return -1;
  },
};
