import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import { fixedSizes, leastSize, NONE } from './binary-sizes.ts';
import { MessageHeader, type MessageScanner, type Protocol } from './protocol.ts';
import { wireType } from './types.ts';

/** In place of a count of elements: the entry is a struct, which ends when its stop byte is read. */
const STRUCT = -1;

/**
 * Finds the end of an unframed binary message, going on where it stopped: the work is linear in the bytes,
 * in whatever chunks they come. What is open stands on a stack of its own, so depth costs no call stack.
 */
export class BinaryScanner implements MessageScanner {
  readonly #protocol: Protocol;
  readonly #maxMessage: number;
  readonly #maxDepth: number;
  readonly #header = new MessageHeader();
  /** How far the message was scanned, from its start. May lie beyond the bytes that are there. */
  #offset = 0;
  /** Elements left in each open container (a map counts keys and values), or STRUCT. */
  readonly #left: number[] = [];
  /** As `fieldDepth` counts. */
  readonly #depths: number[] = [0];
  readonly #first: number[] = [];
  readonly #second: number[] = [];

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
      if (!this.#protocol.readMessage(r, this.#header)) return this.#more(r, r.end);
      this.#offset = r.pos - r.start;
      this.#left.push(STRUCT);
    }
    let at = r.start + this.#offset;
    while (this.#left.length > 0) {
      const next = at < r.end ? this.#step(r, at) : -1;
      if (next < 0) return this.#more(r, at);
      at = next;
    }
    this.#checkSize(r, at);
    return at;
  }

  #more(r: ByteReader, at: number): -1 {
    if (this.#left.length > 0 || this.#offset > 0) this.#offset = at - r.start;
    this.#checkSize(r, at);
    return -1;
  }

  #checkSize(r: ByteReader, at: number): void {
    if (at - r.start <= this.#maxMessage) return;
    const limit = r.start + this.#maxMessage;
    throw r.error('size-limit', limit, `the message exceeds ${this.#maxMessage} bytes (limits.message)`);
  }

  /** Moves over the next field, stop byte or element; -1, with nothing changed, when it needs more bytes. */
  #step(r: ByteReader, at: number): number {
    const top = this.#left.length - 1;
    const left = this.#left[top]!;
    if (left === STRUCT) {
      const type = r.bytes[at]!;
      if (type !== wireType.stop) return at + 3 > r.end ? -1 : this.#enter(r, type, at + 3);
      this.#left.length = top;
      return at + 1;
    }
    if (left === 0) {
      this.#left.length = top;
      return at;
    }
    const [first, second] = [this.#first[top]!, this.#second[top]!];
    const width = fixedSizes[first]!;
    if (width > 0 && second === NONE) {
      this.#left.length = top;
      return at + left * width;
    }
    // A map's keys come at even counts: the count began at twice its size.
    const next = this.#enter(r, second !== NONE && left % 2 === 1 ? second : first, at);
    if (next >= 0) this.#left[top] = left - 1;
    return next;
  }

  /** Moves over a value of `type`, or opens it. */
  #enter(r: ByteReader, type: number, at: number): number {
    const width = fixedSizes[type]!;
    if (width > 0) return at + width;
    switch (type) {
      case wireType.string: {
        if (at + 4 > r.end) return -1;
        return at + 4 + this.#size(r, at, 1);
      }
      case wireType.struct:
        this.#open(r, at, STRUCT, NONE, NONE);
        return at;
      case wireType.list:
      case wireType.set: {
        if (at + 5 > r.end) return -1;
        this.#elements(r, at + 1, r.bytes[at]!, NONE);
        return at + 5;
      }
      case wireType.map: {
        if (at + 6 > r.end) return -1;
        this.#elements(r, at + 2, r.bytes[at]!, r.bytes[at + 1]!);
        return at + 6;
      }
      default:
        throw r.error('invalid-data', at, `there is no type with the id ${type}`);
    }
  }

  #elements(r: ByteReader, at: number, first: number, second: number): void {
    if (r.view.getInt32(at) === 0) {
      this.#depthOf(r, at, false);
      return;
    }
    for (const type of second === NONE ? [first] : [first, second]) {
      if (fixedSizes[type]! < 0) throw r.error('invalid-data', at, `there is no type with the id ${type}`);
    }
    const least = leastSize(first) + (second === NONE ? 0 : leastSize(second));
    const size = this.#size(r, at, least);
    this.#open(r, at, second === NONE ? size : size * 2, first, second);
  }

  #open(r: ByteReader, at: number, left: number, first: number, second: number): void {
    const top = this.#left.length;
    this.#depths[top] = this.#depthOf(r, at, left === STRUCT);
    this.#left.push(left);
    this.#first[top] = first;
    this.#second[top] = second;
  }

  /** How deep a struct or container in the innermost open one lies. */
  #depthOf(r: ByteReader, at: number, isStruct: boolean): number {
    const top = this.#left.length - 1;
    const inField = this.#left[top] === STRUCT;
    const depth = this.#depths[top]! + (inField && !isStruct ? 0 : 1);
    if (depth > this.#maxDepth) throw r.tooDeep(at);
    return depth;
  }

  #size(r: ByteReader, at: number, least: number): number {
    const size = r.view.getInt32(at);
    if (size < 0) throw r.badSize(size, at, 'a string or container');
    if (size * least > this.#maxMessage) {
      throw r.error(
        'size-limit',
        at,
        `a size of ${size} exceeds a message of ${this.#maxMessage} bytes (limits.message)`,
      );
    }
    return size;
  }
}
