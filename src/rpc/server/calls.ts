import { RpcError } from '../../errors/rpc-error.ts';
import { CallContext } from '../context.ts';
import { ServedCallTrace, serverCalls, tellCallRefused } from '../diagnostics.ts';
import type { Method } from '../method.ts';
import type { Outbox } from '../outbox.ts';
import { Watchdog } from '../watchdog.ts';
import type { Admission } from './admission.ts';
import { Answers, type AnswersOwner } from './answers.ts';
import type { ReplyTo } from './replies.ts';
import type { Request } from './request.ts';
import type { ServingSettings } from './settings.ts';
import { isThenable } from './thenable.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** What the calls of a connection need of it. */
export interface CallsOwner extends AnswersOwner {
  /** A call has ended. */
  settled(): void;
}

/** The calls of one connection, from the moment their arguments are read to their answers. */
export class ServedCalls {
  readonly #owner: CallsOwner;
  readonly #settings: ServingSettings;
  readonly #outbox: Outbox;
  readonly #answers: Answers;
  /** Calls that wait for a place, or whose handlers have not settled, by sequence id. */
  #running: Map<number, CallContext> | undefined;
  /** Oneway calls, and those that were answered before their handlers settled. */
  #unawaited: Set<CallContext> | undefined;
  #waiting: { readonly seqid: number; readonly start: () => void } | undefined;
  /** Those that wait for a place. */
  #queued: WaitingCalls<Request> | undefined;
  #isMultiplexed = false;

  constructor(owner: CallsOwner, settings: ServingSettings, outbox: Outbox) {
    this.#owner = owner;
    this.#settings = settings;
    this.#outbox = outbox;
    this.#answers = new Answers(owner, settings, outbox);
  }

