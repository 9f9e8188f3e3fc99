/** Sizes are rounded up to multiples of this: messages that are nearly alike take turns in one buffer. */
const STEP = 4 * 1024 * 1024;
/** ms that they lie here unused, at the most. */
const BRIEFLY = 1000;
/** One that is larger than is asked for is still given, but not if it is so many times as large. */
const TOO_LARGE = 4;

/**
 * Buffers of many megabytes, kept for the message that comes next and soon let go. Without them a message of 16 MB
 * takes 2.2 times the CPU of both ends (measured), nearly all of it in the kernel, which clears fresh memory.
 */
export class LargeBuffers {
  readonly #mostHeld: number;
  #free: Buffer[] = [];
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  /** No more than `mostHeld` bytes are kept. */
  constructor(mostHeld: number) {
    this.#mostHeld = mostHeld;
  }

  /** A buffer of `size` bytes or more: the smallest one here that is large enough, or a new one. */
  take(size: number): Buffer {
    let best: Buffer | undefined;
    for (const buffer of this.#free) {
      const { length } = buffer;
      if (length >= size && length < size * TOO_LARGE && length < (best?.length ?? Infinity)) best = buffer;
    }
    if (best === undefined) return Buffer.allocUnsafeSlow(Math.ceil(size / STEP) * STEP);
    this.#free.splice(this.#free.indexOf(best), 1);
    this.#held -= best.length;
    return best;
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  give(buffer: Buffer): void {
    if (this.#held + buffer.length > this.#mostHeld) return;
    this.#free.push(buffer);
    this.#held += buffer.length;
    // One timer for all of them: those in use all the time are made anew once in a while, which costs little.
    this.#timer ??= setTimeout(() => this.#letGo(), BRIEFLY).unref();
  }

  #letGo(): void {
    this.#timer = undefined;
    this.#free = [];
    this.#held = 0;
  }
}
