import type { Outcome } from './outcome.ts';

/** The calls of one method that ended in the same way. */
export interface CallMetrics {
  readonly side: 'client' | 'server';
  /** `PingPong.login`. */
  readonly method: string;
  /** `OK`, a status code, or the class of an exception that the method declares. */
  readonly code: Outcome;
  readonly count: number;
  /** All their times together. */
  readonly ms: number;
  /** How many of them took no longer than each of `buckets`. */
  readonly within: readonly number[];
}

/** The calls of one method that have not ended. */
export interface RunningMetrics {
  readonly side: 'client' | 'server';
  readonly method: string;
  readonly count: number;
}

export interface MetricsSnapshot {
  /** ms, ascending. */
  readonly buckets: readonly number[];
  readonly calls: readonly CallMetrics[];
  readonly running: readonly RunningMetrics[];
}
