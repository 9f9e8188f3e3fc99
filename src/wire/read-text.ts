import { isUtf8 } from 'node:buffer';
import type { ByteReader } from './reader.ts';
import { asciiText, MOST_ASCII } from './short-text.ts';

/** What `toString` calls once it has looked at its arguments, which takes a tenth of its time (measured). */
const { latin1Slice, utf8Slice } = Buffer.prototype as unknown as Record<
  'latin1Slice' | 'utf8Slice',
  (this: Buffer, from: number, to: number) => string
>;

/**
 * Strings that come again and again (names, keys, enum-like values) are kept by their bytes and need not be
 * made anew: measured at half the time of `latin1Slice` for repeated strings of up to 32 bytes. Where strings do not
 * repeat, looking is wasted, so a run of misses switches the cache off for a while.
 */
const SLOTS = 2048;
const WORDS = 8;
const keptWords = new Int32Array(SLOTS * WORDS);
const keptLast = new Int32Array(SLOTS);
const keptLengths = new Uint8Array(SLOTS);
const keptTexts: string[] = new Array<string>(SLOTS).fill('');
/** Rises with hits, falls with misses; below 0 the cache rests for that many strings. */
let credit = 64;
const MOST_CREDIT = 256;
const REST = -1024;

/** The UTF-8 text of `length` bytes at `at`; the caller has checked that they are there. */
export function readText(r: ByteReader, at: number, length: number, strict: boolean): string {
  if (length > 32) return readLongText(r, at, length, strict);
  if (length === 0) return '';
  if (credit < 0) {
    if (++credit === 0) credit = 64;
    return readFreshText(r, at, length, strict);
  }
  const { bytes, view } = r;
  const whole = length >> 2;
  const rest = length & 3;
  // The first, the middle and the last four bytes, or all there are: what differs elsewhere alone meets in one slot.
  let last: number;
  let hash: number;
  if (whole > 0) {
    last = view.getInt32(at + length - 4, true);
    hash = view.getInt32(at, true) ^ Math.imul(view.getInt32(at + (length >> 1) - 2, true), 0x85ebca6b);
  } else {
    last = bytes[at]!;
    if (rest > 1) last |= bytes[at + 1]! << 8;
    if (rest > 2) last |= bytes[at + 2]! << 16;
    hash = length;
  }
  hash = Math.imul(hash ^ (last << 13) ^ (last >>> 19), 0x9e3779b1);
  const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
  const base = slot * WORDS;
  if (keptLengths[slot] === length && keptLast[slot] === last) {
    let i = 0;
    while (i < whole && keptWords[base + i] === view.getInt32(at + i * 4, true)) i++;
    if (i === whole) {
      if (credit < MOST_CREDIT) credit++;
      return keptTexts[slot]!;
    }
  }
  credit -= 2;
  if (credit < 0) credit = REST;
  let high = last;
  for (let i = 0; i < whole; i++) high |= view.getInt32(at + i * 4, true);
  // Only ASCII is kept: what is valid in it needs no second look under either way of reading UTF-8.
  if ((high & 0x80808080) !== 0) return readLongText(r, at, length, strict);
  const text = length <= MOST_ASCII ? asciiText(bytes, at, length) : latin1Slice.call(bytes, at, at + length);
  for (let i = 0; i < whole; i++) keptWords[base + i] = view.getInt32(at + i * 4, true);
  keptLast[slot] = last;
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
  const text = utf8Slice.call(r.bytes, at, at + length);
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
