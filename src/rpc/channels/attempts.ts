import { type BackoffSettings, pauseAfter } from '../backoff.ts';

/** Attempts to connect are made soon again: the one that counts may be the next. */
export const defaultReconnect: BackoffSettings = Object.freeze({
  initial: 20,
  max: 1000,
  multiplier: 2,
  jitter: 0.2,
});

const elapsed = () => performance.now();

/** When the next attempt to connect may begin. */
export class Attempts {
  readonly #settings: BackoffSettings;
  readonly #random: () => number;
  readonly #now: () => number;
  #failures = 0;
  #until = 0;

  /** `random` gives numbers from 0 to 1, `now` gives ms. */
  constructor(settings: BackoffSettings, random: () => number = Math.random, now: () => number = elapsed) {
    this.#settings = settings;
    this.#random = random;
    this.#now = now;
  }

  /** Whether the last attempt failed. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** ms until the next attempt may begin; 0 when it may begin now. */
  get pause(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#until - this.#now());
  }

  failed(): void {
    this.#failures++;
    this.#until = this.#now() + pauseAfter(this.#failures, this.#settings, this.#random());
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
