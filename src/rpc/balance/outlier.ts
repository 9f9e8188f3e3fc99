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
  #windowEnds = 0;
  #calls = 0;
  #failures = 0;
  /** How often it was ejected; each window without that takes one off. */
  #times = 0;
  /** When it is called again; 0 while it is not ejected. */
  ejectedUntil = 0;

  constructor(settings: OutlierSettings) {
    this.#settings = settings;
  }

  /** A call ended, at `now`. True when the server should be passed over from here on. */
  record(failed: boolean, now: number): boolean {
    // Sent before it was ejected.
    if (this.ejectedUntil > 0) return false;
    if (now >= this.#windowEnds) this.#beginWindow(now);
    this.#calls++;
    if (!failed) {
      this.#failuresInARow = 0;
      return false;
    }
    this.#failures++;
    this.#failuresInARow++;
    const { consecutive, volume, failureRate } = this.#settings;
    if (this.#failuresInARow >= consecutive) return true;
    return this.#calls >= volume && this.#failures >= this.#calls * failureRate;
  }

  /** Passes it over, longer each time. */
  eject(now: number): void {
    const { ejection, maxEjection } = this.#settings;
    this.#times++;
    this.ejectedUntil = now + Math.min(maxEjection, ejection * this.#times);
  }

  /** It is called again: what it did before counts no more. */
  readmit(): void {
    this.#windowEnds = this.#failuresInARow = this.ejectedUntil = 0;
  }

  #beginWindow(now: number): void {
    const { window } = this.#settings;
    if (this.#windowEnds > 0) {
      const passed = 1 + Math.floor((now - this.#windowEnds) / window);
      this.#times = Math.max(0, this.#times - passed);
    }
    this.#windowEnds = now + window;
    this.#calls = this.#failures = 0;
  }
}

/** Whether one more of `servers` may be passed over, of which `ejected` are already. */
export function mayEject(servers: number, ejected: number, { maxEjected }: OutlierSettings): boolean {
  return ejected + 1 < servers && ejected + 1 <= servers * maxEjected;
}
