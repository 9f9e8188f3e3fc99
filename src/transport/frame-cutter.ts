import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Cutter, MessageTaker } from './cutter.ts';

/** Given each frame, without its length, as a window of the reader; hands on the message in it. */
export type TakeFrame = (r: ByteReader, taker: MessageTaker) => boolean;

/** Cuts at 4-byte big-endian lengths (thrift-rpc.md, "Framed vs. unframed transport"). */
export class FrameCutter implements Cutter {
  readonly #maxFrame: number;
  readonly #takeFrame: TakeFrame;
  wanted = 0;

  constructor(limits: Limits, takeFrame: TakeFrame) {
    this.#maxFrame = limits.frame;
    this.#takeFrame = takeFrame;
  }

  cut(r: ByteReader, at: number, end: number, taker: MessageTaker): number {
    while (at + 4 <= end) {
      const size = r.view.getInt32(at);
      if (size <= 0 || size > this.#maxFrame) {
        r.window(at, end, false);
        const claim = `a frame claims ${size} bytes`;
        if (size <= 0) throw r.error('negative-size', at, claim);
        throw r.error('size-limit', at, `${claim}, the limit is ${this.#maxFrame} (limits.frame)`);
      }
      if (at + 4 + size > end) {
        this.wanted = 4 + size;
        return at;
      }
      r.window(at + 4, at + 4 + size, false);
      at += 4 + size;
      if (!this.#takeFrame(r, taker)) break;
    }
    this.wanted = 0;
    return at;
  }
}
