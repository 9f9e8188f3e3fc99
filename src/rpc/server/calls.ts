import { RpcError } from '../../errors/rpc-error.ts';
import type { Headers } from '../../transport/envelope.ts';
import { CallContext, type Caller } from '../context.ts';
import type { Method } from '../method.ts';
import type { Outbox } from '../outbox.ts';
import { undeclared } from './failures.ts';
import { type ReplyTo, writeDeclared, writeFailure, writeResult } from './replies.ts';
import type { Route } from './routes.ts';
import type { ServingSettings } from './settings.ts';

/** A request that is read, and not answered yet. */
export interface Request extends ReplyTo {
  readonly route: Route;
  readonly method: Method;
  readonly args: unknown[];
  /** Nothing answers it. */
  readonly oneway: boolean;
}

/** What the calls of a connection need of it. */
export interface CallsOwner {
  readonly caller: Caller;
  /** A call has ended. */
  settled(): void;
  /** The connection cannot go on. */
  fail(error: unknown, method: Method | undefined): void;
}

/** The calls of one connection, from the moment their arguments are read to their answers. */
export class ServedCalls {
  readonly #owner: CallsOwner;
  readonly #settings: ServingSettings;
  readonly #outbox: Outbox;
  /** Calls whose handlers have not settled, by sequence id, and oneway calls. */
  readonly #running = new Map<number, CallContext>();
  readonly #runningOneway = new Set<CallContext>();
  #waiting: { readonly seqid: number; readonly start: () => void } | undefined;

  constructor(owner: CallsOwner, settings: ServingSettings, outbox: Outbox) {
    this.#owner = owner;
    this.#settings = settings;
    this.#outbox = outbox;
  }

  get size(): number {
    return this.unanswered + this.#runningOneway.size;
  }

  /** Those of them that somebody waits for. */
  get unanswered(): number {
    return this.#running.size + (this.#waiting === undefined ? 0 : 1);
  }

  /** True while a request must wait for another; no further one may be taken then. */
  get isHeldUp(): boolean {
    return this.#waiting !== undefined;
  }

  run(request: Request): void {
    if (request.oneway) this.#run(request);
    else this.#inTurn(request.seqid, () => this.#run(request));
  }

  /** Answers a request that no handler gets. */
  decline(to: ReplyTo, failure: RpcError): void {
    this.#inTurn(to.seqid, () => this.#answerFailure(to, failure, undefined));
  }

  /** Starts the request that waits, if what it waited for has ended. */
  goOn(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#running.has(waiting.seqid)) return;
    this.#waiting = undefined;
    waiting.start();
  }

  /** Nobody waits for answers any more. Oneway calls never had anybody who does. */
  abandon(reason: unknown): void {
    this.#waiting = undefined;
    for (const context of this.#running.values()) context.abort(reason);
  }

  /** Tells all that run to end. */
  abort(reason: unknown): void {
    this.abandon(reason);
    for (const context of this.#runningOneway) context.abort(reason);
  }

  /**
   * Clients that number all their calls alike expect the answers in order: a request with the sequence id of a
   * running one waits for it, and all others behind it.
   */
  #inTurn(seqid: number, start: () => void): void {
    if (this.#running.has(seqid)) this.#waiting = { seqid, start };
    else start();
  }

  #run(request: Request): void {
    const { route, args } = request;
    const context = new CallContext(
      request.method.fullName,
      this.#owner.caller,
      this.#metadata(request.envelope.headers),
    );
    args.push(context);
    let result: unknown;
    let isPromise: boolean;
    try {
      result = route.run!.apply(route.target, args);
      isPromise = isThenable(result);
    } catch (error) {
      return this.#failed(request, error);
    }
    if (!isPromise) return this.#succeeded(request, result);
    if (request.oneway) this.#runningOneway.add(context);
    else this.#running.set(request.seqid, context);
    // A thenable's own rules may be odd: both ends go through one promise of ours.
    Promise.resolve(result).then(
      value => {
        this.#end(request, context);
        this.#succeeded(request, value);
        this.#owner.settled();
      },
      error => {
        this.#end(request, context);
        this.#failed(request, error);
        this.#owner.settled();
      },
    );
  }

  #metadata(own: Headers): Headers {
    const { headers } = this.#owner.caller;
    if (headers.size === 0) return own;
    return own.size === 0 ? headers : new Map([...headers, ...own]);
  }

  #end(request: Request, context: CallContext): void {
    if (request.oneway) this.#runningOneway.delete(context);
    else this.#running.delete(request.seqid);
  }

  #succeeded(request: Request, value: unknown): void {
    if (request.oneway || !this.#canAnswer()) return;
    const { method } = request;
    try {
      writeResult(this.#outbox, method, request, value);
    } catch (error) {
      this.#answerError(request, error);
    }
  }

  #failed(request: Request, error: unknown): void {
    const { method } = request;
    if (request.oneway) return this.#report(error, method);
    if (!this.#canAnswer()) return;
    try {
      if (writeDeclared(this.#outbox, method, request, error)) return;
    } catch (refused) {
      return this.#answerError(request, refused);
    }
    this.#answerError(request, error);
  }

  /**
   * Answers with what no IDL declares. An RpcError is the handler's own word to its caller, unless it has a peer:
   * then it is the failure of a call that the handler made, and none of its caller's business.
   */
  #answerError(request: Request, error: unknown): void {
    const { method } = request;
    if (error instanceof RpcError && error.peer === undefined)
      return this.#answerFailure(request, error, method);
    this.#report(error, method);
    this.#answerFailure(request, undeclared(method.fullName, error, this.#settings.exposeErrors), method);
  }

  #answerFailure(to: ReplyTo, failure: RpcError, method: Method | undefined): void {
    try {
      writeFailure(this.#outbox, to, failure);
    } catch (tooLarge) {
      try {
        writeFailure(this.#outbox, to, new RpcError(failure.code, ''));
        this.#report(tooLarge, method);
      } catch {
        // A call without an answer would wait for ever: this client must go.
        this.#owner.fail(tooLarge, method);
      }
    }
  }

  /** Whether an answer may be written: not to a client that is gone, nor to one that reads none. */
  #canAnswer(): boolean {
    if (this.#outbox.isClosed) return false;
    const { unsent } = this.#outbox;
    if (unsent <= this.#settings.limits.unsent) return true;
    const { peer } = this.#owner.caller;
    const text = `${peer} does not read its replies: ${unsent} bytes wait (limits.unsent)`;
    this.#owner.fail(new RpcError('RESOURCE_EXHAUSTED', text, { peer }), undefined);
    return false;
  }

  #report(error: unknown, method: Method | undefined): void {
    const { peer } = this.#owner.caller;
    this.#settings.onError(error, { peer, ...(method === undefined ? {} : { method: method.fullName }) });
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
