import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import { leastCompactSize, wireTypeOf } from './compact-types.ts';
import { MessageHeader, type MessageScanner, type Protocol } from './protocol.ts';
import { fieldDepth, wireType } from './types.ts';
import { MAX_VARINT_32, MAX_VARINT_64 } from './varint.ts';

/** In place of a count of elements: the entry is a struct, which ends when its stop byte is read. */
const STRUCT = -1;
/** In place of a map's value type: the entry is a list or set. */
const NONE = -1;
/** The next bytes are not there yet. */
const MORE = -1;

/**
 * Finds the end of an unframed compact message, going on where it stopped: the work is linear in the bytes, in
 * whatever chunks they come. What is open stands on a stack of its own, so depth costs no call stack.
 */
export class CompactScanner implements MessageScanner {
  readonly #protocol: Protocol;
  readonly #maxMessage: number;
  readonly #maxDepth: number;
  readonly #header = new MessageHeader();
  /** How far the message was scanned, from its start. May lie beyond the bytes that are there. */
  #offset = 0;
  /** Elements left in each open container (a map counts keys and values), or STRUCT. */
  readonly #left: number[] = [];
  readonly #depths: number[] = [];
  readonly #first: number[] = [];
  readonly #second: number[] = [];
  /** What the last varint was. */
  #value = 0;

  constructor(protocol: Protocol, limits: Limits) {
    this.#protocol = protocol;
    this.#maxMessage = limits.message;
    this.#maxDepth = limits.depth;
  }

  reset(): void {
    this.#offset = 0;
    this.#left.length = 0;
  }

  scan(r: ByteReader): number {
    if (this.#offset === 0) {
      r.pos = r.start;
      if (!this.#protocol.readMessage(r, this.#header)) return this.#pause(r, r.start);
      this.#offset = r.pos - r.start;
      this.#open(STRUCT, NONE, NONE, 0);
    }
    let at = r.start + this.#offset;
    while (this.#left.length > 0) {
      const next = at < r.end ? this.#step(r, at) : MORE;
      if (next === MORE) return this.#pause(r, at);
      at = next;
    }
    this.#checkSize(r, at);
    return at > r.end ? this.#pause(r, at) : at;
  }

  #pause(r: ByteReader, at: number): -1 {
    this.#offset = at - r.start;
    this.#checkSize(r, Math.max(at, r.end));
    return MORE;
  }

  #checkSize(r: ByteReader, at: number): void {
    if (at - r.start <= this.#maxMessage) return;
    const limit = r.start + this.#maxMessage;
    throw r.error('size-limit', limit, `the message exceeds ${this.#maxMessage} bytes (limits.message)`);
  }

  /** Moves over the next field header, stop byte or element; MORE, with nothing changed, when it needs more bytes. */
  #step(r: ByteReader, at: number): number {
    const top = this.#left.length - 1;
    const left = this.#left[top]!;
    if (left === STRUCT) return this.#field(r, at, top);
    if (left === 0) {
      this.#left.length = top;
      return at;
    }
    const [first, second] = [this.#first[top]!, this.#second[top]!];
    // A map's keys come at even counts: the count began at twice its size.
    const type = second !== NONE && left % 2 === 1 ? second : first;
    const next = this.#enter(r, type, at, this.#depths[top]! + 1);
    if (next !== MORE) this.#left[top] = left - 1;
    return next;
  }

  #field(r: ByteReader, at: number, top: number): number {
    const byte = r.bytes[at]!;
    if (byte === 0) {
      this.#left.length = top;
      return at + 1;
    }
    const type = wireTypeOf(byte & 0x0f);
    if (type === undefined) throw r.error('invalid-data', at, `0x${byte.toString(16)} is no field header`);
    const body = byte >>> 4 === 0 ? this.#varint(r, at + 1, MAX_VARINT_32) : at + 1;
    if (body === MORE) return MORE;
    // A bool field is all header.
    return type === wireType.bool ? body : this.#enter(r, type, body, fieldDepth(type, this.#depths[top]!));
  }

  /** Moves over a value of `type`, or opens it. */
  #enter(r: ByteReader, type: number, at: number, depth: number): number {
    switch (type) {
      case wireType.bool:
      case wireType.i8:
        return at + 1;
      case wireType.i16:
      case wireType.i32:
      case wireType.i64:
        return this.#varint(r, at, MAX_VARINT_64);
      case wireType.double:
        return at + 8;
      case wireType.uuid:
        return at + 16;
      case wireType.string: {
        const body = this.#varint(r, at, MAX_VARINT_32);
        if (body === MORE) return MORE;
        this.#checkCount(r, at, this.#value);
        return body + this.#value;
      }
      case wireType.struct:
        this.#checkDepth(r, at, depth);
        this.#open(STRUCT, NONE, NONE, depth);
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
    this.#checkDepth(r, at, depth);
    if (size > 0) this.#elements(r, at, size, byte & 0x0f, NONE, depth);
    return body;
  }

  #map(r: ByteReader, at: number, depth: number): number {
    const types = this.#varint(r, at, MAX_VARINT_32);
    if (types === MORE) return MORE;
    const size = this.#value;
    this.#checkDepth(r, at, depth);
    if (size === 0) return types;
    if (types >= r.end) return MORE;
    this.#elements(r, at, size, r.bytes[types]! >>> 4, r.bytes[types]! & 0x0f, depth);
    return types + 1;
  }

  #elements(r: ByteReader, at: number, size: number, first: number, second: number, depth: number): void {
    const types: number[] = (second === NONE ? [first] : [first, second]).map(id => {
      const type = wireTypeOf(id);
      if (type === undefined) throw r.error('invalid-data', at, `there is no compact type with the id ${id}`);
      return type;
    });
    this.#checkCount(r, at, size * types.reduce((sum, type) => sum + leastCompactSize(type), 0));
    this.#open(size * types.length, types[0]!, types[1] ?? NONE, depth);
  }

  #checkCount(r: ByteReader, at: number, bytes: number): void {
    if (bytes <= this.#maxMessage) return;
    const text = `a size claims at least ${bytes} bytes, a message has ${this.#maxMessage} at the most (limits.message)`;
    throw r.error('size-limit', at, text);
  }

  #checkDepth(r: ByteReader, at: number, depth: number): void {
    if (depth > this.#maxDepth) throw r.tooDeep(at);
  }

  #open(left: number, first: number, second: number, depth: number): void {
    const top = this.#left.length;
    this.#left.push(left);
    this.#depths[top] = depth;
    this.#first[top] = first;
    this.#second[top] = second;
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
