import { RpcError } from '../../errors/rpc-error.ts';
import type { Headers } from '../../transport/envelope.ts';
import type { Caller } from '../context.ts';
import type { Method } from '../method.ts';
import type { Outbox } from '../outbox.ts';
import { ownWord } from '../own-word.ts';
import { undeclared } from './failures.ts';
import { type ReplyTo, writeDeclared, writeFailure, writeResult, writeStatus } from './replies.ts';
import type { Request } from './request.ts';
import type { ServingSettings } from './settings.ts';

/** Whose answers they are. */
export interface AnswersOwner {
  readonly caller: Caller;
  /** What goes with an answer that is about to be written. Throws for what cannot. */
  answering(headers: Headers): void;
  /** The connection cannot go on. */
  fail(error: unknown, method: Method | undefined): void;
}

/** The answers to the calls of one connection: what goes to their callers, and what to the operator. */
export class Answers {
  readonly #owner: AnswersOwner;
  readonly #settings: ServingSettings;
  readonly #outbox: Outbox;

  constructor(owner: AnswersOwner, settings: ServingSettings, outbox: Outbox) {
    this.#owner = owner;
    this.#settings = settings;
    this.#outbox = outbox;
  }

  /** Answers with what the handler gave; with an error, where that does not fit. */
  result(request: Request, value: unknown): void {
    if (request.oneway || !this.mayWrite(request)) return;
    const { method } = request;
    try {
      this.#tell(request);
      writeResult(this.#outbox, method, request, value);
    } catch (error) {
      this.#error(request, error);
    }
  }

  /** Answers with what the handler threw. */
  exception(request: Request, error: unknown): void {
    const { method } = request;
    if (request.oneway) return this.#report(error, method);
    if (!this.mayWrite(request)) return;
    try {
      this.#tell(request);
      if (writeDeclared(this.#outbox, method, request, error)) return;
    } catch (refused) {
      return this.#error(request, refused);
    }
    this.#error(request, error);
  }

  /** Answers with what no IDL declares. */
  #error(request: Request, error: unknown): void {
    const { method, trace } = request;
    trace?.failed(error);
    const status = ownWord(error, request.context!);
    if (status !== undefined) return this.#status(request, status);
    this.#report(error, method);
    this.failure(request, undeclared(method.fullName, error, this.#settings.exposeErrors), method);
  }

  #status(request: Request, status: RpcError): void {
    try {
      writeStatus(this.#outbox, request.method, request, status);
    } catch (unfit) {
      // Its details, or its headers, cannot travel: the status still can.
      this.#report(unfit, request.method);
      const { code, message, applicationType } = status;
      const init = applicationType === undefined ? {} : { applicationType };
      this.failure(request, new RpcError(code, message, init), request.method);
    }
  }

  /** Answers with a failure that no IDL declares: without the handler's headers, or the text, where these do not fit. */
  failure(to: ReplyTo, failure: RpcError, method?: Method): void {
    let unfit: unknown;
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const error = attempt < 2 ? failure : new RpcError(failure.code, '');
        writeFailure(this.#outbox, to, error, attempt > 0);
        if (unfit !== undefined) this.#report(unfit, method);
        return;
      } catch (tooLarge) {
        unfit = tooLarge;
      }
    }
    // A call without an answer would wait for ever: this client must go.
    this.#owner.fail(unfit, method);
  }

  /** Where messages have no place for headers, what carries them may have one. */
  #tell({ context }: Request): void {
    const headers = context!.responseHeaders;
    if (headers !== undefined) this.#owner.answering(headers);
  }

  /** Whether an answer may be written: not to a client that is gone or has given up, nor to one that reads none. */
  mayWrite({ context }: Request): boolean {
    if (this.#outbox.isClosed || context!.isAborted) return false;
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
