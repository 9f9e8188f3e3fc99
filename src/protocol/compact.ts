import { ownCopy } from '../wire/copy.ts';
import type { ByteReader } from '../wire/reader.ts';
import { readText, writeText } from '../wire/text.ts';
import { readUuid, writeUuid } from '../wire/uuid.ts';
import { type ByteWriter, REFUSED, room } from '../wire/writer.ts';
import { CompactScanner } from './compact-scanner.ts';
import { compactType, compactTypeOf, leastCompactSize, wireTypeOf } from './compact-types.ts';
import type { MessageHeader, Protocol, ValueReader, ValueWriter } from './protocol.ts';
import { noPunctuation } from './punctuation.ts';
import { fieldDepth, type WireType, wireType } from './types.ts';
import {
  MAX_VARINT_32,
  MAX_VARINT_64,
  readVarint,
  readZigzag,
  readZigzag16,
  readZigzag64,
  skipVarint,
  writeVarint,
  writeZigzag,
  writeZigzag64,
} from './varint.ts';

/** First byte of a message, and the version in the low bits of the second. */
const PROTOCOL_ID = 0x82;
const VERSION = 1;

const values: ValueWriter = valueWriter();

/** Apache's compact protocol (thrift-compact-protocol.md). Its doubles are little-endian, unlike the binary protocol's. */
export const compact: Protocol = {
  name: 'compact',
  holds: type => compactTypeOf(type) !== undefined,
  typesEmptyMaps: false,
  readMessage,
  writeMessage,
  readMessageEnd() {},
  writeMessageEnd: (_w, at) => at,
  scanner: limits => new CompactScanner(compact, limits),
  skip,
  skipField(r, type, depth) {
    // A bool field is all header.
    if (type !== wireType.bool) skip(r, type, depth);
  },
  write: values,
  writeKey: values,
  read: valueReader(),
};

function readMessage(r: ByteReader, header: MessageHeader): boolean {
  const at = r.pos;
  if (at >= r.end) return false;
  if (r.bytes[at] !== PROTOCOL_ID) {
    const got = r.bytes[at]!.toString(16);
    throw r.error('bad-version', at, `expected a compact message (82), got 0x${got}`);
  }
  if (at + 2 > r.end) return false;
  const second = r.bytes[at + 1]!;
  if ((second & 0x1f) !== VERSION) {
    throw r.error('bad-version', at + 1, `expected version 1 of the compact protocol, got ${second & 0x1f}`);
  }
  r.pos = at + 2;
  if (!hasVarint(r)) return false;
  // An unsigned varint on the wire, a signed number to all who use it.
  const seqid = readVarint(r);
  if (!hasVarint(r)) return false;
  const from = r.pos;
  const length = readVarint(r);
  if (length < 0 || length > r.maxName) {
    throw r.error(
      'size-limit',
      from,
      `the method's name claims ${length >>> 0} bytes, the limit is ${r.maxName} (limits.name)`,
    );
  }
  if (r.pos + length > r.end) return false;
  header.name = readText(r, r.pos, length, false);
  header.type = second >>> 5;
  header.seqid = seqid;
  header.strict = true;
  r.pos += length;
  return true;
}

/** True when a varint of up to 32 bits stands whole at `r.pos`, or is too long to be one. */
function hasVarint(r: ByteReader): boolean {
  for (let at = r.pos; at < r.pos + MAX_VARINT_32; at++) {
    if (at >= r.end) return false;
    if (r.bytes[at]! < 0x80) return true;
  }
  return true;
}

function writeMessage(w: ByteWriter, at: number, header: MessageHeader): number {
  room(w, at, 2 + MAX_VARINT_32);
  w.bytes[at] = PROTOCOL_ID;
  w.bytes[at + 1] = (header.type << 5) | VERSION;
  return compact.write.string(w, writeVarint(w, at + 2, header.seqid), header.name);
}

function skip(r: ByteReader, type: number, depth: number): void {
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
      for (
        let header = compact.read.field(r, 0);
        header !== 0;
        header = compact.read.field(r, (header << 16) >> 16)
      ) {
        compact.skipField(r, header >>> 16, fieldDepth(header >>> 16, depth));
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

/** Length and text; a text of up to 42 units has a length of one byte whatever its characters. */
export function writeCompactText(w: ByteWriter, at: number, text: string): number {
  if (text.length <= 42) {
    room(w, at, 1);
    const end = writeText(w, at + 1, text, 0);
    w.bytes[at] = end - at - 1;
    return end;
  }
  room(w, at, MAX_VARINT_32);
  return writeText(w, writeVarint(w, at, Buffer.byteLength(text)), text, 0);
}

function valueWriter(): ValueWriter {
  return {
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
    string: writeCompactText,
    binary(w, at, value) {
      room(w, at, MAX_VARINT_32 + value.length);
      const from = writeVarint(w, at, value.length);
      w.bytes.set(value, from);
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
}

function valueReader(): ValueReader {
  return {
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
      return ownCopy(r.bytes, take(r, length), length);
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
}
