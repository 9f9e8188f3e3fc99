import { DecodeError } from '../errors/decode-error.ts';
import type { Limits } from '../limits.ts';
import type { Protocol, Span } from '../protocol/protocol.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Cutter, MessageTaker } from './cutter.ts';

/** Given each frame, without its length, as a window of the reader; hands on the message in it. */
export type TakeFrame = (r: ByteReader, taker: MessageTaker) => boolean;

/** So many bytes of a large frame are searched for a string that is most of it. */
const SEARCHED = 1024;
/** What is smaller is not searched. */
const LARGE = 64 * 1024;

/** Cuts at 4-byte big-endian lengths (thrift-rpc.md, "Framed vs. unframed transport"). */
export class FrameCutter implements Cutter {
  readonly #limits: Limits;
  readonly #takeFrame: TakeFrame;
  readonly #protocol: Protocol | undefined;
  wanted = 0;
  string: Span | undefined;

  /** `protocol`: of the messages, where nothing else stands in a frame. */
  constructor(limits: Limits, takeFrame: TakeFrame, protocol?: Protocol) {
    this.#limits = limits;
    this.#takeFrame = takeFrame;
    this.#protocol = protocol;
  }

  cut(r: ByteReader, at: number, end: number, taker: MessageTaker): number {
    const { frame: maxFrame } = this.#limits;
    this.string = undefined;
    while (at + 4 <= end) {
      const size = r.view.getInt32(at);
      if (size <= 0 || size > maxFrame) {
        r.window(at, end, false);
        const claim = `a frame claims ${size} bytes`;
        if (size <= 0) throw r.error('negative-size', at, claim);
        throw r.error('size-limit', at, `${claim}, the limit is ${maxFrame} (limits.frame)`);
      }
      if (at + 4 + size > end) {
        this.wanted = 4 + size;
        if (size >= LARGE) this.string = this.#stringIn(r, at + 4, end, size);
        return at;
      }
      r.window(at + 4, at + 4 + size, false);
      at += 4 + size;
      if (!this.#takeFrame(r, taker)) break;
    }
    this.wanted = 0;
    return at;
  }

  #stringIn(r: ByteReader, at: number, end: number, size: number): Span | undefined {
    const scanner = this.#protocol?.scanner(this.#limits);
    if (scanner === undefined) return undefined;
    r.window(at, Math.min(end, at + SEARCHED), true);
    try {
      scanner.scan(r);
    } catch (error) {
      // Whoever takes the message will find it too, and answer it.
      if (error instanceof DecodeError) return undefined;
      throw error;
    }
    const { string } = scanner;
    return string === undefined || string.to > size
      ? undefined
      : { from: 4 + string.from, to: 4 + string.to };
  }
}
