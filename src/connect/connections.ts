import { inspect } from 'node:util';
import { checkMs, checkOptions } from '../options.ts';
import type { BackoffSettings } from '../rpc/backoff.ts';
import { defaultReconnect } from '../rpc/channels/attempts.ts';
import { defaultPool, type PoolSettings } from '../rpc/channels/pool.ts';

/**
 * How many connections a channel has to its peer, and for how long. What is said of calls is not of streams: these have a
 * connection of their own, or one each to a server without flow control; only its age and idle time are as here.
 */
export interface ConnectionsOptions {
  /**
   * Connections at the same time, by default 4, to a subprocess 1. A further one is made only when the others have no
   * more room, or when their peer may still be at a call that timed out or was cancelled: most servers work through a
   * connection in order. With 1 there is never another beside it, and calls wait behind such a call.
   */
  readonly max?: number;
  /** Calls under way on each; more wait. 1 for peers that read no call before they have answered the last. Default: any. */
  readonly inFlight?: number;
  /**
   * So many calls that time out one after the other, without a byte received, end a connection, for its peer must be
   * dead: by default 3. Not while an earlier call waits on it that the peer may be at.
   */
  readonly timeouts?: number;
  /** ms after which a connection takes no more calls or streams, and closes when those it has are done. Default: never. */
  readonly maxAge?: number;
  /** ms without calls or streams after which a connection closes. Default: never. */
  readonly idle?: number;
}

/** Pauses between attempts to connect that fail, in ms. */
export interface ReconnectOptions {
  /** After the first; it doubles with each further one. Default: 20. */
  readonly initial?: number;
  /** The longest. Default: 1000. */
  readonly max?: number;
}

interface PoolOptions {
  readonly connections?: ConnectionsOptions;
  readonly reconnect?: ReconnectOptions;
}

/** What the options say; `max` is the default. Throws a TypeError for values that make no sense. */
export function poolOf({ connections, reconnect }: PoolOptions, max: number = defaultPool.max): PoolSettings {
  if (connections === undefined && reconnect === undefined && max === defaultPool.max) return defaultPool;
  checkOptions('connections', connections, ['max', 'inFlight', 'timeouts', 'maxAge', 'idle']);
  const { timeouts, inFlight, maxAge, idle } = { ...defaultPool, ...given(connections) };
  const most = checkCount('connections.max', connections?.max ?? max);
  return Object.freeze({
    max: most,
    inFlight: checkCount('connections.inFlight', inFlight),
    timeouts: checkCount('connections.timeouts', timeouts),
    maxAge: checkTime('connections.maxAge', maxAge),
    idle: checkTime('connections.idle', idle),
    // The only one is kept: a server may hold a session as long as it lives.
    patience: most === 1 ? Number.POSITIVE_INFINITY : defaultPool.patience,
    backoff: backoffOf(reconnect),
  });
}

function backoffOf(options: ReconnectOptions | undefined): BackoffSettings {
  checkOptions('reconnect', options, ['initial', 'max']);
  const { initial, max } = { ...defaultReconnect, ...given(options) };
  checkTime('reconnect.initial', initial);
  checkTime('reconnect.max', max);
  if (max === Number.POSITIVE_INFINITY) throw wrong('reconnect.max', 'ms that come to an end', max);
  return { ...defaultReconnect, initial: Math.min(initial, max), max };
}

/** Without those that are undefined. */
function given<T extends object>(options: T | undefined): Partial<T> {
  const entries = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

function checkCount(what: string, count: unknown): number {
  if (count === Number.POSITIVE_INFINITY || (Number.isInteger(count) && (count as number) > 0))
    return count as number;
  throw wrong(what, 'a whole number above 0, or Infinity', count);
}

function checkTime(what: string, ms: unknown): number {
  if (checkMs(what, ms) > 0) return ms as number;
  throw wrong(what, 'ms above 0', ms);
}

function wrong(what: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${what}: expected ${expected}, got ${inspect(value)}`);
}
