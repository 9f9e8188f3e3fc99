import type { Duplex } from 'node:stream';
import { DecodeError } from '../../errors/decode-error.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { MessageHeader, type ProtocolName } from '../../protocol/protocol.ts';
import { messageType } from '../../protocol/types.ts';
import type { MessageTaker } from '../../transport/cutter.ts';
import type { Envelope, Headers } from '../../transport/envelope.ts';
import { Inbox } from '../../transport/inbox.ts';
import type { Transport } from '../../transport/transport.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Caller } from '../context.ts';
import { tellCallRefused } from '../diagnostics.ts';
import { dialects } from '../dialect.ts';
import type { Method } from '../method.ts';
import { Outbox, type OutboxOwner } from '../outbox.ts';
import { isUnfinished, skipBody } from '../replies.ts';
import { endSoon } from '../streams.ts';
import { Watchdog } from '../watchdog.ts';
import { readArguments } from './arguments.ts';
import { type CallsOwner, ServedCalls } from './calls.ts';
import type { ConnectionRules } from './connection-rules.ts';
import { connectionCloses, notReadable, notServed } from './failures.ts';
import { type ReplyTo, sayGoodbye } from './replies.ts';
import { Request } from './request.ts';
import type { Route } from './routes.ts';
import type { ServingSettings } from './settings.ts';
import { Stay, type Stayer } from './stay.ts';

/** Above this many bytes that the client has not read, no more of its requests are. */
const HIGH_WATER = 1024 * 1024;

/** Of the message that is being read: nothing is asked of it later. */
const header = new MessageHeader();

/** What a client speaks. */
export interface Spoken {
  readonly transport: Transport;
  readonly protocol: ProtocolName;
}

/** Who wants to know of a connection. */
export interface ConnectionOwner {
  /** The connection has ended, and so has what ran for it. */
  over(connection: ServerConnection): void;
  /** What the client sent is refused: nothing more is read. The operator knows already. */
  refused?(error: RpcError): void;
  /** What goes with an answer that is about to be written. Throws for what cannot. */
  answering?(headers: Headers): void;
}

/** The server's end of one connection. It is over when its stream is closed and what ran for it has ended. */
export class ServerConnection implements CallsOwner, MessageTaker, OutboxOwner, Stayer {
  readonly caller: Caller;
  readonly #stream: Duplex;
  readonly #settings: ServingSettings;
  readonly #owner: ConnectionOwner;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #calls: ServedCalls;
  /** Runs while a message has begun and is not whole. */
  #patience: Watchdog | undefined;
  readonly #stay: Stay = new Stay(this);
  #isPaused = false;
  #isWorking = false;
  /** Nothing more is read. */
  #isEnding = false;
  #isFinishing = false;
  #goesOnSoon = false;
  #isClosed = false;