  get size(): number {
    return this.unanswered + (this.#unawaited?.size ?? 0);
  }

  /** Those of them that somebody waits for. */
  get unanswered(): number {
    return (this.#running?.size ?? 0) + (this.#waiting === undefined ? 0 : 1);
  }

  /** Whether the client has had several calls under way: then it tells answers apart by their sequence ids. */
  get isMultiplexed(): boolean {
    return this.#isMultiplexed;
  }

  /** True while a request must wait for another; no further one may be taken then. */
  get isHeldUp(): boolean {
    return this.#waiting !== undefined;
  }

  run(request: Request): void {
    if (request.oneway || !this.#isRunning(request.seqid)) this.#run(request);
    else this.#waiting = { seqid: request.seqid, start: () => this.#run(request) };
  }

  /** Answers a request that no handler gets. */
  decline(to: ReplyTo, failure: RpcError): void {
    const start = () => this.#answers.failure(to, failure);
    if (this.#isRunning(to.seqid)) this.#waiting = { seqid: to.seqid, start };
    else start();
  }

  /** Starts the request that waits, if what it waited for has ended. */
  goOn(): void {
    const waiting = this.#waiting;
    if (waiting === undefined || this.#isRunning(waiting.seqid)) return;
    this.#waiting = undefined;
    waiting.start();
  }

  /** Tells of a oneway call that no handler gets, for it is not answered. */
  drop({ fullName: method }: Method, why: RpcError): void {
    const { peer } = this.#owner.caller;
    const text = `${method}: this oneway call of ${peer} was dropped: ${why.message}`;
    this.#settings.dropped.tell({ peer, method }, () => new RpcError(why.code, text, { peer, method }));
  }

  /** Nobody waits for answers any more. Oneway calls never had anybody who does. */
  abandon(reason: unknown): void {
    this.#waiting = undefined;
    for (const request of this.#queued?.withdraw(({ oneway }) => !oneway) ?? []) this.#unlist(request);
    for (const context of this.#running?.values() ?? []) context.abort(reason);
  }

  /** The caller of one has given it up: if it waits for a place it is never begun, if it runs it is told. */
  giveUp(seqid: number, reasonOf: () => unknown): void {
    const context = this.#running?.get(seqid);
    if (context === undefined) return;
    const reason = reasonOf();
    const waits = (request: Request) => request.context === context;
    for (const request of this.#queued?.withdraw(waits) ?? []) this.#unlist(request);
    context.abort(reason);
    this.#owner.settled();
  }

  /** Tells all that run to end. */
  abort(reason: unknown): void {
    this.abandon(reason);
    for (const request of this.#queued?.withdraw(() => true) ?? []) this.#unlist(request);
    for (const context of this.#unawaited ?? []) context.abort(reason);
  }

  /**
   * Clients that number all their calls alike expect the answers in order: a request with the sequence id of a
   * running one waits for it, and all others behind it.
   */
  #isRunning(seqid: number): boolean {
    return this.#running?.has(seqid) ?? false;
  }

  #run(request: Request): void {
    const { method, envelope } = request;
    const { caller } = this.#owner;
    const timeout = Math.min(this.#settings.timeout, envelope.timeout, caller.timeout);
    request.context = new CallContext(method.fullName, caller, envelope.headers, timeout);
    const { admission } = this.#settings;
    if (admission === undefined || request.route.isExempt) this.#serve(request, timeout, undefined, timeout);
    else this.#apply(request, timeout, admission);
  }

  /** Serves a request if there is a place for it, or lets it wait for one. */
  #apply(request: Request, timeout: number, admission: Admission): void {
    if (admission.enter()) return this.#serve(request, timeout, admission, timeout);
    const refusal = admission.refusal();
    if (refusal !== undefined) return this.#refuseWaiting(request, refusal);
    this.#queued ??= new WaitingCalls(admission, {
      begin: (begun, total, left) => {
        this.#serve(begun, total, admission, left);
        this.#owner.settled();
      },
      refuse: (refused, why) => {
        this.#unlist(refused);
        this.#refuseWaiting(refused, why);
        this.#owner.settled();
      },
    });
    this.#list(request);
    this.#queued.add(request, timeout);
  }

  /** Asks the handler of a request, which has `left` of its ms. Where it has a place, it gives it back at the end. */
  #serve(request: Request, timeout: number, admission: Admission | undefined, left: number): void {
    const context = request.context!;
    let result: unknown;
    let isPromise: boolean;
    try {
      result = serverCalls.hasSubscribers
        ? this.#trace(request, context)
        : this.#settings.serve(request, context);
      isPromise = isThenable(result);
    } catch (error) {
      this.#failed(request, error);
      return this.#leave(request, admission);
    }
    if (!isPromise) {
      this.#succeeded(request, result);
      return this.#leave(request, admission);
    }
    this.#list(request);
    const deadline = this.#watch(request, context, timeout, left);
    // A thenable's own rules may be odd: both ends go through one promise of ours.
    Promise.resolve(result).then(
      value => {
        deadline?.stop();
        if (this.#unlist(request)) this.#succeeded(request, value);
        admission?.leave();
        this.#owner.settled();
      },
      error => {
        deadline?.stop();
        if (this.#unlist(request)) this.#failed(request, error);
        admission?.leave();
        this.#owner.settled();
      },
    );
  }

  #trace(request: Request, context: CallContext): unknown {
    const spoken = { transport: this.#outbox.transport.name, protocol: request.envelope.protocol };
    request.trace = new ServedCallTrace(request, spoken, context);
    return request.trace.run(() => this.#settings.serve(request, context));
  }

  /** A call has ended that was not listed, unless it had waited. */
  #leave(request: Request, admission: Admission | undefined): void {
    if (admission === undefined) return;
    this.#unlist(request);
    admission.leave();
  }

  #refuseWaiting(request: Request, why: RpcError): void {
    const { method, name, oneway } = request;
    tellCallRefused(name, this.#owner.caller.peer, why);
    if (oneway) this.drop(method, why);
    else if (this.#answers.mayWrite(request)) this.#answers.failure(request, why, method);
  }

  /** Ends the wait for a handler when its time is over, and tells it so. */
  #watch(request: Request, context: CallContext, timeout: number, left: number): Watchdog | undefined {
    if (timeout === Number.POSITIVE_INFINITY) return undefined;
    const deadline = new Watchdog(left, () => {
      const { method, seqid, oneway } = request;
      const text = `${method.fullName}: not done within ${timeout} ms`;
      const late = new RpcError('DEADLINE_EXCEEDED', text, { method: method.fullName });
      if (!oneway) {
        this.#running?.delete(seqid);
        this.#addUnawaited(context);
        if (this.#answers.mayWrite(request)) this.#answers.failure(request, late, method);
        request.trace?.failed(late);
        request.trace?.ended();
      }
      context.abort(late);
      this.#owner.settled();
    });
    deadline.start();
    return deadline;
  }

  #list({ seqid, oneway, context }: Request): void {
    if (oneway) return this.#addUnawaited(context!);
    this.#running ??= new Map();
    this.#running.set(seqid, context!);
    if (this.#running.size > 1) this.#isMultiplexed = true;
  }

  /** A call has ended: whether its end is of any interest. */
  #unlist({ seqid, oneway, context }: Request): boolean {
    if (this.#unawaited?.delete(context!) || oneway) return oneway;
    return this.#running?.delete(seqid) ?? false;
  }

  #addUnawaited(context: CallContext): void {
    this.#unawaited ??= new Set();
    this.#unawaited.add(context);
  }

  #succeeded(request: Request, value: unknown): void {
    request.trace?.succeeded(value);
    this.#answers.result(request, value);
    request.trace?.ended();
  }

  #failed(request: Request, error: unknown): void {
    request.trace?.failed(error);
    this.#answers.exception(request, error);
    request.trace?.ended();
  }
}
