import type { Headers } from '../transport/envelope.ts';

/** What a handler is told about the call it serves: the argument after the declared ones. */
export interface Context {
  /** `PingPong.login`. */
  readonly method: string;
  /** The client's end: `127.0.0.1:52144`. */
  readonly peer: string;
  /** Who the client is, where it said so (SASL). */
  readonly user: string | undefined;
  /** What came with the call, where the client's transport carries headers (THeader, TTHeader, HTTP). */
  readonly metadata: Headers;
  /** Aborted when nobody waits for the answer any more: the connection is lost, or the server closes. */
  readonly signal: AbortSignal;
}

/** A client, as far as it is the same for all calls of its connection. */
export interface Caller {
  readonly peer: string;
  readonly user?: string;
  /** What came with the connection, and so with each of its calls. */
  readonly headers: Headers;
}

/** A context whose costly part is made when first asked for. */
export class CallContext implements Context {
  readonly method: string;
  readonly #caller: Caller;
  readonly metadata: Headers;
  #controller: AbortController | undefined;
  #reason: unknown;
  #aborted = false;

  constructor(method: string, caller: Caller, metadata: Headers) {
    this.method = method;
    this.#caller = caller;
    this.metadata = metadata;
  }

  get peer(): string {
    return this.#caller.peer;
  }

  get user(): string | undefined {
    return this.#caller.user;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
