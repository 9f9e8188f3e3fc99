import { recognise, type Seen } from '../../transport/recognise.ts';

/** More than tell what a peer speaks. */
const ENOUGH = 16;

/** The first bytes of a peer, in however many chunks they come. */
export class FirstBytes {
  #bytes: Buffer = Buffer.alloc(0);

  /** Takes the first `length` bytes of a chunk. */
  add(chunk: Buffer, length: number): void {
    if (this.#bytes.length >= ENOUGH) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, Math.min(length, ENOUGH))]);
  }

  /** What they look like; undefined when more of them are needed. */
  get seen(): Seen | undefined {
    return recognise(this.#bytes, 0, this.#bytes.length);
  }
}
