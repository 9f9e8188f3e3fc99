import { checkOptions } from '../options.ts';
import type { BackoffSettings } from '../rpc/backoff.ts';
import { checkNumber } from './checks.ts';

/** How long is waited before a call is tried again. */
export interface BackoffOptions {
  /** ms before the second attempt. Default: 50. */
  readonly initial?: number;
  /** ms that are never exceeded. Default: 1,000. */
  readonly max?: number;
  /** What each wait is multiplied with for the next one. Default: 2. */
  readonly multiplier?: number;
  /** How much of each wait is left to chance, from 0 to 1: those that failed together must not come back together. Default: 0.5. */
  readonly jitter?: number;
}

/** Throws a TypeError for options that make no sense. */
export function backoffOf(options: BackoffOptions = {}): BackoffSettings {
  checkOptions('retry.backoff', options, ['initial', 'max', 'multiplier', 'jitter']);
  return {
    initial: checkNumber('retry.backoff.initial', options.initial ?? 50, 0),
    max: checkNumber('retry.backoff.max', options.max ?? 1000, 0),
    multiplier: checkNumber('retry.backoff.multiplier', options.multiplier ?? 2, 1),
    jitter: checkNumber('retry.backoff.jitter', options.jitter ?? 0.5, 0, 1),
  };
}
