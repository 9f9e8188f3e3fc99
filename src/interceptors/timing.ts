import { onAbort } from '../rpc/aborts.ts';
import { startTimer } from '../rpc/timers.ts';

/** Time and chance, so that a spec can be the master of both. */
export interface Timing {
  /** ms since the epoch. */
  now(): number;
  /** At least 0, below 1. */
  random(): number;
  /** Runs a task in so many ms, unless what it gives is called before. */
  after(ms: number, task: () => void): () => void;
}

export const systemTiming: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, task) {
    const timer = startTimer(ms, task);
    return () => clearTimeout(timer);
  },
};

/** Waits, and says whether it came to the end of it: false as soon as the signal aborts. */
export function sleep(timing: Timing, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise(resolve => {
    if (signal?.aborted) return resolve(false);
    const stop = timing.after(ms, () => {
      unheed?.();
      resolve(true);
    });
    const unheed =
      signal &&
      onAbort(signal, () => {
        stop();
        resolve(false);
      });
  });
}
