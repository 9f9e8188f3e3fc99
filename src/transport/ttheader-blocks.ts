import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { writeText } from '../wire/write-text.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { type Headers, noHeaders } from './envelope.ts';
import type { HeaderFormat } from './header-frame.ts';
import { parseTimeout, timeoutText } from './timeout.ts';
import { Oversize } from './transport.ts';

/*
 * What stands in the header of Kitex's TTHeader (cloudwego.io, "Transport Protocol TTHeader") behind the protocol id and
 * the transforms: blocks, each behind its id. An id that is none of these ends the connection, also with Kitex.
 */

/** The header itself: that of plain messages, and of the frames of streams. */
export const ttheaderFormat: HeaderFormat = { name: 'TTHeader', magic: 0x1000, mostWords: 0xffff };

/** The flag of frames that belong to streams. */
export const STREAMING = 0x0002;

/** The text by which a header names a service. */
export const SERVICE = 'isn';
const ACL_TOKEN = 'gdpr-token';
const block = { padding: 0x00, texts: 0x01, numbered: 0x10, aclToken: 0x11 } as const;
/** Numbered pairs: the method's name, how many ms the client waits, and what a frame of a stream is. */
const TO_METHOD = 9;
const RPC_TIMEOUT = 12;
const FRAME_TYPE = 27;

/** What was read of the blocks. */
export interface Blocks {
  readonly headers: Headers;
  /** ms; `Infinity` where the sender does not say. */
  readonly timeout: number;
  /** Empty where it is not named. */
  readonly method: string;
  /** Of a frame of a stream; else empty. */
  readonly frameType: string;
}

/** Reads the blocks to the end of the header, which is the end of the window. */
export function readBlocks(r: ByteReader): Blocks {
  let headers: Map<string, string> | undefined;
  let timeout = Number.POSITIVE_INFINITY;
  let method = '';
  let frameType = '';
  while (r.pos < r.end) {
    const at = advance(r, 1);
    switch (r.bytes[at]) {
      case block.padding:
        break;
      case block.texts: {
        headers ??= new Map();
        for (let left = readCount(r, 4); left > 0; left--) {
          const key = readString(r);
          headers.set(key, readString(r));
        }
        break;
      }
      case block.numbered:
        for (let left = readCount(r, 4); left > 0; left--) {
          const key = r.view.getUint16(advance(r, 2));
          const text = readString(r);
          if (key === TO_METHOD) method = text;
          else if (key === FRAME_TYPE) frameType = text;
          else if (key === RPC_TIMEOUT) timeout = parseTimeout(text);
        }
        break;
      case block.aclToken:
        headers ??= new Map();
        headers.set(ACL_TOKEN, readString(r));
        break;
      default:
        throw r.error('invalid-data', at, `there is no block of headers with the id ${r.bytes[at]}`);
    }
  }
  return { headers: headers ?? noHeaders, timeout, method, frameType };
}

/** The count of a block whose entries take `least` bytes each. */
function readCount(r: ByteReader, least: number): number {
  const at = advance(r, 2);
  const count = r.view.getUint16(at);
  if (count * least > r.end - r.pos) throw r.badSize(count, at, 'a block of headers');
  return count;
}

function readString(r: ByteReader): string {
  const at = advance(r, 2);
  const length = r.view.getUint16(at);
  const from = advance(r, length);
  return readText(r, from, length, false);
}

/** Moves over `size` bytes of the header, and gives where they begin. */
export function advance(r: ByteReader, size: number): number {
  const at = r.pos;
  if (at + size > r.end) throw r.truncated(at, size);
  r.pos = at + size;
  return at;
}

/** Writes the block of texts, the name of the `service` first; no block where there are none. */
export function writeTexts(w: ByteWriter, at: number, service: string | undefined, texts: Headers): number {
  const count = texts.size + (service === undefined ? 0 : 1);
  if (count === 0) return at;
  room(w, at, 3);
  w.bytes[at] = block.texts;
  w.view.setUint16(at + 1, count);
  at += 3;
  if (service !== undefined) at = writeString(w, writeString(w, at, SERVICE), service);
  for (const [key, value] of texts) at = writeString(w, writeString(w, at, key), value);
  return at;
}

/** Writes the block of numbered pairs, without those that are empty, or `Infinity`. */
export function writeNumbered(
  w: ByteWriter,
  at: number,
  frameType: string,
  method: string,
  timeout: number,
): number {
  const isTimed = timeout < Number.POSITIVE_INFINITY;
  room(w, at, 3);
  w.bytes[at] = block.numbered;
  w.view.setUint16(at + 1, (frameType === '' ? 0 : 1) + (method === '' ? 0 : 1) + (isTimed ? 1 : 0));
  at += 3;
  if (frameType !== '') at = writePair(w, at, FRAME_TYPE, frameType);
  if (method !== '') at = writePair(w, at, TO_METHOD, method);
  return isTimed ? writePair(w, at, RPC_TIMEOUT, timeoutText(timeout)) : at;
}

function writePair(w: ByteWriter, at: number, key: number, text: string): number {
  room(w, at, 4);
  w.view.setUint16(at, key);
  return writeString(w, at + 2, text);
}

function writeString(w: ByteWriter, at: number, text: string): number {
  const end = writeText(w, at + 2, text, 0);
  const bytes = end - at - 2;
  if (bytes > 0xffff) throw new Oversize(`a header takes ${bytes} bytes, TTHeader has room for ${0xffff}`);
  w.view.setUint16(at, bytes);
  return end;
}
