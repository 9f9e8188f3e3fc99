import type { ByteReader } from '../wire/reader.ts';
import { type ByteWriter, room } from '../wire/writer.ts';
import { Oversize } from './transport.ts';

/*
 * What THeader and TTHeader have in common, all big-endian:
 *   i32 LENGTH | u16 magic | u16 flags | i32 sequence id | u16 words of the header | the header, padded to words
 */

/** One of the two. */
export interface HeaderFormat {
  readonly name: string;
  readonly magic: number;
  /** Words of four bytes that a header may have. */
  readonly mostWords: number;
}

export const LENGTH = 4;
/** From the magic to the header; offsets from the magic. */
export const FIXED = 10;
const FLAGS = 2;
export const SEQID = 4;
export const WORDS = 8;

/** Begins a frame at `at`: gives where its header goes. */
export function beginHeader(w: ByteWriter, at: number, { magic }: HeaderFormat, seqid: number): number {
  const begin = at + LENGTH + FIXED;
  room(w, at, LENGTH + FIXED);
  w.view.setInt32(at + LENGTH, magic << 16);
  w.view.setInt32(at + LENGTH + SEQID, seqid);
  return begin;
}

/** Ends the header of the frame at `at`: gives where the message goes. An Oversize when there is no room for it. */
export function endHeader(w: ByteWriter, at: number, { name, mostWords }: HeaderFormat, end: number): number {
  const begin = at + LENGTH + FIXED;
  room(w, end, 3);
  while ((end - begin) % 4 !== 0) w.bytes[end++] = 0;
  const words = (end - begin) / 4;
  if (words > mostWords) {
    throw new Oversize(`the headers take ${words * 4} bytes, ${name} has room for ${mostWords * 4}`);
  }
  w.view.setUint16(at + LENGTH + WORDS, words);
  return end;
}

/** Where the message begins in the frame that was written at `at`. */
export function bodyOf(w: ByteWriter, at: number): number {
  return at + LENGTH + FIXED + w.view.getUint16(at + LENGTH + WORDS) * 4;
}

/** What stands before the header of a frame. */
export interface FixedPart {
  readonly flags: number;
  readonly seqid: number;
  /** Where the message begins. */
  readonly body: number;
}

/** Reads what stands before the header of the frame in the window, which then is at the header alone. */
export function readFixedPart(r: ByteReader, { name, magic, mostWords }: HeaderFormat): FixedPart {
  const { view, start, end } = r;
  if (start + FIXED > end) throw r.truncated(start, FIXED);
  const found = view.getUint16(start);
  if (found !== magic) {
    const text = `expected a ${name} frame (${hex(magic)}), got one that begins with ${hex(found)}`;
    throw r.error('bad-version', start, text);
  }
  const size = view.getUint16(start + WORDS) * 4;
  const left = end - start - FIXED;
  if (size > left) {
    const text = `the header claims ${size} bytes, the frame has ${left} more`;
    throw r.error('size-limit', start + WORDS, text);
  }
  if (size > mostWords * 4) {
    const text = `the header claims ${size} bytes, ${name} has room for ${mostWords * 4}`;
    throw r.error('size-limit', start + WORDS, text);
  }
  r.pos = start + FIXED;
  r.end = r.pos + size;
  return { flags: view.getUint16(start + FLAGS), seqid: view.getInt32(start + SEQID), body: r.end };
}

function hex(magic: number): string {
  return magic.toString(16).padStart(4, '0');
}
