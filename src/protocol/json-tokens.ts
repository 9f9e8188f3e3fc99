import type { DecodeError } from '../errors/decode-error.ts';
import type { ByteReader } from '../wire/reader.ts';

/** What JSON is made of, by its bytes. */
export const ascii = {
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  colon: 0x3a,
  openList: 0x5b,
  backslash: 0x5c,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/** Characters of a token that an error shows. */
const SHOWN = 40;

/** The first byte at or behind `at` that is no blank; `r.end` when there is none. */
export function skipBlanks({ bytes, end }: ByteReader, at: number): number {
  return behindBlanks(bytes, at, end);
}

/** The first of the bytes at or behind `at` that is no blank; `end` when there is none. */
export function behindBlanks(bytes: Buffer, at: number, end: number): number {
  while (at < end && isBlank(bytes[at]!)) at++;
  return at;
}

/** Moves over the blanks at `r.pos` to the next token, and says where it begins. */
export function next(r: ByteReader): number {
  r.pos = skipBlanks(r, r.pos);
  if (r.pos >= r.end) throw r.truncated(r.pos, 1);
  return r.pos;
}

/** The first byte of the next token, to which it moves. */
export function peek(r: ByteReader): number {
  return r.bytes[next(r)]!;
}

/** Moves over one punctuation mark, and the blanks before it. */
export function expect(r: ByteReader, mark: number): void {
  if (peek(r) !== mark) throw unexpected(r, r.pos, `"${String.fromCharCode(mark)}"`);
  r.pos++;
}

/** Where the word or number that begins at `from` ends. */
export function wordEnd(r: ByteReader, from: number): number {
  const { bytes, end } = r;
  let at = from;
  while (at < end && isWord(bytes[at]!)) at++;
  return at;
}

/** What words and numbers are made of. */
export function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    byte === ascii.minus ||
    byte === 0x2b ||
    byte === 0x2e
  );
}

/**
 * The error about what stands at `from`, where `wanted` was due. Bytes that end within a word or number are
 * truncated: it may go on.
 */
export function unexpected(r: ByteReader, from: number, wanted: string): DecodeError {
  const to = wordEnd(r, from);
  if (to >= r.end) return r.truncated(to, 1);
  const isMark = to === from;
  const shown = r.bytes.toString('utf8', from, Math.min(isMark ? r.end : to, from + SHOWN));
  const text = isMark ? String.fromCodePoint(shown.codePointAt(0)!) : shown;
  return r.error('invalid-data', from, `expected ${wanted}, got ${JSON.stringify(text)}`);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
