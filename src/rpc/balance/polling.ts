import { startTimer } from '../timers.ts';

/** How often something is looked at that cannot tell when it changes. */
export interface PollingSettings {
  /** ms from one look to the next. */
  readonly interval: number;
  /** ms that are between two looks in any case. */
  readonly minInterval: number;
}

/** Looks again and again, once at a time, and at a bounded rate. Its timers keep no process alive. */
export class Polling {
  readonly #look: () => Promise<boolean>;
  readonly #settings: PollingSettings;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  /** The next look is due as soon as the rate allows. Asked again and again, it must not be put off each time. */
  #isUrgent = false;
  #isClosed = false;
  #lookedAt = 0;
  #failures = 0;

  /** `look` says whether it could; it never rejects. The first look is taken at once. */
  constructor(look: () => Promise<boolean>, settings: PollingSettings) {
    this.#look = look;
    this.#settings = settings;
    void this.#run();
  }

  /** Looks as soon as the rate allows. */
  refresh(): void {
    if (this.#isLooking || this.#isUrgent || this.#isClosed) return;
    this.#isUrgent = true;
    this.#wait(this.#lookedAt + this.#settings.minInterval - performance.now());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    this.#isUrgent = false;
    this.#lookedAt = performance.now();
    const could = await this.#look();
    this.#isLooking = false;
    this.#failures = could ? 0 : this.#failures + 1;
    const { interval, minInterval } = this.#settings;
    // What failed may work soon, or not for long.
    const next = could ? interval : Math.min(interval, minInterval * 2 ** (this.#failures - 1));
    if (!this.#isClosed) this.#wait(Math.max(next, minInterval));
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = startTimer(ms, () => void this.#run()).unref();
  }
}
