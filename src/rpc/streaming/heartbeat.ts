import { inspect } from 'node:util';
import { checkMs, checkOptions } from '../../options.ts';
import { Watchdog } from '../watchdog.ts';

/** How the other end of a connection with streams is asked whether it is there, if it is one of ours. */
export interface HeartbeatOptions {
  /** ms of silence after which it is asked. Default: 20,000. */
  readonly interval?: number;
  /** ms that it has for an answer; without one the connection is ended. Default: 20,000. */
  readonly timeout?: number;
}

/** The same with nothing left out. */
export type HeartbeatSettings = Readonly<Required<HeartbeatOptions>>;

export const defaultHeartbeat: HeartbeatSettings = Object.freeze({ interval: 20_000, timeout: 20_000 });

/** What the options say; `what` names them. Throws a TypeError for values that make no sense. */
export function heartbeatOf(what: string, options: HeartbeatOptions | undefined): HeartbeatSettings {
  checkOptions(what, options, Object.keys(defaultHeartbeat));
  const { interval = defaultHeartbeat.interval, timeout = defaultHeartbeat.timeout } = options ?? {};
  for (const [name, ms] of Object.entries({ interval, timeout })) {
    if (checkMs(`${what}.${name}`, ms) <= 0)
      throw new TypeError(`${what}.${name}: expected ms above 0, got ${inspect(ms)}`);
  }
  return Object.freeze({ interval, timeout });
}

/** Whose connection it is. */
export interface HeartbeatOwner {
  /** Whether nothing is read: then nothing can be heard. */
  readonly isPaused: boolean;
  /** Asks the other end for a word. */
  ask(): void;
  /** It has not answered. */
  silent(): void;
}

/** Listens for the other end of a connection while there is something to wait for. */
export class Heartbeat {
  readonly #owner: HeartbeatOwner;
  readonly #interval: Watchdog;
  readonly #timeout: Watchdog;

  constructor({ interval, timeout }: HeartbeatSettings, owner: HeartbeatOwner) {
    this.#owner = owner;
    this.#interval = new Watchdog(interval, () => this.#ask());
    this.#timeout = new Watchdog(timeout, () => this.#giveUp());
  }

  /** Begins to listen, unless it does. */
  start(): void {
    if (!this.#isRunning) this.#interval.start();
  }

  stop(): void {
    this.#interval.stop();
    this.#timeout.stop();
  }

  /** Something came. */
  heard(): void {
    if (!this.#isRunning) return;
    this.#timeout.stop();
    this.#interval.start();
  }

  get #isRunning(): boolean {
    return this.#interval.isRunning || this.#timeout.isRunning;
  }

  #ask(): void {
    if (this.#owner.isPaused) this.#interval.start();
    else this.#timeout.start();
    // Also where no answer would be read: the other end, which gets none from here, sees that somebody is there.
    this.#owner.ask();
  }

  #giveUp(): void {
    if (this.#owner.isPaused) this.#interval.start();
    else this.#owner.silent();
  }
}
