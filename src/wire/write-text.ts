import { asciiText } from './short-text.ts';
import { type ByteWriter, REFUSED } from './writer.ts';

/** Up to this many characters a loop beats the call into C++ (measured: break-even at 32 on Node 20, 16 to 24 on 24). */
const SHORT = 24;
/** Of fewer characters each is written; of these and more, texts that come again and again are kept with their bytes. */
const LEAST = 8;
/** Above this the worst case (3 bytes a character) is worth counting exactly instead of reserving. */
const LONG = 16_384;

/** Numbers of eight bytes that the longest of the texts that are kept takes. */
const WORDS = SHORT / 8;
const SLOT_BITS = 10;
const keptTexts: string[] = new Array<string>(1 << SLOT_BITS).fill('');
const keptWords = new Float64Array(WORDS << SLOT_BITS);
/**
 * Rises with each text, falls with those that are not among them: below 0 they are not looked for. Measured, a struct of 24
 * texts takes 0.8 times as long where they are kept, and as long as ever where they never come again.
 */
let credit = 64;
const MOST_CREDIT = 256;
const REST = -8192;

/**
 * Writes `text` as UTF-8 at `at` and returns where it ends. The caller has room for nothing yet; `reserve`
 * bytes beyond the text are made sure of too. Lone surrogates have no UTF-8 form and are refused.
 */
export function writeText(w: ByteWriter, at: number, text: string, reserve: number): number {
  const length = text.length;
  if (length > SHORT) return writeLongText(w, at, text, reserve);
  if (at + length * 3 + reserve > w.size) w.grow(at, length * 3 + reserve);
  if (length >= LEAST && ++credit > 0) return writeKept(w, at, text, reserve);
  const { bytes, view } = w;
  let i = 0;
  // Four at a time: measured, an eighth less time for texts of 8 characters, a fifth for 24.
  for (const last = length - 4; i <= last; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    if ((a | b | c | d) > 0x7f) return writeLongText(w, at, text, reserve);
    view.setInt32(at + i, (a << 24) | (b << 16) | (c << 8) | d);
  }
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return writeLongText(w, at, text, reserve);
    bytes[at + i] = unit;
  }
  return at + length;
}

/** Writes a text of at least 8 characters, for which there is room, by the bytes that were kept of it. */
function writeKept(w: ByteWriter, at: number, text: string, reserve: number): number {
  const { length } = text;
  const first = text.charCodeAt(0) ^ (text.charCodeAt(length >> 1) << 7);
  const last = text.charCodeAt(length - 1) ^ (text.charCodeAt(length - 2) << 7);
  const slot = Math.imul((first << 14) ^ last ^ (length << 27), 0x9e3779b1) >>> (32 - SLOT_BITS);
  if (keptTexts[slot] !== text) return writeAndKeep(w, at, text, reserve, slot);
  if (credit > MOST_CREDIT) credit = MOST_CREDIT;
  const { view } = w;
  const from = slot * WORDS;
  // Whatever these write behind the text is in the room that was made, and written over by what comes next.
  view.setFloat64(at, keptWords[from]!, true);
  if (length > 8) view.setFloat64(at + 8, keptWords[from + 1]!, true);
  if (length > 16) view.setFloat64(at + 16, keptWords[from + 2]!, true);
  return at + length;
}

function writeAndKeep(w: ByteWriter, at: number, text: string, reserve: number, slot: number): number {
  const left = credit > 3 ? credit - 3 : REST;
  // Not looked for again.
  credit = REST;
  const end = writeText(w, at, text, reserve);
  credit = left;
  const { length } = text;
  if (end !== at + length) return end;
  // A copy: the caller's may be a part of a text of megabytes. Only ASCII gets here, of which no eight bytes make a NaN;
  // what stands behind it might.
  keptTexts[slot] = asciiText(w.bytes, at, length);
  w.bytes.fill(0, end, at + SHORT);
  for (let i = 0; i < WORDS; i++) keptWords[slot * WORDS + i] = w.view.getFloat64(at + i * 8, true);
  return end;
}

function writeLongText(w: ByteWriter, at: number, text: string, reserve: number): number {
  const room = (text.length > LONG ? Buffer.byteLength(text) : text.length * 3) + reserve;
  if (at + room > w.size) w.grow(at, room);
  const written = w.bytes.write(text, at);
  if (written !== text.length && !text.isWellFormed()) throw REFUSED;
  return at + written;
}
