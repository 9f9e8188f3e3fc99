import type { DecodeError } from '../../errors/decode-error.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import type { Headers } from '../../transport/envelope.ts';
import type { FrameReader } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import { CallContext, type Caller } from '../context.ts';
import { ServedCallTrace, serverCalls, tellCallRefused } from '../diagnostics.ts';
import type { Method } from '../method.ts';
import type { Carrier } from '../streaming/carrier.ts';
import { readGrant } from '../streaming/flow.ts';
import { formsOf } from '../streaming/forms.ts';
import { iteratedHere } from '../streaming/in-context.ts';
import { Incoming } from '../streaming/incoming.ts';
import { readReset } from '../streaming/reset.ts';
import { metadataOf, readException, WRAPPED } from '../streaming/status.ts';
import { Stream } from '../streaming/stream.ts';
import { Watchdog } from '../watchdog.ts';
import { notReadable } from './failures.ts';
import type { Route } from './routes.ts';
import type { ServingSettings } from './settings.ts';
import { StreamReply, type StreamReplyOwner } from './stream-reply.ts';
import { isThenable } from './thenable.ts';

/** As what those who listen are told of it: there is one way only. */
const spoken = { protocol: 'binary', transport: 'ttheader' } as const;

/** What a stream needs of its connection. */
export interface ServedStreamOwner {
  readonly caller: Caller;
  readonly settings: ServingSettings;
  /** A handler was asked, and has not settled. */
  asked(): void;
  answered(): void;
}

/** The server's end of a stream: from the frame that opens it to the one that ends it. */
export class ServedStream extends Stream implements StreamReplyOwner {
  readonly #owner: ServedStreamOwner;
  readonly #route: Route;
  readonly #served: Method;
  readonly #requests: Incoming;
  readonly #context: CallContext;
  readonly #deadline: Watchdog | undefined;
  /** How much of what its handler was asked for is promised. */
  #promised = 0;
  #hasArguments = false;
  readonly #reply: StreamReply;
  /** For those who listened when its handler was asked. */
  #trace: ServedCallTrace | undefined;

  /** Of a frame that opens a stream, and of the route of its method. */
  constructor(frame: FrameReader, route: Route, carrier: Carrier, owner: ServedStreamOwner) {
    const method = route.methods.binary;
    const forms = formsOf(method.descriptor);
    const requests = new Incoming();
    super(frame.sid, carrier, method.name, forms, requests, forms.receives);
    const { caller, settings } = owner;
    this.#owner = owner;
    this.#route = route;
    this.#served = method;
    this.#requests = requests;
    const timeout = Math.min(settings.timeout, frame.timeout, caller.timeout);
    this.#context = new CallContext(method.fullName, caller, metadataOf(frame.headers).headers, timeout);
    this.#reply = new StreamReply(this, method, this.#context);
    if (timeout < Number.POSITIVE_INFINITY) {
      this.#deadline = new Watchdog(timeout, () => this.#expire(timeout));
      this.#deadline.start();
    }
    const grant = readGrant(frame.headers);
    if (grant !== undefined) this.credit.limit(grant);
  }

  /** Begins, unless the client takes the method for another one. */
  open(headers: Headers): void {
    const isWrapped = headers.get(WRAPPED) === '1';
    this.carrier.add(this);
    if (isWrapped !== this.forms.isWrapped) {
      const needed = this.forms.isWrapped ? 'are no structs, and stand in one' : 'are structs';
      const text = `${this.#served.fullName}: its messages ${needed} (${WRAPPED}); is it declared otherwise there?`;
      return this.#refuse(new RpcError('INVALID_ARGUMENT', text));
    }
    if (this.forms.args === undefined) this.#ask([]);
  }

  /** Leave to send was all there is to know. */
  acquainted(): void {}

  /** A second one. */
  header(frame: FrameReader, r: ByteReader): void {
    throw r.error('invalid-data', r.start, `the stream ${frame.sid} is open already`);
  }

