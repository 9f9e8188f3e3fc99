import type { ByteReader } from '../wire/reader.ts';
import { leastCompactSize, wireTypeOf } from './compact-types.ts';
import { MORE, NONE, StackScanner } from './stack-scanner.ts';
import { fieldDepth, wireType } from './types.ts';
import { MAX_VARINT_32, MAX_VARINT_64 } from './varint.ts';

/** Finds the end of an unframed compact message. */
export class CompactScanner extends StackScanner {
  /** What the last varint was. */
  #value = 0;

  protected width(type: number): number {
    if (type === wireType.bool || type === wireType.i8) return 1;
    return type === wireType.double || type === wireType.uuid ? leastCompactSize(type) : 0;
  }

  protected field(r: ByteReader, at: number, depth: number): number {
    const byte = r.bytes[at]!;
    if (byte === 0) {
      this.close();
      return at + 1;
    }
    const type = wireTypeOf(byte & 0x0f);
    if (type === undefined) throw r.error('invalid-data', at, `0x${byte.toString(16)} is no field header`);
    const body = byte >>> 4 === 0 ? this.#varint(r, at + 1, MAX_VARINT_32) : at + 1;
    if (body === MORE) return MORE;
    // A bool field is all header.
    return type === wireType.bool ? body : this.enter(r, type, body, fieldDepth(type, depth));
  }

  protected enter(r: ByteReader, type: number, at: number, depth: number): number {
    if (this.width(type) > 0) return at + this.width(type);
    switch (type) {
      case wireType.i16:
      case wireType.i32:
      case wireType.i64:
        return this.#varint(r, at, MAX_VARINT_64);
      case wireType.string: {
        const body = this.#varint(r, at, MAX_VARINT_32);
        return body === MORE ? MORE : this.passString(r, body, this.#value);
      }
      case wireType.struct:
        this.openStruct(r, at, depth);
        return at;
      case wireType.map:
        return this.#map(r, at, depth);
      default:
        return this.#list(r, at, depth);
    }
  }

  #list(r: ByteReader, at: number, depth: number): number {
    if (at >= r.end) return MORE;
    const byte = r.bytes[at]!;
    const isLong = byte >>> 4 === 0x0f;
    const body = isLong ? this.#varint(r, at + 1, MAX_VARINT_32) : at + 1;
    if (body === MORE) return MORE;
    const size = isLong ? this.#value : byte >>> 4;
    this.checkDepth(r, at, depth);
    if (size > 0) this.#elements(r, at, size, byte & 0x0f, NONE, depth);
    return body;
  }

  #map(r: ByteReader, at: number, depth: number): number {
    const types = this.#varint(r, at, MAX_VARINT_32);
    if (types === MORE) return MORE;
    const size = this.#value;
    this.checkDepth(r, at, depth);
    if (size === 0) return types;
    if (types >= r.end) return MORE;
    this.#elements(r, at, size, r.bytes[types]! >>> 4, r.bytes[types]! & 0x0f, depth);
    return types + 1;
  }

  #elements(r: ByteReader, at: number, size: number, first: number, second: number, depth: number): void {
    const key = this.#typeOf(r, at, first);
    const value = second === NONE ? NONE : this.#typeOf(r, at, second);
    const least = leastCompactSize(key) + (value === NONE ? 0 : leastCompactSize(value));
    this.openContainer(r, at, size, { first: key, second: value, least }, depth);
  }

  #typeOf(r: ByteReader, at: number, id: number): number {
    const type = wireTypeOf(id);
    if (type === undefined) throw r.error('invalid-data', at, `there is no compact type with the id ${id}`);
    return type;
  }

  /** Where the varint at `at` ends; its value, unsigned and as far as a number holds it, is in `#value`. */
  #varint(r: ByteReader, at: number, most: number): number {
    let [value, scale] = [0, 1];
    for (let i = at; i < at + most; i++) {
      if (i >= r.end) return MORE;
      const byte = r.bytes[i]!;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        this.#value = value;
        return i + 1;
      }
    }
    throw r.error('invalid-data', at, `a varint has more than ${most} bytes`);
  }
}
