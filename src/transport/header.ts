import { kMaxLength } from 'node:buffer';
import { deflateSync, inflateSync } from 'node:zlib';
import { applicationType } from '../errors/status.ts';
import type { ProtocolName } from '../protocol/protocol.ts';
import { readVarint, writeVarint } from '../protocol/varint.ts';
import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { writeText } from '../wire/write-text.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { BareReplies } from './bare-replies.ts';
import { buffered } from './buffered.ts';
import type { MessageTaker } from './cutter.ts';
import { type Envelope, envelopeOf, type Headers, noHeaders } from './envelope.ts';
import { FrameCutter } from './frame-cutter.ts';
import { DRAIN } from './goodbye.ts';
import { beginHeader, bodyOf, endHeader, type HeaderFormat, readFixedPart } from './header-frame.ts';
import { CLIENT_TIMEOUT, parseTimeout, timeoutText } from './timeout.ts';
import type { Transport } from './transport.ts';

/*
 * Apache's THeader (HeaderFormat.md). In the header, all varints: protocol id, count of transforms, their ids, then
 * blocks of headers.
 */
const format: HeaderFormat = {
  name: 'THeader',
  magic: 0x0fff,
  // Apache's limit: 64 KiB.
  mostWords: 0x3fff,
};
const ZLIB = 1;
/** More would be a list of nothing but work. */
const MOST_TRANSFORMS = 4;
/** Blocks of pairs: for this message, and (fbthrift) for all that follow too. Padding and blocks not known end the list. */
const KEY_VALUE = 1;
const PERSISTENT_KEY_VALUE = 2;
/** Headers that a peer may have kept for it: what is copied for each message must stay small. */
const MOST_PERSISTENT = 64;

const protocolIds: Readonly<Record<ProtocolName, number>> = { binary: 0, json: 1, compact: 2 };
const protocolsById: ReadonlyMap<number, ProtocolName> = new Map(
  Object.entries(protocolIds).map(([name, id]) => [id, name as ProtocolName]),
);
const none: readonly number[] = [];
/** Texts of so many characters are behind a length of one byte, whatever they are. */
const ONE_BYTE = Math.floor(0x7f / 3);

/** Messages with headers, optionally compressed. */
export const header: Transport = {
  name: 'header',
  isFramed: true,
  hasHeaders: true,
  goodbye: DRAIN,
  cutter(_protocol, limits) {
    const kept = new Map<string, string>();
    return new FrameCutter(limits, (r, taker) => takeFrame(r, taker, limits.frame, kept));
  },
  replyCutter: (protocol, limits) =>
    new BareReplies(header.cutter(protocol, limits), buffered.cutter(protocol, limits)),
  open(w, at, { seqid }, { protocol, headers, zlib, timeout }) {
    const begin = beginHeader(w, at, format, seqid);
    room(w, begin, 3);
    let end = writeVarint(w, begin, protocolIds[protocol]);
    end = writeVarint(w, end, zlib ? 1 : 0);
    if (zlib) end = writeVarint(w, end, ZLIB);
    // Whoever sets it by hand means that.
    const timed = timeout < Number.POSITIVE_INFINITY && !headers.has(CLIENT_TIMEOUT);
    if (timed || headers.size > 0) end = writePairs(w, end, headers, timed ? timeout : undefined);
    return endHeader(w, at, format, end);
  },
  close(w, at, end, { zlib }) {
    if (zlib) end = deflate(w, bodyOf(w, at), end);
    w.view.setInt32(at, end - at - 4);
    return end;
  },
};

