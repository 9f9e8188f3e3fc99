import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import { readMessage } from './json-message.ts';
import { closingQuote } from './json-text.ts';
import { ascii, skipBlanks } from './json-tokens.ts';
import { MessageHeader, type MessageScanner } from './protocol.ts';

/** Brackets that a struct opens until the next one in it: its own, a field's, and two of a map. */
const BRACKETS_A_LEVEL = 4;

/**
 * Finds the end of an unframed JSON message by its brackets, going on where it stopped, in the midst of a string too:
 * the work is linear in the bytes, in whatever chunks they come. What stands between the brackets is the decoder's
 * business.
 */
export class JsonScanner implements MessageScanner {
  readonly #maxMessage: number;
  readonly #maxBrackets: number;
  readonly #header = new MessageHeader();
  /** How far the message was scanned, from its start. */
  #offset = 0;
  /** The brackets that will close what is open; none before the header was read. */
  readonly #open: number[] = [];
  #inString = false;

  constructor(limits: Limits) {
    this.#maxMessage = limits.message;
    // No less than what decoding allows: it counts the depth exactly, and does so later.
    this.#maxBrackets = 1 + BRACKETS_A_LEVEL * (limits.depth + 1);
  }

  get wanted(): number {
    return this.#offset;
  }

  /** A string's length is only known at its end. */
  get string(): undefined {
    return undefined;
  }

  scan(r: ByteReader): number {
    let at = r.start + this.#offset;
    if (this.#open.length === 0) {
      at = skipBlanks(r, at);
      r.pos = at;
      if (!readMessage(r, this.#header)) return this.#pause(r, at);
      at = r.pos;
      this.#open.push(ascii.closeList);
    }
    while (at < r.end) {
      if (this.#inString) {
        const quote = closingQuote(r.bytes, at, r.end);
        if (quote < 0) return this.#pause(r, r.end);
        this.#inString = false;
        at = quote + 1;
      } else {
        this.#mark(r, at);
        at++;
        if (this.#open.length === 0) {
          this.#checkSize(r, at);
          return at;
        }
      }
    }
    return this.#pause(r, at);
  }

  #mark(r: ByteReader, at: number): void {
    switch (r.bytes[at]) {
      case ascii.quote:
        this.#inString = true;
        return;
      case ascii.openList:
        return this.#enter(r, at, ascii.closeList);
      case ascii.openObject:
        return this.#enter(r, at, ascii.closeObject);
      case ascii.closeList:
      case ascii.closeObject:
        if (this.#open.pop() !== r.bytes[at]) {
          const got = String.fromCharCode(r.bytes[at]!);
          throw r.error('invalid-data', at, `"${got}" closes a bracket that is not open`);
        }
    }
  }

  #enter(r: ByteReader, at: number, closing: number): void {
    if (this.#open.length >= this.#maxBrackets) throw r.tooDeep(at);
    this.#open.push(closing);
  }

  #pause(r: ByteReader, at: number): -1 {
    this.#offset = at - r.start;
    this.#checkSize(r, r.end);
    return -1;
  }

  #checkSize(r: ByteReader, at: number): void {
    if (at - r.start <= this.#maxMessage) return;
    const limit = r.start + this.#maxMessage;
    throw r.error('size-limit', limit, `the message exceeds ${this.#maxMessage} bytes (limits.message)`);
  }
}
