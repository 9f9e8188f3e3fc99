import { startTimer } from '../timers.ts';

/** ms between two looks. */
const INTERVAL = 50;
/** How much the last look counts: one pause to collect garbage is no overload. */
const SHARE = 1 / 3;

/**
 * By how many ms this process gets to its work too late: what a timer is late by, smoothed over the last few. It keeps
 * no process alive.
 */
export class LoopLag {
  #ms = 0;
  #timer: NodeJS.Timeout | undefined;

  get ms(): number {
    return this.#ms;
  }

  start(): void {
    if (this.#timer === undefined) this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ms = 0;
  }

  #wait(): void {
    const due = performance.now() + INTERVAL;
    this.#timer = startTimer(INTERVAL, () => {
      const late = Math.max(0, performance.now() - due);
      this.#ms += (late - this.#ms) * SHARE;
      this.#wait();
    }).unref();
  }
}
