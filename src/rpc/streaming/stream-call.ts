import { AsyncLocalStorage } from 'node:async_hooks';
import { RpcError } from '../../errors/rpc-error.ts';
import { Call, type Callee } from '../call.ts';
import type { CallSettings } from '../client/settings.ts';
import type { MessageCount } from '../diagnostics.ts';
import { type Deferred, deferred } from '../timers.ts';
import { formsOf, type StreamForms } from './forms.ts';
import type { Here } from './in-context.ts';
import { Incoming, type IncomingOwner } from './incoming.ts';

/**
 * A call of a method that streams, one way or both. It is settled when the stream has ended. What its caller has of it
 * is there from the beginning, whoever will carry it.
 */
export class StreamCall extends Call implements IncomingOwner {
  readonly forms: StreamForms;
  /** What the caller streams; undefined where only the server does. */
  readonly requests: unknown;
  /** Where these are iterated over: leave to send one may come anywhere. */
  readonly here: Here | undefined;
  readonly incoming: Incoming;
  /** What the caller has: an async iterable, a promise, or a promise of a first answer and one of these. */
  readonly result: unknown;
  /** Of one that somebody is told of: counts what is streamed. */
  messages: MessageCount | undefined = undefined;
  readonly #replies: Replies;
  readonly #answer: Deferred<unknown> | undefined;
  /** The answer that follows the first one, where that is no stream. */
  #final: Deferred<unknown> | undefined;

  /** `args` are the declared arguments, then what is streamed, if the method takes that beside them. */
  static begin(callee: Callee, args: readonly unknown[], settings: CallSettings): StreamCall {
    const { descriptor, arity } = callee.method;
    const forms = formsOf(descriptor);
    const incoming = new Incoming(settings.messageTimeout);
    const replies = new Replies(incoming);
    const isIterated = forms.receives !== undefined && forms.first === undefined;
    const answer = isIterated ? undefined : deferred<unknown>();
    const requests = forms.sends === undefined ? undefined : args[arity - 1];
    return new StreamCall(callee, args, settings, forms, requests, incoming, replies, answer);
  }

  private constructor(
    callee: Callee,
    args: readonly unknown[],
    settings: CallSettings,
    forms: StreamForms,
    requests: unknown,
    incoming: Incoming,
    replies: Replies,
    answer: Deferred<unknown> | undefined,
  ) {
    super(
      callee,
      args,
      settings.timeout,
      settings,
      value => {
        incoming.end();
        (this.#final ?? answer)?.resolve(value);
      },
      error => {
        incoming.end({ error });
        (this.#final ?? answer)?.reject(error);
      },
    );
    this.forms = forms;
    this.requests = requests;
    this.here = requests === undefined ? undefined : AsyncLocalStorage.snapshot();
    this.incoming = incoming;
    this.#replies = replies;
    this.#answer = answer;
    this.result = answer?.promise ?? replies;
    incoming.owner = this;
  }

  /** Its caller wants no messages, before anybody carries it. */
  abandoned(): void {
    this.resolve(undefined);
  }

  /** The same, for it has waited too long for the first. */
  silent(): void {
    const { fullName: method } = this.method;
    const text = `${method}: the stream was not begun within ${this.settings.messageTimeout} ms (messageTimeout)`;
    this.reject(new RpcError('DEADLINE_EXCEEDED', text, { method, phase: 'unsent' }));
  }

  /** Nothing comes before somebody carries it. */
  taken(): void {}

  /** The answer before all others has come. */
  begun(first: unknown): void {
    if (this.forms.receives === undefined) {
      this.#final = deferred<unknown>();
      // Nobody need wait for it: then nobody asks what went wrong.
      this.#final.promise.catch(() => {});
    }
    this.#answer?.resolve(Object.freeze([first, this.#final?.promise ?? this.#replies]));
  }
}

/** What a caller has of the messages that come. To stop iterating cancels the call. */
class Replies implements AsyncIterableIterator<unknown> {
  readonly #incoming: Incoming;

  constructor(incoming: Incoming) {
    this.#incoming = incoming;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#incoming.next();
  }

  return(): Promise<IteratorResult<unknown>> {
    return this.#incoming.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#incoming[Symbol.asyncDispose]();
  }
}
