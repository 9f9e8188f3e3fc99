import { putBytes } from '../wire/copy.ts';
import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { readUuid, writeUuid } from '../wire/uuid.ts';
import { writeText } from '../wire/write-text.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { BinaryScanner } from './binary-scanner.ts';
import { fixedSizes, leastSize } from './binary-sizes.ts';
import type { MessageHeader, Protocol, ValueReader, ValueWriter } from './protocol.ts';
import { noPunctuation } from './punctuation.ts';
import { NONE } from './stack-scanner.ts';
import { fieldDepth, wireType } from './types.ts';

/** Upper half of the first word of a strict message (thrift-binary-protocol.md, "Message"). */
const VERSION_1 = 0x8001;

const values: ValueWriter = valueWriter();

/** Apache's binary protocol, big-endian. Strict and old message headers are read, strict is written. */
export const binary: Protocol = {
  name: 'binary',
  holds: () => true,
  typesEmptyMaps: true,
  readMessage,
  writeMessage,
  readMessageEnd() {},
  writeMessageEnd: (_w, at) => at,
  scanner: limits => new BinaryScanner(binary, limits),
  skip,
  skipField: skip,
  write: values,
  writeKey: values,
  read: valueReader(),
};

function readMessage(r: ByteReader, header: MessageHeader): boolean {
  const at = r.pos;
  if (at + 4 > r.end) return false;
  const first = r.view.getInt32(at);
  if (first < 0) {
    if (first >>> 16 !== VERSION_1) {
      const version = (first >>> 16).toString(16);
      throw r.error(
        'bad-version',
        at,
        `expected a strict binary message (80 01), got version word 0x${version}`,
      );
    }
    const name = readName(r, at + 4);
    if (name < 0 || name + 4 > r.end) return false;
    header.strict = true;
    header.type = first & 0xff;
    header.name = readText(r, at + 8, name - at - 8, false);
    header.seqid = r.view.getInt32(name);
    r.pos = name + 4;
    return true;
  }
  const name = readName(r, at);
  if (name < 0 || name + 5 > r.end) return false;
  header.strict = false;
  header.name = readText(r, at + 4, name - at - 4, false);
  header.type = r.bytes[name]!;
  header.seqid = r.view.getInt32(name + 1);
  r.pos = name + 5;
  return true;
}

/** Where the name that begins with its length at `at` ends; -1 when the bytes do not reach that far. */
function readName(r: ByteReader, at: number): number {
  if (at + 4 > r.end) return -1;
  const length = r.view.getInt32(at);
  if (length < 0) throw r.error('negative-size', at, `the method's name has the negative size ${length}`);
  if (length > r.maxName) {
    throw r.error(
      'size-limit',
      at,
      `the method's name claims ${length} bytes, the limit is ${r.maxName} (limits.name)`,
    );
  }
  return at + 4 + length > r.end ? -1 : at + 4 + length;
}

function writeMessage(w: ByteWriter, at: number, header: MessageHeader): number {
  const { name, type, seqid, strict } = header;
  const from = strict ? at + 8 : at + 4;
  const end = writeText(w, from, name, 5);
  const { view } = w;
  if (strict) view.setInt32(at, (VERSION_1 << 16) | type);
  view.setInt32(from - 4, end - from);
  if (strict) {
    view.setInt32(end, seqid);
    return end + 4;
  }
  view.setInt8(end, type);
  view.setInt32(end + 1, seqid);
  return end + 5;
}

function skip(r: ByteReader, type: number, depth: number): void {
  const at = r.pos;
  const size = fixedSizes[type]!;
  if (size > 0) {
    if (at + size > r.end) throw r.truncated(at, size);
    r.pos = at + size;
    return;
  }
  if (type === wireType.string) {
    const length = sizeAt(r, at, 1, 'a string');
    r.pos = at + 4 + length;
    return;
  }
  if (size < 0) throw r.error('invalid-data', at, `there is no type with the id ${type}`);
  if (depth > r.maxDepth) throw r.tooDeep(at);
  switch (type) {
    case wireType.struct:
      for (;;) {
        const field = binary.read.field(r, 0);
        if (field === 0) return;
        skip(r, field >>> 16, fieldDepth(field >>> 16, depth));
      }
    case wireType.list:
    case wireType.set: {
      if (at + 5 > r.end) throw r.truncated(at, 5);
      skipElements(r, r.bytes[at]!, NONE, at + 1, depth);
      return;
    }
    case wireType.map: {
      if (at + 6 > r.end) throw r.truncated(at, 6);
      skipElements(r, r.bytes[at]!, r.bytes[at + 1]!, at + 2, depth);
      return;
    }
  }
}

/** Skips what a container holds; its size stands at `at`, `second` is NONE but for maps. */
function skipElements(r: ByteReader, first: number, second: number, at: number, depth: number): void {
  const isMap = second !== NONE;
  // An empty container may name any types, even none (Apache's readers do not look).
  if (at + 4 <= r.end && r.view.getInt32(at) === 0) {
    r.pos = at + 4;
    return;
  }
  if (fixedSizes[first]! < 0 || (isMap && fixedSizes[second]! < 0)) {
    throw r.error(
      'invalid-data',
      at,
      `there is no type with the id ${fixedSizes[first]! < 0 ? first : second}`,
    );
  }
  const size = sizeAt(r, at, leastSize(first) + (isMap ? leastSize(second) : 0), 'a container');
  r.pos = at + 4;
  const width = fixedSizes[first]!;
  if (width > 0 && !isMap) {
    r.pos += size * width;
    return;
  }
  for (let i = 0; i < size; i++) {
    skip(r, first, depth + 1);
    if (isMap) skip(r, second, depth + 1);
  }
}

