import { Watchdog } from '../watchdog.ts';

/** How long a connection lives, in ms each; `Infinity` where nothing but its peer ends it. */
export interface LifetimeSettings {
  /** From when it was made. */
  readonly maxAge: number;
  /** Without calls. */
  readonly idle: number;
  /** Without calls, while the peer may still be at one that was given up: to end the connection is how it learns of that. */
  readonly patience: number;
}

/** Whether a connection may be over while its peer answers. */
export function isLimited({ maxAge, idle }: LifetimeSettings): boolean {
  return Math.min(maxAge, idle) < Number.POSITIVE_INFINITY;
}

/** The share by which an age is shorter: connections that were made together must not all be made again at once. */
const JITTER = 0.2;

/** Watches over a connection's age and over how long it has had nothing to do. Its timers keep no process alive. */
export class Lifetime {
  readonly #settings: LifetimeSettings;
  readonly #connection: { retire(): void };
  #age: Watchdog | undefined;
  #idle: Watchdog | undefined;
  #patience: Watchdog | undefined;

  constructor(settings: LifetimeSettings, connection: { retire(): void }) {
    this.#settings = settings;
    this.#connection = connection;
  }

  /** The connection was made. */
  begin(): void {
    const { maxAge } = this.#settings;
    this.#age = this.#watch(this.#age, maxAge * (1 - JITTER * Math.random()));
  }

  /** It has nothing to do. Said anew while that is so, it does not begin its idle time anew. */
  rest(isBlocked: boolean): void {
    const { idle, patience } = this.#settings;
    if (this.#idle?.isRunning !== true) this.#idle = this.#watch(this.#idle, idle);
    this.#patience?.stop();
    if (isBlocked) this.#patience = this.#watch(this.#patience, patience);
  }

  /** It has something to do. */
  work(): void {
    this.#idle?.stop();
    this.#patience?.stop();
  }

  end(): void {
    this.work();
    this.#age?.stop();
  }

  #watch(watchdog: Watchdog | undefined, ms: number): Watchdog | undefined {
    if (ms === Number.POSITIVE_INFINITY) return undefined;
    const used = watchdog ?? new Watchdog(ms, () => this.#connection.retire());
    used.start();
    return used;
  }
}
