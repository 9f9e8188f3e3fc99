import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Cutter, TakeMessage } from './inbox.ts';

/** Messages behind a 4-byte big-endian length (thrift-rpc.md, "Framed vs. unframed transport"). */
export class FramedCutter implements Cutter {
  readonly #maxFrame: number;
  wanted = 0;

  constructor(limits: Limits) {
    this.#maxFrame = limits.frame;
  }

  cut(r: ByteReader, at: number, end: number, take: TakeMessage): number {
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
      if (!take(r)) break;
    }
    this.wanted = 0;
    return at;
  }
}
