import type { RpcError } from '../errors/rpc-error.ts';
import type { CallSettings } from './client/settings.ts';
import { addDeadline, type DeadlineQueue, type Expiring, removeDeadline } from './deadlines.ts';
import type { Method } from './method.ts';

/** What a call is addressed to: the same for every call of a client's method. */
export interface Callee {
  readonly method: Method;
  /** The name in the message: `Service:method` to a multiplexing server. */
  readonly name: string;
  /** The service's name in the IDL, for transports that carry it. */
  readonly service: string;
}

/** Why nobody waits for a call any more. */
export type GivenUp = 'expired' | 'cancelled';

/** Forgets a call that was given up, and gives the error that says so. `reason` is that of the caller's signal. */
export type GiveUp = (call: Call, why: GivenUp, reason?: unknown) => RpcError;

/** Rejects what the caller waits for, which `resolve` resolves. */
export type Reject = (error: unknown, resolve: (value: unknown) => void) => void;

/** One call on its way: settled exactly once, by whoever knows first. */
export class Call implements Expiring {
  readonly callee: Callee;
  readonly method: Method;
  /** The declared arguments; there may be more elements behind them. */
  readonly args: readonly unknown[];
  /** ms for the whole call, as they were given. */
  readonly timeout: number;
  readonly settings: CallSettings;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: Reject;
  settled = false;
  #giveUp: GiveUp | undefined;
  #onSettled: ((error: unknown) => void) | undefined;
  /** Number on its connection. */
  seqid = 0;

  expiresAt = 0;
  queue: DeadlineQueue | undefined = undefined;
  place = 0;

  constructor(
    callee: Callee,
    args: readonly unknown[],
    timeout: number,
    settings: CallSettings,
    resolve: (value: unknown) => void,
    reject: Reject,
  ) {
    this.callee = callee;
    this.method = callee.method;
    this.args = args;
    this.timeout = timeout;
    this.settings = settings;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /**
   * Starts the clock, unless it runs. Whoever carries the call now is told when it is given up; when it is handed on, the
   * next one takes over.
   */
  arm(giveUp: GiveUp): void {
    this.#giveUp = giveUp;
    if (this.queue === undefined) addDeadline(this, this.settings.timeLeft ?? this.timeout);
  }

  /** ms until the call expires. */
  get timeLeft(): number {
    return this.queue?.timeLeft(this) ?? this.settings.timeLeft ?? this.timeout;
  }

  resolve(value: unknown): void {
    if (this.#settle(undefined)) this.#resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle(error)) this.#reject(error, this.#resolve);
  }

  expire(): void {
    this.reject(this.#giveUp!(this, 'expired'));
  }

  /** The caller gives up. `fallback` is asked while nobody carries the call. */
  cancel(fallback: GiveUp, reason: unknown): void {
    if (!this.settled) this.reject((this.#giveUp ?? fallback)(this, 'cancelled', reason));
  }

  /** Tells once when the call is settled, with the error if there is one: for who counts, or must let go. */
  whenSettled(listener: (error: unknown) => void): void {
    const earlier = this.#onSettled;
    this.#onSettled =
      earlier === undefined
        ? listener
        : error => {
            earlier(error);
            listener(error);
          };
  }

  #settle(error: unknown): boolean {
    if (this.settled) return false;
    this.settled = true;
    removeDeadline(this);
    this.#onSettled?.(error);
    return true;
  }
}
