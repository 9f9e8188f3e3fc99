import { ownCopy } from './copy.ts';
import { giveBuffer } from './pool.ts';
import { ByteWriter } from './writer.ts';

/** Up to this many bytes share their memory with others, as Node's own small buffers do. */
const SMALL = 1024;
const SIZE = 8 * 1024;
/** Beyond this no memory is kept for the next value. */
const KEPT = 1024 * 1024;

/**
 * Where values are written that outlive the writing: small ones stay where they stand, one behind the other, which saves
 * a fifth of the time of a copy each (measured); larger ones are copied.
 */
export class Slab {
  readonly writer: ByteWriter;
  /** What small ones share. */
  #shared: Buffer;
  #at = 0;

  constructor(maxDepth: number) {
    this.writer = new ByteWriter(0, maxDepth);
    this.#shared = this.writer.bytes;
  }

  /** Where to write the next value. */
  begin(): number {
    if (this.#at + SMALL > this.writer.size) this.#renew();
    return this.#at;
  }

  /** The value that was written up to `end`, for its receiver to keep. */
  end(end: number): Uint8Array {
    const { writer } = this;
    const at = this.#at;
    const length = end - at;
    const isShared = writer.bytes === this.#shared;
    if (isShared && length <= SMALL) {
      // Whatever is put over the next one later, numbers of eight bytes stay readable.
      this.#at = (end + 7) & ~7;
      return new Uint8Array(writer.bytes.buffer as ArrayBuffer, at, length);
    }
    const copy = ownCopy(writer.bytes, at, length);
    if (!isShared) {
      // What it has grown to is kept for the next one, which may be as large.
      this.#at = 0;
      if (length <= SMALL || writer.size > KEPT) this.#renew();
    }
    return copy;
  }

  #renew(): void {
    const { writer } = this;
    if (writer.bytes !== this.#shared) giveBuffer(writer.bytes);
    const memory = new ArrayBuffer(SIZE);
    // To transfer one to another thread would take the others with it.
    process.getBuiltinModule('node:worker_threads').markAsUntransferable(memory);
    this.#shared = Buffer.from(memory);
    writer.use(this.#shared);
    this.#at = 0;
  }
}
