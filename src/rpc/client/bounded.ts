import { RpcError, type RpcErrorInit } from '../../errors/rpc-error.ts';
import { onAbort } from '../aborts.ts';
import { Watchdog } from '../watchdog.ts';
import type { CallSettings } from './settings.ts';

/** ms that interceptors have to end by themselves: what is inside of them knows better why it ends. */
const LENIENCE = 20;

/** What is known of a call that goes through interceptors. */
export interface Bounded {
  readonly method: string;
  readonly peer: string;
  readonly settings: CallSettings;
  /** Whether an attempt was made: something of it may have been sent. */
  readonly isBegun: boolean;
}

/** Settles with what `run` gives; and without it, soon after the call's time is over or its caller has given up. */
export function bounded(call: Bounded, run: () => Promise<unknown>): Promise<unknown> {
  const { method, peer } = call;
  const { timeout, signals } = call.settings;
  if (timeout === Number.POSITIVE_INFINITY && signals.length === 0) return run();
  return new Promise((resolve, reject) => {
    const late = (code: 'DEADLINE_EXCEEDED' | 'CANCELLED', why: string, cause?: unknown) => {
      const init: RpcErrorInit = { method, peer, phase: call.isBegun ? 'sent' : 'unsent', cause };
      reject(new RpcError(code, `${method}: ${why}, and its interceptors went on`, init));
    };
    const deadline = new Watchdog(Math.max(0, timeout) + LENIENCE, () =>
      late('DEADLINE_EXCEEDED', `its ${timeout} ms were over`),
    );
    const cancelled = new Watchdog(LENIENCE, () => {
      const reason: unknown = signals.find(({ aborted }) => aborted)?.reason;
      late('CANCELLED', `it was cancelled (${reason instanceof Error ? reason.message : reason})`, reason);
    });
    const cancel = () => cancelled.start();
    deadline.start();
    const stops = signals.map(signal => onAbort(signal, cancel));
    if (signals.some(({ aborted }) => aborted)) cancel();
    run()
      .finally(() => {
        deadline.stop();
        cancelled.stop();
        for (const stop of stops) stop();
      })
      .then(resolve, reject);
  });
}
