import type { Random } from './policies/policy.ts';

/** ms between attempts to reach a server: doubled with each that fails, up to a bound. */
export interface BackoffSettings {
  readonly first: number;
  readonly most: number;
}

export const defaultBackoff: BackoffSettings = { first: 100, most: 10_000 };

/**
 * ms to wait after so many failures in a row: between half of what is due and all of it, for clients that have lost
 * the same server must not all come back at once.
 */
export function backoff(failures: number, { first, most }: BackoffSettings, random: Random): number {
  const due = Math.min(most, first * 2 ** (failures - 1));
  return due * (1 - random() / 2);
}
