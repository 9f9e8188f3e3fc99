/** ms between attempts to connect that fail. */
export interface BackoffSettings {
  /** After the first. */
  readonly initial: number;
  /** It doubles with each further one, up to this. */
  readonly max: number;
}

export const defaultBackoff: BackoffSettings = Object.freeze({ initial: 20, max: 1000 });

/** The share by which a pause is longer or shorter: clients that have lost the same server must not all come at once. */
const JITTER = 0.2;

const elapsed = () => performance.now();

/** When the next attempt to connect may begin. */
export class Backoff {
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
    const { initial, max } = this.#settings;
    const due = Math.min(max, initial * 2 ** this.#failures);
    this.#failures++;
    this.#until = this.#now() + due * (1 + JITTER * (2 * this.#random() - 1));
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
