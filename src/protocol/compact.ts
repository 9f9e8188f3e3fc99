import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { values as read, skip, skipField } from './compact-read.ts';
import { CompactScanner } from './compact-scanner.ts';
import { compactTypeOf } from './compact-types.ts';
import { values as write } from './compact-write.ts';
import type { MessageHeader, Protocol } from './protocol.ts';
import { MAX_VARINT_32, readVarint, writeVarint } from './varint.ts';

/** First byte of a message, and the version in the low bits of the second. */
const PROTOCOL_ID = 0x82;
const VERSION = 1;

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
  skipField,
  write,
  writeKey: write,
  read,
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
  return write.string(w, writeVarint(w, at + 2, header.seqid), header.name);
}
