import { addDeadline, type DeadlineQueue, type Expiring, removeDeadline } from './deadlines.ts';

/** Calls for help when something that was begun is not done in time. One serves again and again. */
export class Watchdog implements Expiring {
  readonly #ms: number;
  readonly #onExpire: () => void;
  expiresAt = 0;
  queue: DeadlineQueue | undefined = undefined;
  place = 0;

  constructor(ms: number, onExpire: () => void) {
    this.#ms = ms;
    this.#onExpire = onExpire;
  }

  get isRunning(): boolean {
    return this.queue !== undefined;
  }

  /** Begins to wait, anew if it waited already. */
  start(): void {
    this.stop();
    addDeadline(this, this.#ms);
  }

  stop(): void {
    if (this.isRunning) removeDeadline(this);
  }

  expire(): void {
    this.#onExpire();
  }
}
