/** How long is waited between attempts that fail. */
export interface BackoffSettings {
  /** ms after the first failure. */
  readonly initial: number;
  /** ms that are never exceeded. */
  readonly max: number;
  /** What each pause is multiplied with for the next one. */
  readonly multiplier: number;
  /** The share of each pause that is left to chance: those that failed together must not come back together. */
  readonly jitter: number;
}

/** ms to wait after so many failures in a row; `random` is at least 0, below 1. */
export function pauseAfter(failures: number, settings: BackoffSettings, random: number): number {
  const { initial, max, multiplier, jitter } = settings;
  return Math.min(max, initial * multiplier ** (failures - 1)) * (1 - jitter * random);
}
