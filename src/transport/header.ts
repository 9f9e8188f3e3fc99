import { deflateSync, inflateSync } from 'node:zlib';
import type { ProtocolName } from '../protocol/protocol.ts';
import { readVarint, writeVarint } from '../protocol/varint.ts';
import type { ByteReader } from '../wire/reader.ts';
import { readText, writeText } from '../wire/text.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import type { TakeMessage } from './cutter.ts';
import { type Envelope, noHeaders } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import { Oversize, type Transport } from './transport.ts';

/*
 * Apache's THeader (HeaderFormat.md): LENGTH, then
 *   u16 0x0fff | u16 flags | i32 sequence id | u16 words of the header | the header, padded to words | the message
 * and in the header, all varints: protocol id, count of transforms, their ids, then blocks of headers.
 */
const MAGIC = 0x0fff;
/** Bytes from the magic to the header. */
const FIXED = 10;
/** Apache's limit: 64 KiB of header. */
const MOST_WORDS = 0x3fff;
const ZLIB = 1;
/** More would be a list of nothing but work. */
const MOST_TRANSFORMS = 4;
/** Blocks of pairs: for this message, and (fbthrift) for all that follow. Padding and blocks not known end the list. */
const KEY_VALUE = 1;
const PERSISTENT_KEY_VALUE = 2;

const protocolIds: Readonly<Record<ProtocolName, number>> = { binary: 0, json: 1, compact: 2 };

/** Messages with headers, optionally compressed. */
export const header: Transport = {
  name: 'header',
  isFramed: true,
  hasHeaders: true,
  cutter: (_protocol, limits) => new FrameCutter(limits, (r, take) => takeFrame(r, take, limits.frame)),
  open(w, at, { seqid }, { protocol, headers, zlib }) {
    room(w, at, 4 + FIXED + 2 + 2);
    w.view.setInt32(at + 4, MAGIC << 16);
    w.view.setInt32(at + 8, seqid);
    const begin = at + 4 + FIXED;
    let end = writeVarint(w, begin, protocolIds[protocol]);
    end = writeVarint(w, end, zlib ? 1 : 0);
    if (zlib) end = writeVarint(w, end, ZLIB);
    if (headers.size > 0) end = writePairs(w, end, headers);
    room(w, end, 3);
    while ((end - begin) % 4 !== 0) w.bytes[end++] = 0;
    const words = (end - begin) / 4;
    if (words > MOST_WORDS) {
      throw new Oversize(`the headers take ${words * 4} bytes, THeader has room for ${MOST_WORDS * 4}`);
    }
    w.view.setUint16(at + 4 + FIXED - 2, words);
    return end;
  },
  close(w, at, end, { zlib }) {
    if (zlib) end = deflate(w, at + 4 + FIXED + w.view.getUint16(at + 4 + FIXED - 2) * 4, end);
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};

function takeFrame(r: ByteReader, take: TakeMessage, maxInflated: number): boolean {
  const { bytes, start, end } = r;
  if (start + FIXED > end) throw r.truncated(start, FIXED);
  if (r.view.getUint16(start) !== MAGIC) {
    const found = r.view.getUint16(start).toString(16).padStart(4, '0');
    throw r.error('bad-version', start, `expected a THeader frame (0fff), got one that begins with ${found}`);
  }
  const words = r.view.getUint16(start + FIXED - 2);
  const body = start + FIXED + words * 4;
  if (words > MOST_WORDS || body > end) {
    const text = `the header claims ${words * 4} bytes, the frame has ${end - start - FIXED} more`;
    throw r.error('size-limit', start + FIXED - 2, text);
  }
  r.pos = start + FIXED;
  r.end = body;
  const protocol = readProtocol(r);
  const transforms = readTransforms(r);
  const headers = readHeaders(r);
  const envelope = { protocol, headers, zlib: transforms > 0, framed: false, service: undefined };
  if (transforms === 0) {
    r.window(body, end, false);
    return take(r, envelope);
  }
  r.window(start, end, false);
  const message = inflate(r, body, transforms, maxInflated);
  r.attach(message);
  r.window(0, message.length, false);
  const goOn = take(r, envelope);
  r.attach(bytes);
  return goOn;
}

function readProtocol(r: ByteReader): ProtocolName {
  const at = r.pos;
  const id = readVarint(r);
  for (const [name, own] of Object.entries(protocolIds)) if (own === id) return name as ProtocolName;
  const text = `expected the protocol id 0 (binary), 1 (JSON) or 2 (compact), got ${id}`;
  throw r.error('invalid-data', at, text);
}

/** How many transforms there are: all of them are zlib's. */
function readTransforms(r: ByteReader): number {
  const at = r.pos;
  const count = readVarint(r);
  if (count < 0 || count > MOST_TRANSFORMS) {
    throw r.error('size-limit', at, `a message has ${MOST_TRANSFORMS} transforms at the most, got ${count}`);
  }
  for (let i = 0; i < count; i++) {
    const id = readVarint(r);
    if (id !== ZLIB) {
      throw r.error(
        'invalid-data',
        at,
        `expected the transform 1 (zlib), the only one known here, got ${id}`,
      );
    }
  }
  return count;
}

function readHeaders(r: ByteReader): Envelope['headers'] {
  if (r.pos >= r.end) return noHeaders;
  const headers = new Map<string, string>();
  while (r.pos < r.end) {
    const block = readVarint(r);
    if (block !== KEY_VALUE && block !== PERSISTENT_KEY_VALUE) break;
    const at = r.pos;
    const count = readVarint(r);
    if (count < 0 || count * 2 > r.end - r.pos) throw r.badSize(count, at, 'a block of headers');
    for (let i = 0; i < count; i++) {
      const key = readString(r);
      headers.set(key, readString(r));
    }
  }
  return headers;
}

function readString(r: ByteReader): string {
  const at = r.pos;
  const length = readVarint(r);
  if (length < 0 || length > r.end - r.pos) throw r.badSize(length, at, 'a header');
  const from = r.pos;
  r.pos = from + length;
  return readText(r, from, length, false);
}

function writePairs(w: ByteWriter, at: number, headers: Envelope['headers']): number {
  room(w, at, 6);
  at = writeVarint(w, at, KEY_VALUE);
  at = writeVarint(w, at, headers.size);
  for (const [key, value] of headers) at = writeString(w, writeString(w, at, key), value);
  return at;
}

function writeString(w: ByteWriter, at: number, text: string): number {
  const bytes = Buffer.byteLength(text);
  room(w, at, 5);
  return writeText(w, writeVarint(w, at, bytes), text, 0);
}

/** Compresses what stands between `from` and `end`, and gives the new end. */
function deflate(w: ByteWriter, from: number, end: number): number {
  const small = deflateSync(w.bytes.subarray(from, end));
  room(w, from, small.length);
  w.bytes.set(small, from);
  return from + small.length;
}

/** A message that was compressed. What it would take beyond the limit is never made: a few bytes can claim a lot. */
function inflate(r: ByteReader, from: number, times: number, most: number): Buffer {
  let message = r.bytes.subarray(from, r.end);
  try {
    for (let i = 0; i < times; i++) message = inflateSync(message, { maxOutputLength: most });
    return message;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw r.error('size-limit', from, `the message inflates to more than ${most} bytes (limits.frame)`);
    }
    throw r.error('invalid-data', from, `the message is not zlib's: ${(error as Error).message}`);
  }
}
