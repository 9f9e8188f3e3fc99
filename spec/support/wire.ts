import { Duplex } from 'node:stream';
import { settle } from './peers.ts';

/** A stream whose other end is the test: it says what comes, sees what was sent, and may stop taking it. */
export class Wire extends Duplex {
  /** All that was sent. */
  sent: Buffer = Buffer.alloc(0);
  /** True while nothing that is written is taken. */
  isStuck = false;
  hasEnded = false;
  /** Bytes that were given and not asked for yet. */
  readonly #waiting: (Buffer | null)[] = [];
  #isWanted = false;
  #taken: (() => void) | undefined;

  /** Gives bytes, in chunks of `size`. */
  feed(bytes: Uint8Array, size: number = bytes.length): this {
    for (let at = 0; at < bytes.length; at += size) {
      this.#waiting.push(Buffer.from(bytes.subarray(at, at + size)));
    }
    this.#give();
    return this;
  }

  /** Says that no more comes. */
  feedEnd(): this {
    this.#waiting.push(null);
    this.#give();
    return this;
  }

  /** Bytes that were given and not taken. */
  get backlog(): number {
    return this.#waiting.reduce((sum, bytes) => sum + (bytes?.length ?? 0), this.readableLength);
  }

  /** Takes what was written while it was stuck. */
  release(): void {
    this.isStuck = false;
    this.#taken?.();
  }

  /** What was sent by now; it is forgotten with that. */
  async answer(): Promise<Buffer> {
    await settle();
    const { sent } = this;
    this.sent = Buffer.alloc(0);
    return sent;
  }

  override _read(): void {
    this.#isWanted = true;
    this.#give();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const take = () => {
      this.#taken = undefined;
      this.sent = Buffer.concat([this.sent, chunk]);
      done();
    };
    if (this.isStuck) this.#taken = take;
    else take();
  }

  override _final(done: () => void): void {
    this.hasEnded = true;
    done();
  }

  #give(): void {
    while (this.#isWanted && this.#waiting.length > 0)
      this.#isWanted = this.push(this.#waiting.shift() ?? null);
  }
}

/** Collects what a stream gives. */
export function reading(stream: Duplex): { readonly bytes: Buffer; readonly error: Error | undefined } {
  const seen: { bytes: Buffer; error: Error | undefined } = { bytes: Buffer.alloc(0), error: undefined };
  stream
    .on('data', chunk => {
      seen.bytes = Buffer.concat([seen.bytes, chunk]);
    })
    .on('error', error => {
      seen.error = error;
    });
  return seen;
}
