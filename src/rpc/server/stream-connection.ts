import type { Duplex } from 'node:stream';
import { RpcError } from '../../errors/rpc-error.ts';
import { messageType } from '../../protocol/types.ts';
import { noHeaders } from '../../transport/envelope.ts';
import { type FrameReader, frameType } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Caller } from '../context.ts';
import { tellCallRefused } from '../diagnostics.ts';
import type { Method } from '../method.ts';
import { Carrier, type CarrierOwner } from '../streaming/carrier.ts';
import { exceptionBody } from '../streaming/status.ts';
import { endSoon } from '../streams.ts';
import { Watchdog } from '../watchdog.ts';
import type { CallsOwner } from './calls.ts';
import type { ConnectionRules } from './connection-rules.ts';
import { connectionCloses, notServed } from './failures.ts';
import type { Guest } from './guests.ts';
import { MixedCalls } from './mixed-calls.ts';
import type { Route } from './routes.ts';
import { ServedStream, type ServedStreamOwner } from './served-stream.ts';
import type { ServingSettings } from './settings.ts';
import { Stay, type Stayer } from './stay.ts';

/** Above this many bytes that the client has not read, none of its plain calls is. */
const HIGH_WATER = 1024 * 1024;

/** Who wants to know of a connection. */
export interface StreamConnectionOwner {
  /** The connection has ended, and so has what ran for it. */
  over(connection: Guest): void;
}

/** The server's end of a connection that carries streams. It is over when it is closed and its handlers have settled. */
export class StreamServerConnection implements CarrierOwner, ServedStreamOwner, CallsOwner, Guest, Stayer {
  readonly caller: Caller;
  readonly settings: ServingSettings;
  readonly #stream: Duplex;
  readonly #owner: StreamConnectionOwner;
  readonly #carrier: Carrier<ServedStream>;
  /** Runs while a frame has begun and is not whole. */
  readonly #patience: Watchdog;
  /** Handlers of streams that have not settled. */
  #running = 0;
  /** Plain calls, since the first. */
  #calls: MixedCalls | undefined;
  #goesOnSoon = false;
  readonly #stay: Stay = new Stay(this);
  #isAnnounced = false;
  /** It ends when those that are there have ended. */
  #isEnding = false;
  #isClosed = false;

