import { type BackoffSettings, pauseAfter } from '../rpc/backoff.ts';

const BACKOFF: BackoffSettings = { initial: 100, max: 5000, multiplier: 2, jitter: 0.5 };

/** When to try again what failed: ever later, and not all at the same time when a registry comes back. */
export class Attempts {
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Runs `task` when what runs now is done, in place of one that was to run. */
  soon(task: () => void): void {
    this.stop();
    this.#timer = setTimeout(task, 0);
  }

  /** Runs `task` some time from now, in place of one that was to run. */
  again(task: () => void): void {
    this.stop();
    this.#failed++;
    this.#timer = setTimeout(task, pauseAfter(this.#failed, BACKOFF, Math.random()));
  }

  /** One succeeded: the next failure is a first one. */
  succeeded(): void {
    this.#failed = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
