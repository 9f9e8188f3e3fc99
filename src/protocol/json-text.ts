import { readText } from '../wire/read-text.ts';
import type { ByteReader } from '../wire/reader.ts';
import { writeText } from '../wire/write-text.ts';
import { type ByteWriter, REFUSED } from '../wire/writer.ts';
import { ascii, peek, unexpected } from './json-tokens.ts';

/** Up to this many bytes a loop finds the closing quote sooner than the call into C++ does. */
const SHORT = 32;

/** What must not stand in a string as it is. */
const escaped = /["\\\u0000-\u001f]/;

/** Escapes of one letter (RFC 8259, section 7), by that letter. */
const letters: ReadonlyMap<number, string> = new Map(
  [...'"\\/']
    .map(c => [c.charCodeAt(0), c] as const)
    .concat(
      Object.entries({ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
        ([c, text]) => [c.charCodeAt(0), text] as const,
      ),
    ),
);

/** A string in quotes. Escapes are as short as they can be, their hex digits in lower case: C++ reads no other. */
export function writeString(w: ByteWriter, at: number, text: string): number {
  if (!escaped.test(text)) return writeQuoted(w, at, text);
  // JSON.stringify would write half a surrogate pair as an escape.
  if (!text.isWellFormed()) throw REFUSED;
  return writeText(w, at, JSON.stringify(text), 0);
}

/** A text that needs no escapes, in quotes. */
export function writeQuoted(w: ByteWriter, at: number, text: string): number {
  if (at + 1 > w.size) w.grow(at, 1);
  w.bytes[at] = ascii.quote;
  const end = writeText(w, at + 1, text, 1);
  w.bytes[end] = ascii.quote;
  return end + 1;
}

/** A text of ASCII, as it is. */
export function writeBare(w: ByteWriter, at: number, text: string): number {
  return writeText(w, at, text, 0);
}

/** Moves over a string in quotes, whatever is in it. */
export function skipString(r: ByteReader): void {
  r.pos = stringEnd(r, openQuote(r)) + 1;
}

/** A string in quotes. Bytes below 0x20 are taken as they are: Python and npm do not escape them. */
export function readString(r: ByteReader, strict: boolean): string {
  const from = openQuote(r);
  const to = stringEnd(r, from);
  r.pos = to + 1;
  const { bytes } = r;
  if (to - from <= SHORT) {
    let at = from;
    while (at < to && bytes[at] !== ascii.backslash) at++;
    if (at === to) return readText(r, from, to - from, strict);
  } else if (bytes.subarray(from, to).indexOf(ascii.backslash) < 0)
    return readText(r, from, to - from, strict);
  return unescaped(r, from, to, strict);
}

/**
 * Where the quote stands that ends the string whose bytes are looked at from `at` on; -1 when it is not before `end`.
 * The string may have begun before `at`.
 */
export function closingQuote(bytes: Buffer, at: number, end: number): number {
  for (;;) {
    const quote = nextQuote(bytes, at, end);
    if (quote < 0) return -1;
    // Each run of backslashes is counted once, for the quote behind it; the opening quote ends the first.
    let run = quote;
    while (bytes[run - 1] === ascii.backslash) run--;
    if ((quote - run) % 2 === 0) return quote;
    at = quote + 1;
  }
}

function nextQuote(bytes: Buffer, from: number, end: number): number {
  const near = Math.min(end, from + SHORT);
  for (let at = from; at < near; at++) if (bytes[at] === ascii.quote) return at;
  if (near === end) return -1;
  const found = bytes.subarray(near, end).indexOf(ascii.quote);
  return found < 0 ? -1 : near + found;
}

/** Moves over the opening quote. */
function openQuote(r: ByteReader): number {
  if (peek(r) !== ascii.quote) throw unexpected(r, r.pos, 'a string');
  return ++r.pos;
}

function stringEnd(r: ByteReader, from: number): number {
  const quote = closingQuote(r.bytes, from, r.end);
  if (quote < 0) throw r.truncated(r.end, 1);
  return quote;
}

function unescaped(r: ByteReader, from: number, to: number, strict: boolean): string {
  const { bytes } = r;
  let [text, at, surrogates] = ['', from, false];
  while (at < to) {
    let escapeAt = at;
    while (escapeAt < to && bytes[escapeAt] !== ascii.backslash) escapeAt++;
    if (escapeAt > at) text += readText(r, at, escapeAt - at, strict);
    if (escapeAt === to) break;
    const letter = letters.get(bytes[escapeAt + 1]!);
    if (letter !== undefined) {
      text += letter;
      at = escapeAt + 2;
    } else {
      const unit = hexUnit(r, escapeAt, to);
      if (unit >= 0xd800 && unit <= 0xdfff) surrogates = true;
      text += String.fromCharCode(unit);
      at = escapeAt + 6;
    }
  }
  // Halves of a pair that stand behind each other have become a character by now.
  if (!surrogates || text.isWellFormed()) return text;
  if (strict) {
    const reason = 'the text has half a surrogate pair (load with utf8: "replace" to let it pass)';
    throw r.error('invalid-utf8', from, reason);
  }
  return text.toWellFormed();
}

/** The UTF-16 unit of the escape at `at`. */
function hexUnit(r: ByteReader, at: number, to: number): number {
  const digits = r.bytes.toString('latin1', at + 2, Math.min(at + 6, to));
  if (r.bytes[at + 1] !== 0x75 || !/^[0-9a-f]{4}$/i.test(digits)) {
    const got = JSON.stringify(r.bytes.toString('utf8', at, Math.min(at + 6, to)));
    throw r.error('invalid-data', at, `expected an escape such as \\n or \\u00e9, got ${got}`);
  }
  return Number.parseInt(digits, 16);
}