function takeFrame(
  r: ByteReader,
  taker: MessageTaker,
  maxInflated: number,
  kept: Map<string, string>,
): boolean {
  const { bytes, start, end } = r;
  const { seqid, body } = readFixedPart(r, format);
  const begin = r.pos;
  const protocolId = readVarint(r);
  const protocol = protocolsById.get(protocolId);
  if (protocol === undefined) {
    const text = `expected the protocol id 0 (binary), 1 (JSON) or 2 (compact), got ${protocolId}`;
    const error = r.error('invalid-data', begin, text);
    const unreadable = { seqid, applicationType: applicationType.invalidProtocol, error };
    return taker.take(r, { ...envelopeOf('binary'), unreadable });
  }
  const listed = r.pos;
  const transforms = readTransforms(r);
  const unknown = transforms.find(id => id !== ZLIB);
  if (unknown !== undefined) {
    const text = `expected the transform 1 (zlib), the only one known here, got ${unknown}`;
    const error = r.error('invalid-data', listed, text);
    const unreadable = { seqid, applicationType: applicationType.invalidTransform, error };
    return taker.take(r, { ...envelopeOf(protocol), unreadable });
  }
  const { headers, timeout } = readHeaders(r, kept);
  const zlib = transforms.length > 0;
  // Field by field, as in all that is made for each message: a spread costs more than the rest.
  const envelope = {
    protocol,
    headers,
    timeout,
    zlib,
    framed: false,
    service: undefined,
    unreadable: undefined,
  };
  if (!zlib) {
    r.window(body, end, false);
    return taker.take(r, envelope);
  }
  r.window(start, end, false);
  const message = inflate(r, body, transforms.length, maxInflated);
  r.attach(message);
  r.window(0, message.length, false);
  const goOn = taker.take(r, envelope);
  r.attach(bytes);
  return goOn;
}

function readTransforms(r: ByteReader): readonly number[] {
  const at = r.pos;
  const count = readVarint(r);
  if (count === 0) return none;
  if (count < 0 || count > MOST_TRANSFORMS) {
    throw r.error('size-limit', at, `a message has ${MOST_TRANSFORMS} transforms at the most, got ${count}`);
  }
  return Array.from({ length: count }, () => readVarint(r));
}

/** The headers of this message, over those that were to be kept; but the timeout, which is the call's. */
function readHeaders(r: ByteReader, kept: Map<string, string>): Pick<Envelope, 'headers' | 'timeout'> {
  let own: Map<string, string> | undefined;
  let timeout = Number.POSITIVE_INFINITY;
  while (r.pos < r.end) {
    const at = r.pos;
    const block = readVarint(r);
    if (block === KEY_VALUE) {
      for (let left = readCount(r); left > 0; left--) {
        const key = readString(r);
        const value = readString(r);
        if (key === CLIENT_TIMEOUT) timeout = parseTimeout(value);
        else (own ??= new Map()).set(key, value);
      }
    } else if (block === PERSISTENT_KEY_VALUE) {
      for (let left = readCount(r); left > 0; left--) {
        const key = readString(r);
        kept.set(key, readString(r));
      }
      if (kept.size > MOST_PERSISTENT) {
        const text = `a peer may have ${MOST_PERSISTENT} headers kept for it, got ${kept.size}`;
        throw r.error('size-limit', at, text);
      }
    } else break;
  }
  if (kept.size > 0) return { headers: new Map([...kept, ...(own ?? noHeaders)]), timeout };
  return { headers: own ?? noHeaders, timeout };
}

/** How many pairs a block has. */
function readCount(r: ByteReader): number {
  const at = r.pos;
  const count = readVarint(r);
  if (count < 0 || count * 2 > r.end - r.pos) throw r.badSize(count, at, 'a block of headers');
  return count;
}

function readString(r: ByteReader): string {
  const at = r.pos;
  const length = readVarint(r);
  if (length < 0 || length > r.end - r.pos) throw r.badSize(length, at, 'a header');
  const from = r.pos;
  r.pos = from + length;
  return readText(r, from, length, false);
}

function writePairs(w: ByteWriter, at: number, headers: Headers, timeout: number | undefined): number {
  room(w, at, 6);
  at = writeVarint(w, at, KEY_VALUE);
  at = writeVarint(w, at, headers.size + (timeout === undefined ? 0 : 1));
  if (timeout !== undefined) at = writeString(w, writeString(w, at, CLIENT_TIMEOUT), timeoutText(timeout));
  for (const [key, value] of headers) at = writeString(w, writeString(w, at, key), value);
  return at;
}

function writeString(w: ByteWriter, at: number, text: string): number {
  if (text.length <= ONE_BYTE) {
    const end = writeText(w, at + 1, text, 0);
    w.bytes[at] = end - at - 1;
    return end;
  }
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
  const options = { maxOutputLength: Math.min(most, kMaxLength) };
  try {
    for (let i = 0; i < times; i++) message = inflateSync(message, options);
    return message;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw r.error('size-limit', from, `the message inflates to more than ${most} bytes (limits.frame)`);
    }
    throw r.error('invalid-data', from, `the message is not zlib's: ${(error as Error).message}`);
  }
}
