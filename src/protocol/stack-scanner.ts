import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import { MessageHeader, type MessageScanner, type Protocol, type Span } from './protocol.ts';

/** In place of a count of elements: the entry is a struct, which ends when its stop byte is read. */
const STRUCT = -1;
/** In place of a map's value type: what is spoken of is a list or set. */
export const NONE = -1;
/** In place of a position: the next bytes are not there yet. */
export const MORE = -1;

/**
 * Finds the end of an unframed message, going on where it stopped: the work is linear in the bytes, in whatever
 * chunks they come. What is open stands on a stack of its own, so depth costs no call stack. A protocol says how
 * fields and values look.
 */
export abstract class StackScanner implements MessageScanner {
  readonly #protocol: Protocol;
  readonly #maxMessage: number;
  readonly #maxDepth: number;
  readonly #header = new MessageHeader();
  /** How far the message was scanned, from its start. May lie beyond the bytes that are there. */
  #offset = 0;
  /** Elements left in each open container (a map counts keys and values), or STRUCT. */
  readonly #left: number[] = [];
  /** As `fieldDepth` counts. */
  readonly #depths: number[] = [];
  readonly #first: number[] = [];
  readonly #second: number[] = [];
  /** Where the bytes of the last string begin, and where they end, from the message's start. */
  #stringFrom = 0;
  #stringTo = 0;

  constructor(protocol: Protocol, limits: Limits) {
    this.#protocol = protocol;
    this.#maxMessage = limits.message;
    this.#maxDepth = limits.depth;
  }

  /**
   * Moves over the field header at `at` and its value, by `enter`; over the stop byte with `close`. Gives MORE, with
   * nothing changed, when it needs more bytes.
   */
  protected abstract field(r: ByteReader, at: number, depth: number): number;
  /** Moves over a value, or opens it and moves over its head; MORE as for `field`. */
  protected abstract enter(r: ByteReader, type: number, at: number, depth: number): number;
  /** Bytes that every value of a type takes; not above 0 when they differ. */
  protected abstract width(type: number): number;

  get wanted(): number {
    return this.#offset;
  }

  get string(): Span | undefined {
    // Whatever was moved over later lies behind it.
    return this.#stringTo === this.#offset ? { from: this.#stringFrom, to: this.#stringTo } : undefined;
  }

  scan(r: ByteReader): number {
    if (this.#offset === 0) {
      r.pos = r.start;
      if (!this.#protocol.readMessage(r, this.#header)) return this.#pause(r, r.start);
      this.#offset = r.pos - r.start;
      this.openStruct(r, r.pos, 0);
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

  /** Moves over the bytes of a string. */
  protected passString(r: ByteReader, at: number, size: number): number {
    this.checkClaim(r, at, size);
    this.#stringFrom = at - r.start;
    this.#stringTo = this.#stringFrom + size;
    return at + size;
  }

  protected openStruct(r: ByteReader, at: number, depth: number): void {
    this.checkDepth(r, at, depth);
    this.#open(STRUCT, NONE, NONE, depth);
  }

  /** Opens a list, set or map that is not empty; `least` bytes are claimed by each element or pair. */
  protected openContainer(
    r: ByteReader,
    at: number,
    size: number,
    types: { readonly first: number; readonly second: number; readonly least: number },
    depth: number,
  ): void {
    this.checkClaim(r, at, size * types.least);
    this.#open(types.second === NONE ? size : size * 2, types.first, types.second, depth);
  }

  /** Ends the innermost open struct or container. */
  protected close(): void {
    this.#left.length--;
  }

  protected checkDepth(r: ByteReader, at: number, depth: number): void {
    if (depth > this.#maxDepth) throw r.tooDeep(at);
  }

  /** What a length promises must fit into a message. */
  protected checkClaim(r: ByteReader, at: number, bytes: number): void {
    if (bytes <= this.#maxMessage) return;
    const text = `a size claims at least ${bytes} bytes, a message has ${this.#maxMessage} at the most (limits.message)`;
    throw r.error('size-limit', at, text);
  }

  #step(r: ByteReader, at: number): number {
    const top = this.#left.length - 1;
    const left = this.#left[top]!;
    const depth = this.#depths[top]!;
    if (left === STRUCT) return this.field(r, at, depth);
    if (left === 0) {
      this.close();
      return at;
    }
    const [first, second] = [this.#first[top]!, this.#second[top]!];
    if (second === NONE && this.width(first) > 0) {
      this.close();
      return at + left * this.width(first);
    }
    // A map's keys come at even counts: the count began at twice its size.
    const next = this.enter(r, second !== NONE && left % 2 === 1 ? second : first, at, depth + 1);
    if (next !== MORE) this.#left[top] = left - 1;
    return next;
  }

  #open(left: number, first: number, second: number, depth: number): void {
    const top = this.#left.length;
    this.#left.push(left);
    this.#depths[top] = depth;
    this.#first[top] = first;
    this.#second[top] = second;
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
}
