import type { Duplex } from 'node:stream';
import type { Limits } from '../../limits.ts';
import type { Headers } from '../../transport/envelope.ts';
import { looksLike } from '../../transport/recognise.ts';
import { tellClosed, tellOpened, tellOpening } from '../diagnostics.ts';
import { Carrier, type CarrierOwner } from '../streaming/carrier.ts';
import { ClientStream, type ClientStreamOwner } from '../streaming/client-stream.ts';
import { streamGarbled, streamLost } from '../streaming/failures.ts';
import type { StreamCall } from '../streaming/stream-call.ts';
import { endSoon } from '../streams.ts';
import { type Deferred, deferred, startTimer } from '../timers.ts';
import { exhausted, unreachable } from './failures.ts';
import type { Dial, Link, LinkOwner } from './link.ts';

export interface StreamConnectionSettings {
  /** What goes with each call, where the channel has been given any. */
  readonly headers: () => Headers;
  readonly limits: Limits;
}

/** Who wants to know of a connection. */
export interface StreamConnectionOwner {
  /** It has ended, or never came to be. */
  over(connection: StreamConnection): void;
  /** Its last stream has ended. */
  idle(connection: StreamConnection): void;
}

/** The client's end of a connection that carries streams. Kitex's servers take either streams or plain calls on one. */
export class StreamConnection implements LinkOwner, CarrierOwner, ClientStreamOwner {
  readonly peer: string;
  readonly limits: Limits;
  readonly #settings: StreamConnectionSettings;
  readonly #owner: StreamConnectionOwner;
  readonly #link: Link;
  readonly #carrier: Carrier<ClientStream>;
  #stream: Duplex;
  #isConnected = false;
  #isDraining = false;
  #isClosing = false;
  #isGone = false;
  #lastId = 0;
  #garbage: { readonly why: string; readonly cause: unknown } | undefined;
  #gone: Deferred | undefined;

  constructor(peer: string, dial: Dial, settings: StreamConnectionSettings, owner: StreamConnectionOwner) {
    this.peer = peer;
    this.limits = settings.limits;
    this.#settings = settings;
    this.#owner = owner;
    tellOpening(this, peer);
    this.#link = dial(this);
    this.#stream = this.#link.stream;
    this.#carrier = new Carrier(this.#stream, settings.limits, this, false);
    this.#carrier.introduce();
    this.#stream.on('end', destroyThis);
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get isIdle(): boolean {
    return this.#carrier.size === 0;
  }

  /**
   * Whether it takes a stream: to a server without flow control only one at a time, when that is known, for a slow reader
   * of one would hold up the others.
   */
  get hasRoom(): boolean {
    if (this.#isGone || this.#isDraining || this.#stream.destroyed) return false;
    const { peer, size } = this.#carrier;
    return peer === undefined || peer.initial !== undefined || size === 0;
  }

  /** Begins a stream. It is settled when that ends, or the connection. */
  start(call: StreamCall): void {
    const { outbox } = this.#carrier;
    if (outbox.isWriting) return outbox.afterwards(() => call.settled || this.start(call));
    const { pending, unsent } = this.limits;
    if (this.#carrier.size >= pending) {
      const text = `${this.#carrier.size} streams are open on this connection (limits.pending)`;
      return call.reject(exhausted(call, this.peer, text));
    }
    if (outbox.unsent > unsent) {
      return call.reject(
        exhausted(call, this.peer, `${outbox.unsent} bytes wait to be sent (limits.unsent)`),
      );
    }
    let headers: Headers;
    try {
      const { headers: own } = call.settings;
      headers = new Map([...this.#settings.headers(), ...own]);
    } catch (error) {
      return call.reject(error);
    }
    new ClientStream(this.#takeId(), this.#carrier, call, this).open(headers);
  }

  /** Lets streams go on for up to `grace` ms, then ends the connection; `makeError` is for those that are left. */
  async close(grace: number, makeError: (call: StreamCall) => unknown): Promise<void> {
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
    this.#carrier.open(stream);
    this.changed();
  }

  leaving(): void {
    this.drained();
  }

  receive(bytes: Buffer, length: number): void {
    try {
      this.#carrier.receive(bytes, length);
    } catch (error) {
      const isFirst = this.#carrier.received === 0;
      this.broken(error, isFirst ? `, which looks like ${looksLike(bytes.subarray(0, length))}` : '');
    }
  }

  closed(reason: NodeJS.ErrnoException | undefined): void {
    this.#isGone = true;
    tellClosed(this, this.peer, this.#garbage?.cause ?? reason);
    this.#carrier.stop();
    const isFresh = this.#carrier.received === 0;
    for (const { call } of [...this.#carrier.streams]) {
      if (this.#garbage !== undefined)
        call.reject(streamGarbled(call, this.peer, this.#garbage.why, this.#garbage.cause));
      else if (this.#isConnected) call.reject(streamLost(call, this.peer, isFresh, reason));
      else {
        const cause = reason ?? new Error('the connection was closed');
        call.reject(unreachable(call.method.fullName, this.peer, cause));
      }
    }
    this.#gone?.resolve();
    this.#owner.over(this);
  }

  /** What a server sends for a stream that is not there has come too late. */
  begun(): void {}

  /** Streams know what to make of it. */
  introduced(): void {}

  drained(): void {
    this.#isDraining = true;
    this.changed();
  }

  /** With no stream it keeps no process alive. */
  changed(): void {
    if (this.#carrier.size > 0) return this.#link.ref();
    this.#link.unref();
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
