import { isUtf8 } from 'node:buffer';
import type { ByteReader } from './reader.ts';
import { asciiText, MOST_ASCII } from './short-text.ts';

/**
 * What `toString` calls once it has looked at its arguments, which takes a tenth of its time (measured). As methods of
 * the buffer: V8 calls into C++ the short way only where it sees the type of `this`, which `call` hides (measured, a
 * twentieth of all that a message with a text of 1 KB takes at both ends).
 */
interface Sliced {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

/**
 * Strings that come again and again (names, keys, enum-like values) are kept by their bytes and need not be
 * made anew: measured at half the time of `latin1Slice` for repeated strings of up to 32 bytes. Where strings do not
 * repeat, looking is wasted, so a run of misses switches the cache off for a while.
 */
const SLOTS = 2048;
const LONGEST = 32;
/** Bytes are compared eight at a time, as numbers: measured, a struct of 24 texts takes 0.8 times as long as with four. */
const WORDS = LONGEST / 8;
const keptWords = new Float64Array(SLOTS * WORDS);
const keptLengths = new Uint8Array(SLOTS);
const keptTexts: string[] = new Array<string>(SLOTS).fill('');
/** Rises with hits, falls with misses; below 0 the cache rests for that many strings. */
let credit = 64;
const MOST_CREDIT = 256;
const REST = -1024;

/** The UTF-8 text of `length` bytes at `at`; the caller has checked that they are there. */
export function readText(r: ByteReader, at: number, length: number, strict: boolean): string {
  if (length > LONGEST) return readLongText(r, at, length, strict);
  if (length === 0) return '';
  if (credit < 0) {
    if (++credit === 0) credit = 64;
    return readFreshText(r, at, length, strict);
  }
  const { view } = r;
  // The first and the last eight bytes, or all there are in one or two numbers.
  let first: number;
  let last = 0;
  let hash: number;
  if (length >= 8) {
    first = view.getFloat64(at, true);
    last = view.getFloat64(at + length - 8, true);
    // What differs elsewhere alone meets in one slot.
    const ends = view.getInt32(at, true) ^ Math.imul(view.getInt32(at + length - 4, true), 0xc2b2ae35);
    hash = ends ^ Math.imul(view.getInt32(at + (length >> 1) - 2, true), 0x85ebca6b);
  } else if (length >= 4) {
    first = view.getInt32(at, true);
    last = view.getInt32(at + length - 4, true);
    hash = first ^ Math.imul(last, 0xc2b2ae35);
  } else {
    const { bytes } = r;
    first = bytes[at]!;
    if (length > 1) first |= bytes[at + 1]! << 8;
    if (length > 2) first |= bytes[at + 2]! << 16;
    hash = first;
  }
  hash = Math.imul(hash ^ (length << 13), 0x9e3779b1);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const from = slot * WORDS;
  if (
    keptLengths[slot] === length &&
    keptWords[from] === first &&
    keptWords[from + 1] === last &&
    (length <= 16 || keptWords[from + 2] === view.getFloat64(at + 8, true)) &&
    (length <= 24 || keptWords[from + 3] === view.getFloat64(at + 16, true))
  ) {
    if (credit < MOST_CREDIT) credit++;
    return keptTexts[slot]!;
  }
  return readAndKeep(r, at, length, strict, slot, first, last);
}

/** A text that is not among those that are kept, and will be. */
function readAndKeep(
  r: ByteReader,
  at: number,
  length: number,
  strict: boolean,
  slot: number,
  first: number,
  last: number,
): string {
  const { bytes, view } = r;
  credit -= 2;
  if (credit < 0) credit = REST;
  let high = 0;
  let isKept = true;
  for (let i = 0; i < length; i++) {
    const byte = bytes[at + i]!;
    high |= byte;
    // Eight of them are 0, which equals -0, and that has other bytes.
    if (byte === 0) isKept = false;
  }
  // Only ASCII is kept: what is valid in it needs no second look under either way of reading UTF-8.
  if (high > 0x7f) return readLongText(r, at, length, strict);
  const text =
    length <= MOST_ASCII
      ? asciiText(bytes, at, length)
      : (bytes as Buffer & Sliced).latin1Slice(at, at + length);
  if (!isKept) return text;
  const from = slot * WORDS;
  keptWords[from] = first;
  keptWords[from + 1] = last;
  if (length > 16) keptWords[from + 2] = view.getFloat64(at + 8, true);
  if (length > 24) keptWords[from + 3] = view.getFloat64(at + 16, true);
  keptLengths[slot] = length;
  keptTexts[slot] = text;
  return text;
}

/** A text that nobody looks for in the cache. */
function readFreshText(r: ByteReader, at: number, length: number, strict: boolean): string {
  if (length > MOST_ASCII) return readLongText(r, at, length, strict);
  const { bytes, view } = r;
  let high = 0;
  let p = at;
  for (const last = at + length - 4; p <= last; p += 4) high |= view.getInt32(p);
  for (const end = at + length; p < end; p++) high |= bytes[p]!;
  if ((high & 0x80808080) !== 0) return readLongText(r, at, length, strict);
  return asciiText(bytes, at, length);
}

function readLongText(r: ByteReader, at: number, length: number, strict: boolean): string {
  if (r.apart !== undefined) r.join();
  const text = (r.bytes as Buffer & Sliced).utf8Slice(at, at + length);
  // A replacement character is rare; only then is it worth asking whether it was sent or stands for broken bytes.
  if (strict && text.includes('\ufffd') && !isUtf8(r.bytes.subarray(at, at + length))) {
    throw r.error(
      'invalid-utf8',
      at,
      'the text is not valid UTF-8 (load with utf8: "replace" to let it pass)',
    );
  }
  return text;
}