  constructor(stream: Duplex, caller: Caller, settings: ServingSettings, owner: StreamConnectionOwner) {
    this.caller = caller;
    this.settings = settings;
    this.#stream = stream;
    this.#owner = owner;
    this.#carrier = new Carrier(stream, settings.limits, this, true, settings.connections.keepalive);
    this.#patience = new Watchdog(settings.limits.partial, () => this.#lostPatience());
    stream
      .on('data', chunk => this.#receive(chunk))
      .on('close', () => this.#closed())
      .on('drain', () => this.flushed())
      // A client that sends nothing more has nobody who reads: streams end with their frames, not with the bytes.
      .on('end', () => stream.destroy());
  }

  /** Lets the connection stay no longer than this. */
  stay(rules: ConnectionRules): void {
    this.#stay.limit(rules);
  }

  get isBusy(): boolean {
    return this.#carrier.size > 0 || this.#isRunning;
  }

  announce(): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#carrier.takeLeave();
  }

  /** Refuses the streams that still come; ends the connection when those that are there have ended. */
  drain(): void {
    if (this.#stay.isDraining) return;
    this.#stay.drain();
    this.#endWhenDone();
  }

  leave(): void {
    this.#isEnding = true;
    this.#endWhenDone();
  }

  /** Ends the connection now. */
  destroy(): void {
    const reason = new RpcError('CANCELLED', 'the server was closed');
    this.#cancel(reason);
    this.#calls?.abort(reason);
    this.#stream.destroy();
    this.#owner.over(this);
  }

  begun(frame: FrameReader, r: ByteReader): void {
    if (r.pos < r.end && this.#carrier.peer?.mixes === true) return this.#call(frame, r);
    const { method, headers } = frame;
    const service = headers.get('isn');
    const route = this.settings.routes.find(method, service);
    if (route?.run === undefined) {
      return this.#decline(frame, notServed(method, route, messageType.call));
    }
    const refusal = this.#refusal(route);
    if (refusal !== undefined) return this.#decline(frame, refusal);
    new ServedStream(frame, route, this.#carrier, this).open(headers);
  }

  givenUp(frame: FrameReader, r: ByteReader): void {
    this.#calls?.givenUp(frame, r);
  }

  /** Where the kernel takes all bytes at once, no drain tells that there is room again. */
  flushed(): void {
    if (this.#goesOnSoon || !this.#carrier.isHeldBack || this.#carrier.outbox.unsent > HIGH_WATER) return;
    this.#goesOnSoon = true;
    setImmediate(() => {
      this.#goesOnSoon = false;
      if (!this.#isClosed) this.#read(() => this.#carrier.readOn());
    });
  }

  /** Answers to plain calls have their headers in their frames. */
  answering(): void {}

  fail(error: unknown, method: Method | undefined): void {
    const { peer } = this.caller;
    this.settings.onError(error, { peer, ...(method === undefined ? {} : { method: method.fullName }) });
    this.#stream.destroy();
  }

  /** Such a client is told the same, before any stream says anything. */
  introduced(): void {
    this.#carrier.introduce();
  }

  /** A client never says that it takes no more. */
  drained(): void {}

  changed(): void {
    this.#endWhenDone();
  }

  dead(why: string): void {
    const { peer } = this.caller;
    this.#end(new RpcError('UNAVAILABLE', `${peer} ${why}; the connection was closed`, { peer }));
  }

  asked(): void {
    this.#running++;
  }

  answered(): void {
    this.#running--;
    this.#endWhenDone();
  }

  /** A plain call has ended. */
  settled(): void {
    this.#endWhenDone();
  }

  get #isRunning(): boolean {
    return this.#running > 0 || (this.#calls !== undefined && this.#calls.size > 0);
  }

  #call(frame: FrameReader, r: ByteReader): void {
    this.#calls ??= new MixedCalls(this, this.settings, this.#carrier.outbox);
    this.#calls.take(frame, r, this.#stay.isDraining);
    // As on a connection of their own: who does not read answers is not served further.
    if (this.#carrier.outbox.unsent > HIGH_WATER) this.#carrier.holdBack();
  }

  /** Why a stream is not served that could be. One that is has a place among all calls, and keeps it. */
  #refusal({ isExempt, methods }: Route): RpcError | undefined {
    if (this.#stay.isDraining) return connectionCloses;
    const { admission, limits } = this.settings;
    if (this.#carrier.size >= limits.pending) {
      const text = `${limits.pending} streams are open on this connection (limits.pending)`;
      return new RpcError('RESOURCE_EXHAUSTED', `${methods.binary.fullName}: ${text}`);
    }
    if (admission === undefined || isExempt) return undefined;
    return admission.refusal() ?? (admission.enter() ? undefined : admission.full);
  }

  #receive(chunk: Buffer): void {
    this.#read(() => this.#carrier.receive(chunk, chunk.length));
  }

  #read(read: () => void): void {
    const before = this.#carrier.received;
    try {
      read();
    } catch (error) {
      return this.#refuse(error);
    }
    if (!this.#carrier.isMidFrame) this.#patience.stop();
    else if (this.#carrier.received !== before || !this.#patience.isRunning) this.#patience.start();
    this.#endWhenDone();
  }

  #decline({ sid, method }: FrameReader, error: RpcError): void {
    tellCallRefused(method, this.caller.peer, error);
    this.#carrier.write(sid, frameType.header, method, noHeaders);
    this.#carrier.write(sid, frameType.trailer, method, noHeaders, exceptionBody(method, sid, error));
  }

  #lostPatience(): void {
    // While nothing is read from it, the client is not to blame.
    if (this.#carrier.isPaused) return this.#patience.start();
    const text = `has begun a frame that was not whole within ${this.settings.limits.partial} ms (limits.partial)`;
    this.#end(new RpcError('DEADLINE_EXCEEDED', `${this.caller.peer} ${text}`, { peer: this.caller.peer }));
  }

  /** The bytes are no frames, or break the rules: Kitex, too, ends the connection then. */
  #refuse(error: unknown): void {
    const { peer } = this.caller;
    const why = error instanceof Error ? error.message : String(error);
    const text = `${peer} sent what is no frame of a stream; the connection was closed: ${why}`;
    this.#end(new RpcError('INVALID_ARGUMENT', text, { peer, cause: error }));
  }

  #end(error: RpcError): void {
    this.#report(error);
    this.#cancel(error);
    this.#stream.destroy();
  }

  #closed(): void {
    this.#isClosed = true;
    this.#patience.stop();
    this.#stay.over();
    this.#carrier.stop();
    const { peer } = this.caller;
    const cause = this.#stream.errored ?? undefined;
    this.#cancel(new RpcError('CANCELLED', `${peer} closed the connection`, { peer, cause }));
    this.#endWhenDone();
  }

  #cancel(reason: RpcError): void {
    for (const stream of [...this.#carrier.streams]) stream.cancel(reason);
    this.#calls?.abandon(reason);
  }

  #endWhenDone(): void {
    if (this.#isClosed) {
      if (!this.#isRunning) this.#owner.over(this);
    } else if (this.isBusy || this.#carrier.outbox.isClosed) return;
    else if (!this.#isEnding) this.#stay.rest();
    else {
      this.#carrier.outbox.flush();
      endSoon(this.#stream);
    }
  }

  #report(error: unknown): void {
    this.settings.onError(error, { peer: this.caller.peer });
  }
}
