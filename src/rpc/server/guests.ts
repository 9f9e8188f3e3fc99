import { type Deferred, deferred } from '../timers.ts';

/** Somebody connected to a server, in whatever phase. */
export interface Guest {
  /** Is served on, and told to leave, if there is a way to say that. */
  announce?(): void;
  /** Is served no further; leaves when what was begun is done. */
  drain(): void;
  /** Leaves now. */
  destroy(): void;
}

/** All that are connected to a server. */
export class Guests {
  readonly #all = new Set<Guest>();
  readonly #gone: Deferred = deferred();
  #isAnnounced = false;
  #isDraining = false;

  get isDraining(): boolean {
    return this.#isDraining;
  }

  add(guest: Guest): void {
    this.#all.add(guest);
    if (this.#isDraining) guest.drain();
    else if (this.#isAnnounced) guest.announce?.();
  }

  delete(guest: Guest): void {
    this.#all.delete(guest);
    this.#checkGone();
  }

  /** Tells all that are here, and come, that they had better leave. */
  announce(): void {
    this.#isAnnounced = true;
    for (const guest of this.#all) guest.announce?.();
  }

  /** Bids all to leave; resolves when they have. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    for (const guest of this.#all) guest.drain();
    this.#checkGone();
    await this.#gone.promise;
  }

  destroy(): void {
    for (const guest of this.#all) guest.destroy();
  }

  #checkGone(): void {
    if (this.#isDraining && this.#all.size === 0) this.#gone.resolve();
  }
}
