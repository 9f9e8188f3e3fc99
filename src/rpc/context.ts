import { AsyncLocalStorage } from 'node:async_hooks';
import type { Headers } from '../transport/envelope.ts';
import { Metadata } from './metadata.ts';

/** What a handler is told about the call it serves: the argument after the declared ones. */
export interface Context {
  /** `PingPong.login`. */
  readonly method: string;
  /** The client's end: `127.0.0.1:52144`. */
  readonly peer: string;
  /** Who the client is, where it said so (SASL), or an interceptor found it out. */
  user: string | undefined;
  /** What came with the call, where the client's transport carries headers (THeader, TTHeader, HTTP). */
  readonly metadata: Metadata;
  /** What goes with the reply, to clients whose transport carries headers. */
  readonly responseMetadata: Metadata;
  /** Of a method that streams: what goes with the end of the stream. */
  readonly trailers: Metadata;
  /** ms since the epoch when the caller's patience, or the server's, is over; `Infinity` where there is no end. */
  readonly deadline: number;
  /** Aborted when nobody waits for the answer any more: its time is over, the connection is lost, or the server closes. */
  readonly signal: AbortSignal;
  /** Whatever interceptors have to tell handlers. */
  readonly values: Map<unknown, unknown>;
}

/** A client, as far as it is the same for all calls of its connection. */
export interface Caller {
  readonly peer: string;
  readonly user?: string;
  /** What came with the connection, and so with each of its calls. */
  readonly headers: Headers;
  /** ms that it waits for each answer; `Infinity` where it does not say. */
  readonly timeout: number;
}

/** What few calls need of their context. */
class Rest {
  controller: AbortController | undefined = undefined;
  reason: unknown = undefined;
  isAborted = false;
  user: string | undefined = undefined;
  metadata: Metadata | undefined = undefined;
  responseMetadata: Metadata | undefined = undefined;
  trailers: Metadata | undefined = undefined;
  values: Map<unknown, unknown> | undefined = undefined;
}

/** A context whose costly parts are made when first asked for. */
export class CallContext implements Context {
  readonly method: string;
  readonly deadline: number;
  readonly #caller: Caller;
  readonly #headers: Headers;
  #made: Rest | undefined = undefined;

  /** `headers` came with the message itself; `timeout` in ms. */
  constructor(method: string, caller: Caller, headers: Headers, timeout: number) {
    this.method = method;
    this.#caller = caller;
    this.#headers = headers;
    this.deadline = timeout === Number.POSITIVE_INFINITY ? timeout : Date.now() + timeout;
  }

  get peer(): string {
    return this.#caller.peer;
  }

  get user(): string | undefined {
    return this.#made?.user ?? this.#caller.user;
  }

  set user(user: string | undefined) {
    this.#rest.user = user;
  }

  get metadata(): Metadata {
    const { headers } = this.#caller;
    this.#rest.metadata ??= Metadata.received(
      headers.size === 0 ? this.#headers : [...headers, ...this.#headers],
    );
    return this.#rest.metadata;
  }

  get responseMetadata(): Metadata {
    this.#rest.responseMetadata ??= new Metadata();
    return this.#rest.responseMetadata;
  }

  get trailers(): Metadata {
    this.#rest.trailers ??= new Metadata();
    return this.#rest.trailers;
  }

  get values(): Map<unknown, unknown> {
    this.#rest.values ??= new Map();
    return this.#rest.values;
  }

  get signal(): AbortSignal {
    const rest = this.#rest;
    if (rest.controller === undefined) {
      rest.controller = new AbortController();
      if (rest.isAborted) rest.controller.abort(rest.reason);
    }
    return rest.controller.signal;
  }

  get isAborted(): boolean {
    return this.#made?.isAborted ?? false;
  }

  /** What goes with the reply; undefined where nobody asked for a place to put it. */
  get responseHeaders(): Headers | undefined {
    return this.#made?.responseMetadata?.headers;
  }

  /** The same for what goes with the end of a stream. */
  get trailingHeaders(): Headers | undefined {
    return this.#made?.trailers?.headers;
  }

  abort(reason: unknown): void {
    if (this.isAborted) return;
    this.#rest.isAborted = true;
    this.#rest.reason = reason;
    this.#rest.controller?.abort(reason);
  }

  get #rest(): Rest {
    this.#made ??= new Rest();
    return this.#made;
  }
}

let storage: AsyncLocalStorage<Context> | undefined;

/**
 * The context of the call that is being served, anywhere below its handler; undefined outside of one. Of servers with
 * `{ propagate: true }` alone: what it takes costs each promise of the process something.
 */
export function context(): Context | undefined {
  return storage?.getStore();
}

/** Runs a handler, below which `context()` gives its context. */
export function runWithin<T>(current: Context, handler: () => T): T {
  storage ??= new AsyncLocalStorage();
  return storage.run(current, handler);
}
