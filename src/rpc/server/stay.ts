import { Watchdog } from '../watchdog.ts';
import type { ConnectionRules } from './connection-rules.ts';

/** The share by which an age is shorter: connections that were made together must not all be made again at once. */
const JITTER = 0.2;
/** How many ages there are: all of one age share a timer. */
const AGES = 50;
/** ms that a connection goes on when its client was told to leave, and has not. */
const GRACE = 10_000;
/** ms without calls after which a client that was told to leave seems to have done so. */
const QUIET = 1000;
/**
 * ms that a connection without calls is kept open when the server drains. What is on its way is refused then, and its
 * client knows that it was not served; over a connection that is closed at once it would be lost.
 */
export const LINGER = 100;

/** What a stay ends. */
export interface Stayer {
  /** Whether it has calls under way. */
  readonly isBusy: boolean;
  /** Says from now on that the client should leave. */
  announce(): void;
  /** Serves no more calls. */
  drain(): void;
  /** Ends as soon as it can. */
  leave(): void;
}

/** For how long a connection stays that does nothing wrong. Its timers keep no process alive. */
export class Stay {
  readonly #stayer: Stayer;
  /** Runs until it is old, and then until it is asked no longer. */
  #age: Watchdog | undefined;
  /** Runs while there is nothing to do. */
  #rest: Watchdog | undefined;
  #isDraining = false;

  constructor(stayer: Stayer) {
    this.#stayer = stayer;
  }

  /** Whether it serves no more calls. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Lets it stay no longer than this; without, it stays as long as it likes. */
  limit({ idle, maxAge }: ConnectionRules): void {
    const youth = (JITTER * Math.floor(AGES * Math.random())) / AGES;
    this.#age = new Watchdog(maxAge * (1 - youth), () => this.#aged());
    this.#age.start();
    this.#rest = this.#resting(idle);
    this.rest();
  }

  /** There are no calls under way. */
  rest(): void {
    // Calls that are refused do not keep it open.
    if (!this.#isDraining || !this.#rest?.isRunning) this.#rest?.start();
  }

  /** It serves no more calls, says so, and is kept open for those that are on their way. */
  drain(): void {
    this.over();
    this.#isDraining = true;
    this.#stayer.announce();
    this.#rest = this.#resting(LINGER);
  }

  /** The connection has ended. */
  over(): void {
    this.#rest?.stop();
    this.#age?.stop();
  }

  #resting(ms: number): Watchdog {
    return new Watchdog(ms, () => {
      if (!this.#stayer.isBusy) this.#stayer.leave();
    });
  }

  #aged(): void {
    this.#rest?.stop();
    this.#rest = this.#resting(QUIET);
    this.#age = new Watchdog(GRACE, () => this.#stayer.drain());
    this.#age.start();
    this.#stayer.announce();
    if (!this.#stayer.isBusy) this.rest();
  }
}
