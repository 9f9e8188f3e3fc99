import type { ByteReader } from '../wire/reader.ts';
import type { ByteWriter } from '../wire/writer.ts';

/**
 * Variable-length integers as in ULEB128 (thrift-compact-protocol.md, "Integer encoding"): seven bits a byte, the
 * lowest first, the high bit set on all but the last. Writers expect the caller to have made room.
 */

/** Bytes that 32 and 64 bits take at the most. */
export const MAX_VARINT_32 = 5;
export const MAX_VARINT_64 = 10;

/** Writes an unsigned 32-bit number, given as int32 or uint32. */
export function writeVarint(w: ByteWriter, at: number, value: number): number {
  const bytes = w.bytes;
  let rest = value >>> 0;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Writes an int32 so that numbers near zero, of either sign, are short. */
export function writeZigzag(w: ByteWriter, at: number, value: number): number {
  return writeVarint(w, at, (value << 1) ^ (value >> 31));
}

/** Writes an int64, zigzag. */
export function writeZigzag64(w: ByteWriter, at: number, value: bigint): number {
  const bytes = w.bytes;
  const zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  // Two numbers: arithmetic on bigints is slow.
  let low = Number(zigzag & 0xffffffffn);
  let high = Number(zigzag >> 32n);
  while (high !== 0 || low > 0x7f) {
    bytes[at++] = (low & 0x7f) | 0x80;
    low = ((low >>> 7) | (high << 25)) >>> 0;
    high >>>= 7;
  }
  bytes[at++] = low;
  return at;
}

/** Writes a safe integer, zigzag. */
export function writeZigzagNumber(w: ByteWriter, at: number, value: number): number {
  if ((value | 0) === value && value < 0x40000000 && value >= -0x40000000) return writeZigzag(w, at, value);
  return writeZigzag64(w, at, BigInt(value));
}

/** Reads an unsigned 32-bit number as int32. Bits beyond the 32nd are an error, not cut off. */
export function readVarint(r: ByteReader): number {
  const { bytes, end } = r;
  let at = r.pos;
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (at >= end) throw r.truncated(at, 1);
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      if (shift === 28 && byte > 0x0f) break;
      r.pos = at;
      return value;
    }
  }
  throw r.error('invalid-data', r.pos, 'a varint has more than 32 bits');
}

/** Reads a zigzag int32. */
export function readZigzag(r: ByteReader): number {
  const value = readVarint(r);
  return (value >>> 1) ^ -(value & 1);
}

/** Reads a zigzag int16. */
export function readZigzag16(r: ByteReader): number {
  const at = r.pos;
  const value = readZigzag(r);
  if ((value << 16) >> 16 !== value) throw r.error('invalid-data', at, `${value} is no i16`);
  return value;
}

/** Reads a zigzag int64. */
export function readZigzag64(r: ByteReader): bigint {
  const [low, high] = readVarint64(r);
  const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
}

/** Reads a zigzag int64 as a number; NaN when it is no safe integer. */
export function readZigzagNumber(r: ByteReader): number {
  const [low, high] = readVarint64(r);
  // Below 2^53 in all, and so exact.
  if (high >>> 0 > 0x3fffff) return Number.NaN;
  const half = (high >>> 0) * 0x80000000 + (low >>> 1);
  const value = (low & 1) === 0 ? half : -half - 1;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function readVarint64(r: ByteReader): readonly [low: number, high: number] {
  const { bytes, end } = r;
  let at = r.pos;
  let low = 0;
  let high = 0;
  for (let shift = 0; shift < 70; shift += 7) {
    if (at >= end) throw r.truncated(at, 1);
    const byte = bytes[at++]!;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >>> 4;
    } else high |= bits << (shift - 32);
    if (byte < 0x80) {
      if (shift === 63 && byte > 1) break;
      r.pos = at;
      return [low, high];
    }
  }
  throw r.error('invalid-data', r.pos, 'a varint has more than 64 bits');
}

/** Moves over a varint of any width up to 64 bits. */
export function skipVarint(r: ByteReader): void {
  const from = r.pos;
  for (let at = from; at < from + MAX_VARINT_64; at++) {
    if (at >= r.end) throw r.truncated(at, 1);
    if (r.bytes[at]! < 0x80) {
      r.pos = at + 1;
      return;
    }
  }
  throw r.error('invalid-data', from, 'a varint has more than 64 bits');
}
