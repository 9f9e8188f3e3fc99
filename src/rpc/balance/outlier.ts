/** When a server that answers badly is passed over for a while. The defaults are gRPC's (A50) and Envoy's. */
export interface OutlierOptions {
  /** So many failed calls in a row. Default: 5; `Infinity` for none. */
  readonly consecutive?: number;
  /** This share of the calls of one window. Default: 0.85; above 1 for none. */
  readonly failureRate?: number;
  /** Calls in one window from which on their failure rate says anything. Default: 50. */
  readonly volume?: number;
  /** ms of a window. Default: 10,000. */
  readonly window?: number;
  /** ms that a server is passed over, times how often it has been of late. Default: 30,000. */
  readonly ejection?: number;
  /** The most ms that it is. Default: 300,000. */
  readonly maxEjection?: number;
  /** The share of all servers that may be passed over at the same time. Default: 0.5. The last one never is. */
  readonly maxEjected?: number;
}

export type OutlierSettings = Required<OutlierOptions>;

export const defaultOutlier: OutlierSettings = {
  consecutive: 5,
  failureRate: 0.85,
  volume: 50,
  window: 10_000,
  ejection: 30_000,
  maxEjection: 300_000,
  maxEjected: 0.5,
};

/** What is remembered of one server's answers, to tell whether it is worth calling. */
export class Outlier {
  readonly #settings: OutlierSettings;
  #failuresInARow = 0;
  /** A window begins with a failure, so that calls that succeed need not look at the clock. */
  #windowBegan = Number.NEGATIVE_INFINITY;
  #calls = 0;
  #failures = 0;
  /** How often it was ejected; each window's time without that takes one off. */
  #times = 0;
  /** When it is called again; 0 while it is not ejected. */
  ejectedUntil = 0;

  constructor(settings: OutlierSettings) {
    this.#settings = settings;
  }

  /** A call succeeded. */
  succeeded(): void {
    this.#calls++;
    this.#failuresInARow = 0;
  }

  /** A call failed, at `now`. True when the server should be passed over from here on. */
  failed(now: number): boolean {
    // Sent before it was ejected.
    if (this.ejectedUntil > 0) return false;
    const { consecutive, volume, failureRate, window } = this.#settings;
    const windows = Math.floor((now - this.#windowBegan) / window);
    if (windows > 0) {
      this.#times = Math.max(0, this.#times - windows);
      this.#beginWindow(now);
    }
    this.#calls++;
    this.#failures++;
    this.#failuresInARow++;
    if (this.#failuresInARow >= consecutive) return true;
    return this.#calls >= volume && this.#failures >= this.#calls * failureRate;
  }

  /** Passes it over, longer each time. */
  eject(now: number): void {
    const { ejection, maxEjection } = this.#settings;
    this.#times++;
    this.ejectedUntil = now + Math.min(maxEjection, ejection * this.#times);
  }

  /** It is called again, from `now` on: what it did before counts no more. */
  readmit(now: number): void {
    this.#failuresInARow = this.ejectedUntil = 0;
    this.#beginWindow(now);
  }

  #beginWindow(now: number): void {
    this.#windowBegan = now;
    this.#calls = this.#failures = 0;
  }
}

/** Whether one more of `servers` may be passed over, of which `ejected` are already. */
export function mayEject(servers: number, ejected: number, { maxEjected }: OutlierSettings): boolean {
  return ejected + 1 < servers && ejected + 1 <= servers * maxEjected;
}