  constructor(
    stream: Duplex,
    { transport, protocol }: Spoken,
    caller: Caller,
    settings: ServingSettings,
    owner: ConnectionOwner,
  ) {
    const { limits } = settings;
    this.#stream = stream;
    this.caller = caller;
    this.#settings = settings;
    this.#owner = owner;
    const cutter = transport.cutter(dialects[protocol].protocol, limits);
    this.#inbox = new Inbox(limits, cutter, this);
    this.#outbox = new Outbox(stream, transport, limits, this, true);
    this.#calls = new ServedCalls(this, settings, this.#outbox);
    stream
      .on('data', chunk => this.#receive(chunk))
      .on('drain', () => this.settled())
      .on('close', () => this.#closed());
    // Others end with their client's last byte, and nobody is there for answers.
    if (stream.allowHalfOpen) stream.on('end', () => this.finish());
  }

  /** Lets the connection stay no longer than this. */
  stay(rules: ConnectionRules): void {
    this.#stay.limit(rules);
  }

  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  announce(): void {
    sayGoodbye(this.#outbox, this.#calls.isMultiplexed);
  }

  /**
   * Refuses the requests that still come; ends the connection when those that run are answered, and a moment has passed
   * for what is on its way.
   */
  drain(): void {
    if (this.#stay.isDraining) return;
    this.#stay.drain();
    this.#endWhenDone();
  }

  /** Takes no more requests; ends the connection when those that run are answered. */
  leave(): void {
    this.#isEnding = true;
    this.#patience?.stop();
    // What still comes is read and forgotten: closing over unread bytes resets the connection, and the last
    // answers would be lost with it.
    this.#stream.resume();
    this.#endWhenDone();
  }

  /** No more bytes will come: ends the connection when all that came is answered. */
  finish(): void {
    this.#isFinishing = true;
    this.#afterwards();
  }

  /** Ends the connection now. */
  destroy(): void {
    this.#calls.abort(new RpcError('CANCELLED', 'the server was closed'));
    this.#stream.destroy();
    this.#owner.over(this);
  }

  fail(error: unknown, method: Method | undefined): void {
    this.#report(error, method);
    this.#stream.destroy();
  }

  answering(headers: Headers): void {
    this.#owner.answering?.(headers);
  }

  /** Something ended: what waited for it goes on. */
  settled(): void {
    if ((this.#calls.isHeldUp || this.#inbox.isStopped) && !this.#outbox.isClosed) {
      this.#work(() => {
        this.#calls.goOn();
        if (this.#wantsMore() && this.#inbox.isStopped) this.#inbox.resume();
      });
    }
    this.#afterwards();
  }

  /** Where the kernel takes all bytes at once, no drain tells that there is room again. */
  flushed(): void {
    if (this.#goesOnSoon || !(this.#isPaused || this.#inbox.isStopped)) return;
    this.#goesOnSoon = true;
    setImmediate(() => {
      this.#goesOnSoon = false;
      this.settled();
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#isEnding) return;
    const before = this.#inbox.taken;
    this.#outbox.hold();
    this.#work(() => this.#inbox.push(chunk, chunk.length));
    this.#outbox.release();
    this.#watch(this.#inbox.taken !== before);
    this.#afterwards();
  }

  /** A client that begins a message and never ends it holds memory that others need. */
  #watch(isAnother: boolean): void {
    const waits = this.#inbox.isMidMessage && !this.#isEnding;
    if (!waits) return this.#patience?.stop();
    this.#patience ??= new Watchdog(this.#settings.limits.partial, () => this.#lostPatience());
    if (isAnother || !this.#patience.isRunning) this.#patience.start();
  }

  #lostPatience(): void {
    // What carries the connection may have lost patience as well, and ended it.
    if (this.#stream.destroyed) return;
    // While nothing is read from it, the client is not to blame.
    if (this.#isPaused) return this.#patience?.start();
    const text = `has begun a message that was not whole within ${this.#settings.limits.partial} ms (limits.partial)`;
    this.#refuse(
      new RpcError('DEADLINE_EXCEEDED', `${this.caller.peer} ${text}`, { peer: this.caller.peer }),
    );
  }

  #closed(): void {
    this.#isClosed = true;
    this.#patience?.stop();
    this.#stay.over();
    if (this.#calls.unanswered > 0) {
      const { peer } = this.caller;
      const cause = this.#stream.errored ?? undefined;
      this.#calls.abandon(new RpcError('CANCELLED', `${peer} closed the connection`, { peer, cause }));
    }
    this.#endWhenDone();
  }

  #work(read: () => void): void {
    this.#isWorking = true;
    try {
      read();
    } catch (error) {
      this.#refuseBytes(error);
    } finally {
      this.#isWorking = false;
    }
  }

  #afterwards(): void {
    const pause = !this.#wantsMore() && !this.#isEnding;
    if (pause !== this.#isPaused) {
      this.#isPaused = pause;
      if (pause) this.#stream.pause();
      else this.#stream.resume();
    }
    this.#endWhenDone();
  }

  /** The bytes are no messages, or their end cannot be found: nothing more can be read here. */
  #refuseBytes(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const text = `${this.caller.peer} sent what is no message; the connection was closed: ${why}`;
    this.#refuse(new RpcError('INVALID_ARGUMENT', text, { peer: this.caller.peer, cause: error }));
  }

  #refuse(error: RpcError): void {
    this.#report(error);
    this.#owner.refused?.(error);
    this.leave();
  }

  take(r: ByteReader, envelope: Envelope): boolean {
    const dialect = dialects[envelope.protocol];
    const { unreadable } = envelope;
    if (unreadable !== undefined) {
      const { seqid, applicationType, error } = unreadable;
      const failure = new RpcError('INVALID_ARGUMENT', error.message, { applicationType });
      const to = { name: '', seqid, strict: true, dialect, envelope, context: undefined };
      tellCallRefused(to.name, this.caller.peer, failure);
      this.#calls.decline(to, failure);
      return this.#wantsMore();
    }
    if (!dialect.protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { name, seqid, strict, type } = header;
    const route = this.#settings.routes.find(name, envelope.service);
    const method = route?.methods[envelope.protocol];
    const oneway = type === messageType.oneway || (method?.oneway ?? false);
    if (
      route?.run === undefined ||
      method === undefined ||
      method.streams ||
      (type !== messageType.call && type !== messageType.oneway)
    ) {
      // Without the service's name, as every multiplexing server answers.
      const bare = name.slice(name.indexOf(':') + 1);
      const to = { name: bare, seqid, strict, dialect, envelope, context: undefined };
      this.#decline(r, to, oneway, notServed(name, route, type));
    } else {
      const request = new Request(header, dialect, envelope, route, method, oneway);
      const refusal = this.#refusal(route);
      if (refusal !== undefined) {
        this.#decline(r, request, oneway, refusal);
        if (oneway) this.#calls.drop(method, refusal);
      } else if (this.#readArguments(r, request)) this.#calls.run(request);
    }
    return this.#wantsMore();
  }

  /** Why a request is not served that could be; undefined if it is. */
  #refusal({ isExempt }: Route): RpcError | undefined {
    if (this.#stay.isDraining) return connectionCloses;
    const { admission } = this.#settings;
    return admission === undefined || isExempt ? undefined : admission.refusal();
  }

  /** Reads the arguments; false when they do not fit, which has been answered. */
  #readArguments(r: ByteReader, request: Request): boolean {
    const { method, dialect, oneway } = request;
    const from = r.pos;
    try {
      request.args = readArguments(r, method, dialect.protocol);
      return true;
    } catch (error) {
      if (!(error instanceof DecodeError) || isUnfinished(r, error)) throw error;
      r.pos = from;
      this.#decline(r, request, oneway, notReadable(error), error);
      if (oneway) this.#report(error, method);
      return false;
    }
  }

  /** Moves over the body of a request that no handler gets, and answers it. */
  #decline(r: ByteReader, to: ReplyTo, oneway: boolean, failure: RpcError, reason?: DecodeError): void {
    let unskippable: unknown;
    try {
      skipBody(r, to.dialect.protocol, reason);
    } catch (error) {
      // To be asked again; answered then, and only then.
      if (isUnfinished(r, error)) throw error;
      unskippable = error;
    }
    tellCallRefused(to.name, this.caller.peer, failure);
    if (!oneway) this.#calls.decline(to, failure);
    if (unskippable !== undefined) throw unskippable;
  }

  #report(error: unknown, method?: Method): void {
    const { peer } = this.caller;
    this.#settings.onError(error, { peer, ...(method === undefined ? {} : { method: method.fullName }) });
  }

  /** Whether to read the next request: not behind one that waits, nor while this client has enough under way. */
  #wantsMore(): boolean {
    const isFull = this.#calls.size >= this.#settings.limits.pending || this.#outbox.unsent > HIGH_WATER;
    return !this.#calls.isHeldUp && !this.#isEnding && !isFull;
  }

  #endWhenDone(): void {
    const { size, unanswered } = this.#calls;
    // A client that sends no more is not kept waiting for what has no answer.
    if ((this.#isFinishing && !this.#isClosed ? unanswered : size) > 0) return;
    if (this.#isClosed) return this.#owner.over(this);
    // While a request is being read or begun, its answer is still to come.
    if (this.#isWorking || this.#outbox.isClosed) return;
    if (this.#isFinishing && !this.#isEnding && !this.#inbox.isStopped) {
      if (this.#inbox.isMidMessage) return this.#refuseBytes(new Error('its end is missing'));
      this.#isEnding = true;
    }
    if (!this.#isEnding) return this.#stay.rest();
    this.#outbox.flush();
    endSoon(this.#stream);
  }
}