/** The i32 size at `at`, checked against the bytes that are left: `least` for each element. */
function sizeAt(r: ByteReader, at: number, least: number, what: string): number {
  if (at + 4 > r.end) throw r.truncated(at, 4);
  const size = r.view.getInt32(at);
  if (size < 0 || size * least > r.end - at - 4) throw r.badSize(size, at, what);
  return size;
}

function valueWriter(): ValueWriter {
  return {
    ...noPunctuation.write,
    bool(w, at, value) {
      room(w, at, 1);
      w.bytes[at] = value ? 1 : 0;
      return at + 1;
    },
    i8(w, at, value) {
      room(w, at, 1);
      w.view.setInt8(at, value);
      return at + 1;
    },
    i16(w, at, value) {
      room(w, at, 2);
      w.view.setInt16(at, value);
      return at + 2;
    },
    i32(w, at, value) {
      room(w, at, 4);
      w.view.setInt32(at, value);
      return at + 4;
    },
    i64(w, at, value) {
      room(w, at, 8);
      w.view.setBigInt64(at, value);
      return at + 8;
    },
    float(w, at, value) {
      room(w, at, 4);
      w.view.setFloat32(at, value);
      return at + 4;
    },
    double(w, at, value) {
      room(w, at, 8);
      w.view.setFloat64(at, value);
      return at + 8;
    },
    string(w, at, value) {
      room(w, at, 4);
      const end = writeText(w, at + 4, value, 0);
      w.view.setInt32(at, end - at - 4);
      return end;
    },
    binary(w, at, value) {
      room(w, at, 4 + value.length);
      w.view.setInt32(at, value.length);
      putBytes(w.bytes, at + 4, value);
      return at + 4 + value.length;
    },
    uuid(w, at, value) {
      room(w, at, 16);
      return writeUuid(w, at, value);
    },
    field(w, at, type, id) {
      // One store for both: its fourth byte is overwritten by what follows.
      room(w, at, 4);
      w.view.setInt32(at, (type << 24) | ((id & 0xffff) << 8));
      return at + 3;
    },
    boolField(w, at, value, id) {
      room(w, at, 4);
      w.view.setInt32(at, (wireType.bool << 24) | ((id & 0xffff) << 8) | (value ? 1 : 0));
      return at + 4;
    },
    stop(w, at) {
      room(w, at, 1);
      w.bytes[at] = 0;
      return at + 1;
    },
    list(w, at, element, size) {
      room(w, at, 5);
      w.bytes[at] = element;
      w.view.setInt32(at + 1, size);
      return at + 5;
    },
    map(w, at, key, value, size) {
      room(w, at, 6);
      w.bytes[at] = key;
      w.bytes[at + 1] = value;
      w.view.setInt32(at + 2, size);
      return at + 6;
    },
  };
}

function take(r: ByteReader, size: number): number {
  const at = r.pos;
  if (at + size > r.end) throw r.truncated(at, size);
  r.pos = at + size;
  return at;
}

function valueReader(): ValueReader {
  return {
    ...noPunctuation.read,
    bool: r => r.bytes[take(r, 1)] !== 0,
    boolField: r => r.bytes[take(r, 1)] !== 0,
    i8: r => r.view.getInt8(take(r, 1)),
    i16: r => r.view.getInt16(take(r, 2)),
    i32: r => r.view.getInt32(take(r, 4)),
    i64: r => r.view.getBigInt64(take(r, 8)),
    float: r => r.view.getFloat32(take(r, 4)),
    double: r => r.view.getFloat64(take(r, 8)),
    string(r, strict) {
      const at = r.pos;
      const length = sizeAt(r, at, 1, 'a string');
      r.pos = at + 4 + length;
      return readText(r, at + 4, length, strict);
    },
    binary(r) {
      const at = r.pos;
      const length = sizeAt(r, at, 1, 'a binary');
      r.pos = at + 4 + length;
      return r.own(at + 4, length);
    },
    uuid: r => readUuid(r, take(r, 16)),
    field(r) {
      const at = r.pos;
      if (at >= r.end) throw r.truncated(at, 1);
      const type = r.bytes[at]!;
      if (type === wireType.stop) {
        r.pos = at + 1;
        return 0;
      }
      if (at + 3 > r.end) throw r.truncated(at, 3);
      r.pos = at + 3;
      return (type << 16) | r.view.getUint16(at + 1);
    },
    list(r, element, depth) {
      const at = r.pos;
      if (at + 5 > r.end) throw r.truncated(at, 5);
      if (r.bytes[at] !== element) {
        skipElements(r, r.bytes[at]!, NONE, at + 1, depth);
        return r.view.getInt32(at + 1) === 0 ? 0 : -1;
      }
      const size = sizeAt(r, at + 1, leastSize(element), 'a container');
      r.pos = at + 5;
      return size;
    },
    map(r, key, value, depth) {
      const at = r.pos;
      if (at + 6 > r.end) throw r.truncated(at, 6);
      if (r.bytes[at] !== key || r.bytes[at + 1] !== value) {
        skipElements(r, r.bytes[at]!, r.bytes[at + 1]!, at + 2, depth);
        return r.view.getInt32(at + 2) === 0 ? 0 : -1;
      }
      const size = sizeAt(r, at + 2, leastSize(key) + leastSize(value), 'a map');
      r.pos = at + 6;
      return size;
    },
  };
}
