import type { Duplex } from 'node:stream';
import type { RpcError } from '../../errors/rpc-error.ts';
import type { Limits } from '../../limits.ts';
import type { Envelope, Headers } from '../../transport/envelope.ts';
import { looksLike } from '../../transport/recognise.ts';
import type { Transport } from '../../transport/transport.ts';
import type { Call } from '../call.ts';
import { tellClosed, tellOpened, tellOpening } from '../diagnostics.ts';
import { Carrier, type CarrierOwner } from '../streaming/carrier.ts';
import { ClientStream, type ClientStreamOwner } from '../streaming/client-stream.ts';
import { streamGarbled, streamLost } from '../streaming/failures.ts';
import type { HeartbeatSettings } from '../streaming/heartbeat.ts';
import type { StreamCall } from '../streaming/stream-call.ts';
import { endSoon } from '../streams.ts';
import { type Deferred, deferred, startTimer } from '../timers.ts';
import { exhausted, lost, unreachable } from './failures.ts';
import { isLimited, Lifetime, type LifetimeSettings } from './lifetime.ts';
import type { Dial, Link, LinkOwner } from './link.ts';
import { MixedCall, type MixedCallOwner } from './mixed-call.ts';

export interface StreamConnectionSettings {
  /** What goes with each call, where the channel has been given any. */
  readonly headers: () => Headers;
  /** What plain calls stand in elsewhere. */
  readonly transport: Transport;
  readonly limits: Limits;
  /** Absent: as is usual. */
  readonly heartbeat?: HeartbeatSettings;
}

/** Who wants to know of a connection. */
export interface StreamConnectionOwner {
  /** It was made, or takes no more streams. */
  changed(): void;
  /** The peer has said something for the first time. */
  proved(): void;
  /** It could not be made, with the reason; or the peer ended it before it said anything to those who waited. */
  failed(reason: Error | undefined): void;
  /** It has ended, or never came to be. */
  over(connection: StreamConnection): void;
  /** Its last stream has ended. */
  idle(connection: StreamConnection): void;
}

/** The client's end of a connection that carries streams. Kitex's servers take either streams or plain calls on one. */
export class StreamConnection implements LinkOwner, CarrierOwner, ClientStreamOwner, MixedCallOwner {
  readonly peer: string;
  readonly limits: Limits;
  readonly #settings: StreamConnectionSettings;
  readonly #owner: StreamConnectionOwner;
  readonly #link: Link;
  readonly #carrier: Carrier<ClientStream | MixedCall>;
  /** Oneway calls that the connection was not given yet. */
  #oneways: Call[] | undefined;
  #stream: Duplex;
  #isConnected = false;
  #keepsAlive = true;
  #isDraining = false;
  #isClosing = false;
  #isGone = false;
  #lastId = 0;
  /** Where it may be over by itself. */
  readonly #lifetime: Lifetime | undefined;
  #garbage: { readonly why: string; readonly cause: unknown } | undefined;
  #gone: Deferred | undefined;

