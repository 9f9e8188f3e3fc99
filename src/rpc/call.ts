import type { RpcError } from '../errors/rpc-error.ts';
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

/** One call on its way: settled exactly once, by whoever knows first. */
export class Call implements Expiring {
  readonly callee: Callee;
  readonly method: Method;
  /** The declared arguments; there may be more elements behind them. */
  readonly args: readonly unknown[];
  /** ms for the whole call. */
  readonly timeout: number;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  settled = false;
  #onExpire: ((call: Call) => RpcError) | undefined;
  /** Number on its connection. */
  seqid = 0;

  expiresAt = 0;
  before: Expiring | undefined = undefined;
  after: Expiring | undefined = undefined;
  queue: DeadlineQueue | undefined = undefined;

  constructor(
    callee: Callee,
    args: readonly unknown[],
    timeout: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.callee = callee;
    this.method = callee.method;
    this.args = args;
    this.timeout = timeout;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Starts the clock. `onExpire` is told when the time is over, and gives the error. */
  arm(onExpire: (call: Call) => RpcError): void {
    this.#onExpire = onExpire;
    addDeadline(this, this.timeout);
  }

  resolve(value: unknown): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  expire(): void {
    this.reject(this.#onExpire!(this));
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    removeDeadline(this);
    return true;
  }
}