  data(r: ByteReader): void {
    const { args, sends } = this.forms;
    if (args !== undefined && !this.#hasArguments) this.#ask(args.decode(r) as unknown[]);
    else if (sends !== undefined) {
      this.receive(sends, r);
      const messages = this.#trace?.messages;
      if (messages !== undefined) messages.received++;
    } else throw r.error('invalid-data', r.start, 'a message more than this IDL declares');
  }

  unfit(error: DecodeError): void {
    this.#refuse(notReadable(error));
  }

  /** The client has sent all it will. */
  trailer(_frame: FrameReader, r: ByteReader): void {
    const { peer } = this.#owner.caller;
    const failure = this.declared ?? readException(r, { method: this.#served.fullName, peer });
    if (failure === undefined && this.forms.args !== undefined && !this.#hasArguments) {
      return this.#refuse(
        new RpcError('INVALID_ARGUMENT', `${this.#served.fullName}: the arguments are missing`),
      );
    }
    this.#requests.end(failure === undefined ? undefined : { error: failure });
  }

  /** The client has given up. */
  reset(frame: FrameReader, r: ByteReader): void {
    const reason = readReset(frame, r, this.#served.fullName, this.#owner.caller.peer);
    this.cancel(this.declared ?? reason);
  }

  /** Nobody is there any more. */
  cancel(reason: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#trace?.failed(reason);
    this.#requests.end({ error: reason });
    // Before what the handler streams is closed: calls that are made for it learn the reason.
    this.#context.abort(reason);
    this.#end();
  }

  /** The handler wants no more requests; what comes of them is dropped. */
  abandoned(): void {
    this.eased();
  }

  /** It waits for requests as long as it likes. */
  silent(): void {}

  /** The handler's stream is at its end. */
  finished(): void {
    if (this.isOver) return;
    this.#reply.succeed();
    this.#end();
  }

  failed(error: unknown): void {
    this.#fail(error);
  }

  closeFailed(error: unknown): void {
    this.#report(error);
  }

  faulty(error: unknown): void {
    this.#trace?.failed(error);
    this.#report(error);
  }

  get exposesErrors(): boolean {
    return this.#owner.settings.exposeErrors;
  }

  override write(value: unknown): void {
    this.#reply.begin();
    super.write(value);
    const messages = this.#trace?.messages;
    if (messages !== undefined) messages.sent++;
  }

  #ask(args: unknown[]): void {
    this.#hasArguments = true;
    if (this.forms.sends !== undefined) args.push(this.#requests);
    const owner = this.#owner;
    const request = { route: this.#route, method: this.#served, args };
    if (serverCalls.hasSubscribers) this.#trace = new ServedCallTrace(request, spoken, this.#context);
    this.#asked();
    let result: unknown;
    try {
      const { serve } = owner.settings;
      result =
        this.#trace === undefined
          ? serve(request, this.#context)
          : this.#trace.run(() => iteratedHere(serve(request, this.#context)));
    } catch (error) {
      this.#fail(error);
      return this.#settled();
    }
    this.#await(result, value => this.#answer(value));
  }

  /** Goes on with what the handler gives, or promises. */
  #await(result: unknown, goOn: (value: unknown) => void): void {
    if (!isThenable(result)) {
      goOn(result);
      return this.#settled();
    }
    // A thenable's own rules may be odd: both ends go through one promise of ours.
    Promise.resolve(result).then(
      value => {
        goOn(value);
        this.#settled();
      },
      error => {
        this.#fail(error);
        this.#settled();
      },
    );
  }

  #asked(): void {
    this.#promised++;
    this.#owner.asked();
  }

  #settled(): void {
    this.#promised--;
    if (this.isOver && this.#promised === 0) this.#leave();
    this.#owner.answered();
  }

  /** Gives its place among all calls back, if it has one. */
  #leave(): void {
    if (!this.#route.isExempt) this.#owner.settings.admission?.leave();
  }

  /** What the handler gave: a stream, an answer, or a first answer and one of these. */
  #answer(result: unknown): void {
    const { carrier } = this;
    if (carrier.outbox.isWriting) return carrier.outbox.afterwards(() => this.#answer(result));
    const { first, receives } = this.forms;
    if (first === undefined) {
      return receives === undefined
        ? this.#finish(result)
        : this.#stream(result, 'what the handler returned');
    }
    if (!Array.isArray(result) || result.length !== 2) {
      const what = receives === undefined ? 'its final one' : 'a stream';
      const text = `the handler must return an array of its first answer and ${what}`;
      return this.#fail(new TypeError(`${this.#served.fullName}: ${text}`));
    }
    try {
      if (!this.isOver) this.#reply.answer(first, result[0]);
    } catch (error) {
      this.#fail(error);
    }
    // Also when the first one does not fit: no stream stays open, and what is promised must not be nobody's.
    if (receives !== undefined) return this.#stream(result[1], 'the stream that the handler returned');
    this.#asked();
    this.#await(result[1], value => this.#finish(value));
  }

  #stream(source: unknown, what: string): void {
    try {
      this.pump(source, `${this.#served.fullName}: ${what}`);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Answers with the one message there is, or the last one. */
  #finish(result: unknown): void {
    const { carrier } = this;
    if (this.isOver) return;
    if (carrier.outbox.isWriting) return carrier.outbox.afterwards(() => this.#finish(result));
    try {
      this.#trace?.succeeded(result);
      if (this.forms.final !== undefined) this.#reply.answer(this.forms.final, result);
      this.finished();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.isOver) return;
    this.#trace?.failed(error);
    this.#ended(this.#reply.fail(error));
  }

  #refuse(error: RpcError): void {
    const { peer } = this.#owner.caller;
    if (!this.#hasArguments) tellCallRefused(this.method, peer, error);
    this.#trace?.failed(error);
    if (!this.isOver) {
      this.#reply.refuse(error);
      this.#ended(error);
    }
    this.#context.abort(error);
  }

  /** The last frame is sent, with this error in it. */
  #ended(error: RpcError | undefined): void {
    this.#requests.end(error && { error });
    this.#end();
  }

  #expire(timeout: number): void {
    const { fullName: method } = this.#served;
    const text = `${method}: the stream has not ended within ${timeout} ms`;
    const init = { method, applicationType: applicationType.streamExpired };
    this.#refuse(new RpcError('DEADLINE_EXCEEDED', text, init));
  }

  #end(): void {
    this.isOver = true;
    this.#deadline?.stop();
    this.#requests.end();
    this.over();
    if (this.#promised === 0) this.#leave();
    this.#trace?.ended();
  }

  #report(error: unknown): void {
    const { caller, settings } = this.#owner;
    settings.onError(error, { peer: caller.peer, method: this.#served.fullName });
  }
}