  constructor(
    peer: string,
    dial: Dial,
    settings: StreamConnectionSettings,
    lifetime: LifetimeSettings,
    owner: StreamConnectionOwner,
  ) {
    this.peer = peer;
    this.limits = settings.limits;
    this.#settings = settings;
    this.#owner = owner;
    if (isLimited(lifetime)) this.#lifetime = new Lifetime(lifetime, this);
    tellOpening(this, peer);
    this.#link = dial(this);
    this.#stream = this.#link.stream;
    this.#carrier = new Carrier(this.#stream, settings.limits, this, false, settings.heartbeat);
    this.#carrier.introduce();
    this.#stream.on('end', destroyThis);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether it takes no more streams. */
  get isOver(): boolean {
    return this.#isDraining || this.#isGone || this.#stream.destroyed;
  }

  get isIdle(): boolean {
    return this.#carrier.size === 0;
  }

  /**
   * Whether it takes a stream: to a server without flow control only one at a time, when that is known, for a slow reader
   * of one would hold up the others.
   */
  get hasRoom(): boolean {
    if (this.isOver) return false;
    const { peer, size } = this.#carrier;
    return peer === undefined || peer.initial !== undefined || size === 0;
  }

  /** Begins a stream. It is settled when that ends, or the connection. */
  start(call: StreamCall): void {
    const { outbox } = this.#carrier;
    if (outbox.isWriting) return outbox.afterwards(() => call.settled || this.start(call));
    if (!this.#admits(call)) return;
    const headers = this.#headersOf(call);
    if (headers !== undefined) new ClientStream(this.#takeId(), this.#carrier, call, this).open(headers);
  }

  /** Whether plain calls may go beside the streams: without flow control a slow reader would hold them up. */
  get mixes(): boolean {
    return this.#carrier.peer?.mixes === true && this.hasRoom;
  }

  /** Sends a plain call beside the streams, if it mixes; false for one that has to go elsewhere. */
  carry(call: Call): boolean {
    // What is written by a getter of a message would have to wait for that.
    if (this.#carrier.outbox.isWriting) return false;
    if (!this.#admits(call)) return true;
    const headers = this.#headersOf(call);
    if (headers === undefined) return true;
    const { service } = call.callee;
    const envelope: Envelope = {
      protocol: 'binary',
      headers,
      timeout: call.timeLeft,
      zlib: false,
      framed: true,
      // Whom a call goes to must not depend on what carries it.
      service: this.#settings.transport.name === 'ttheader' ? service : undefined,
      unreadable: undefined,
    };
    if (!new MixedCall(this.#takeId(), this.#carrier, call, this).open(envelope)) return false;
    if (!call.method.oneway || call.settled) return true;
    this.#oneways ??= [];
    this.#oneways.push(call);
    return true;
  }

  /** Lets streams go on for up to `grace` ms, then ends the connection; `makeError` is for those that are left. */
  async close(grace: number, makeError: (call: Call) => unknown): Promise<void> {
    if (this.#isGone) return;
    this.#isClosing = this.#isDraining = true;
    const timer = startTimer(grace, () => {
      for (const { call } of [...this.#carrier.streams]) call.reject(makeError(call));
      this.#stream.destroy();
    });
    this.changed();
    this.#gone ??= deferred();
    await this.#gone.promise;
    clearTimeout(timer);
  }

  opened(stream: Duplex): void {
    this.#isConnected = true;
    tellOpened(this, this.peer);
    if (stream !== this.#stream) stream.on('end', destroyThis);
    this.#stream = stream;
    this.#lifetime?.begin();
    this.#carrier.open(stream);
    this.#owner.changed();
    this.changed();
  }

  leaving(): void {
    this.retire();
  }

  receive(bytes: Buffer, length: number): void {
    const isFresh = this.#carrier.received === 0;
    try {
      this.#carrier.receive(bytes, length);
      if (isFresh && this.#carrier.received > 0) this.#owner.proved();
    } catch (error) {
      const isFirst = this.#carrier.received === 0;
      this.broken(error, isFirst ? `, which looks like ${looksLike(bytes.subarray(0, length))}` : '');
    }
  }

  closed(reason: NodeJS.ErrnoException | undefined): void {
    this.#isGone = true;
    tellClosed(this, this.peer, this.#garbage?.cause ?? reason);
    this.#carrier.stop();
    this.#lifetime?.end();
    const wasRefused = this.#carrier.received === 0 && this.#carrier.size > 0;
    if (!this.#isConnected && reason !== undefined) this.#owner.failed(reason);
    else if (this.#isConnected && wasRefused) this.#owner.failed(undefined);
    for (const end of [...this.#carrier.streams]) end.call.reject(this.#lossOf(end, reason));
    this.#gone?.resolve();
    this.#owner.over(this);
  }

  /** Oneway calls are done when they are sent. */
  flushed(): void {
    const handed = this.#oneways;
    if (handed === undefined) return;
    this.#oneways = undefined;
    for (const call of handed) call.resolve(undefined);
  }

  /** What a server sends for a stream that is not there has come too late. */
  begun(): void {}

  givenUp(): void {}

  /** Streams know what to make of it. */
  introduced(): void {}

  drained(): void {
    this.retire();
  }

  /** Takes no more streams, and ends with the last. */
  retire(): void {
    this.#isDraining = true;
    this.#owner.changed();
    this.changed();
  }

  /** With no stream it keeps no process alive. */
  changed(): void {
    const isBusy = this.#carrier.size > 0;
    if (isBusy !== this.#keepsAlive) {
      this.#keepsAlive = isBusy;
      if (isBusy) this.#link.ref();
      else this.#link.unref();
      if (isBusy) this.#lifetime?.work();
      else this.#lifetime?.rest(false);
    }
    if (isBusy) return;
    if (!this.#isDraining) return this.#owner.idle(this);
    if (this.#isConnected) {
      this.#carrier.outbox.flush();
      endSoon(this.#stream);
    } else if (this.#isClosing) this.#stream.destroy();
  }

  dead(why: string): void {
    this.#stream.destroy(new Error(`it ${why}`));
  }

  broken(error: unknown, hint = ''): void {
    const why = `${this.peer} sent what is no frame of a stream${hint}: ${error instanceof Error ? error.message : String(error)}`;
    this.#garbage ??= { why, cause: error };
    this.#stream.destroy();
  }

  /** Whether there is room for one more; what there is none for is rejected. */
  #admits(call: Call): boolean {
    const { pending, unsent } = this.limits;
    const { size, outbox } = this.#carrier;
    let what: string;
    if (size >= pending) what = `${size} streams are open on this connection (limits.pending)`;
    else if (outbox.unsent > unsent) what = `${outbox.unsent} bytes wait to be sent (limits.unsent)`;
    else return true;
    call.reject(exhausted(call, this.peer, what));
    return false;
  }

  /** What goes with a call; undefined where it is not to be had, which rejects the call. */
  #headersOf(call: Call): Headers | undefined {
    try {
      const { headers: own } = call.settings;
      const all = this.#settings.headers();
      return own.size === 0 ? all : new Map([...all, ...own]);
    } catch (error) {
      call.reject(error);
      return undefined;
    }
  }

  /** Why a call fails that was under way when the connection ended. */
  #lossOf(end: ClientStream | MixedCall, reason: NodeJS.ErrnoException | undefined): RpcError {
    const { peer } = this;
    const { call } = end;
    if (this.#garbage !== undefined) return streamGarbled(call, peer, this.#garbage.why, this.#garbage.cause);
    if (!this.#isConnected) {
      return unreachable(call.method.fullName, peer, reason ?? new Error('the connection was closed'));
    }
    if (end instanceof ClientStream) return streamLost(call, peer, this.#carrier.received === 0, reason);
    return lost(call, { peer, transport: 'ttheader', fresh: false }, reason, false, end.isSent);
  }

  /** Ids run from 1 to 2^31-1 and begin again; 0 is the connection's. */
  #takeId(): number {
    do this.#lastId = (this.#lastId % 0x7fffffff) + 1;
    while (this.#carrier.has(this.#lastId));
    return this.#lastId;
  }
}

function destroyThis(this: Duplex): void {
  this.destroy();
}
