import type { ByteReader } from '../wire/reader.ts';
import { ascii, isWord, peek, unexpected, wordEnd } from './json-tokens.ts';

/** Digits that a JavaScript number holds whatever they are. */
const EXACT_DIGITS = 15;
/** Digits of -2^63. */
const MOST_DIGITS = 19;

const ranges = {
  i8: [-0x80, 0x7f],
  i16: [-0x8000, 0x7fff],
  i32: [-0x80000000, 0x7fffffff],
} as const;

/** Numbers that JSON has no form for: quoted where Apache's C++ and Java write them, bare where Python and npm do. */
const words: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
]);

// A number may stand in quotes: a map's key must, and npm reads any other so as well.

/** An integer of up to 32 bits; one that its type does not hold is an error, as is a fraction or an exponent. */
export function readInteger(r: ByteReader, type: keyof typeof ranges): number {
  const from = openNumber(r);
  const to = integerEnd(r, from, type);
  const value = digits(r, from, to);
  const [least, most] = ranges[type];
  if (value < least || value > most) throw outOfRange(r, from, `${type} (${least} to ${most})`);
  closeNumber(r, from, to);
  return value;
}

/** An i64, exactly. */
export function readI64(r: ByteReader): bigint {
  const from = openNumber(r);
  const to = integerEnd(r, from, 'i64');
  if (to - from <= EXACT_DIGITS) {
    closeNumber(r, from, to);
    return BigInt(digits(r, from, to));
  }
  let first = r.bytes[from] === ascii.minus ? from + 1 : from;
  while (r.bytes[first] === 0x30 && first < to - 1) first++;
  const isNegative = r.bytes[from] === ascii.minus;
  const size = to - first <= MOST_DIGITS ? BigInt(r.bytes.toString('latin1', first, to)) : 1n << 64n;
  const value = isNegative ? -size : size;
  if (BigInt.asIntN(64, value) !== value) throw outOfRange(r, from, 'i64 (-2^63 to 2^63-1)');
  closeNumber(r, from, to);
  return value;
}

export function readDouble(r: ByteReader): number {
  const from = openNumber(r);
  const to = wordEnd(r, from);
  const text = r.bytes.toString('latin1', from, to);
  const value = words.get(text) ?? (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined);
  if (value === undefined) throw unexpected(r, from, 'a double');
  if (!Number.isFinite(value) && !words.has(text)) throw outOfRange(r, from, 'a double');
  closeNumber(r, from, to);
  return value;
}

/** Apache's libraries write 1 and 0. */
export function readBool(r: ByteReader): boolean {
  const from = openNumber(r);
  const to = wordEnd(r, from);
  const text = r.bytes.toString('latin1', from, Math.min(to, from + 6));
  const value = text === '1' || text === 'true' ? true : text === '0' || text === 'false' ? false : undefined;
  if (value === undefined) throw unexpected(r, from, 'a bool (1 or 0)');
  closeNumber(r, from, to);
  return value;
}

/** Moves to the first character of a number. */
function openNumber(r: ByteReader): number {
  if (peek(r) === ascii.quote) r.pos++;
  return r.pos;
}

/** Moves over the number between `from` and `to`, and over its closing quote where it has an opening one. */
function closeNumber(r: ByteReader, from: number, to: number): void {
  r.pos = to;
  if (from === r.start || r.bytes[from - 1] !== ascii.quote) return;
  if (to >= r.end) throw r.truncated(to, 1);
  if (r.bytes[to] !== ascii.quote) throw unexpected(r, to, '"\\""');
  r.pos = to + 1;
}

function integerEnd(r: ByteReader, from: number, type: string): number {
  const { bytes, end } = r;
  const first = from < end && bytes[from] === ascii.minus ? from + 1 : from;
  let at = first;
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  if (at === first || (at < end && isWord(bytes[at]!))) throw unexpected(r, from, type);
  return at;
}

/** Exact up to `EXACT_DIGITS`, and beyond the range of 32 bits where the number is. */
function digits(r: ByteReader, from: number, to: number): number {
  const { bytes } = r;
  const isNegative = bytes[from] === ascii.minus;
  let value = 0;
  for (let at = isNegative ? from + 1 : from; at < to; at++) value = value * 10 + bytes[at]! - 0x30;
  // Not -value: there is no integer -0.
  return isNegative ? 0 - value : value;
}

function outOfRange(r: ByteReader, from: number, wanted: string): Error {
  const shown = r.bytes.toString('latin1', from, Math.min(wordEnd(r, from), from + 40));
  return r.error('invalid-data', from, `expected ${wanted}, got ${shown}`);
}
