import type { Duplex } from 'node:stream';
import { DecodeError } from '../../errors/decode-error.ts';
import type { Limits } from '../../limits.ts';
import { MessageHeader, type Protocol } from '../../protocol/protocol.ts';
import type { MessageTaker } from '../../transport/cutter.ts';
import { type Envelope, envelopeOf, type Headers, requestEnvelope } from '../../transport/envelope.ts';
import { Inbox } from '../../transport/inbox.ts';
import { Oversize, type Transport } from '../../transport/transport.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Call, GivenUp } from '../call.ts';
import { tellClosed, tellOpened, tellOpening } from '../diagnostics.ts';
import { type Dialect, dialects } from '../dialect.ts';
import { Outbox, type OutboxOwner } from '../outbox.ts';
import { checkReply, settle, skipBody } from '../replies.ts';
import { addressHeader, writeCall } from '../requests.ts';
import { endSoon } from '../streams.ts';
import { type Deferred, deferred, startTimer, within } from '../timers.ts';
import {
  type Circumstances,
  cancelled,
  exhausted,
  expired,
  garbled,
  lost,
  misunderstanding,
  noReply,
  unreachable,
} from './failures.ts';
import { FirstBytes } from './first-bytes.ts';
import type { Dial, Link, LinkOwner } from './link.ts';
import { PendingCalls } from './pending.ts';
import { SequenceIds } from './sequence-ids.ts';

export interface ConnectionSettings {
  readonly dialect: Dialect;
  readonly transport: Transport;
  /** What goes with each call, where the transport has headers. */
  readonly headers: () => Headers;
  /** Whether messages are compressed, where the transport can say so. */
  readonly zlib: boolean;
  readonly limits: Limits;
  /** The first call's sequence id. */
  readonly firstSequenceId?: number;
}

/** Who wants to know of a connection. */
export interface ConnectionOwner {
  /** It has ended, or never came to be. */
  over(connection: Connection): void;
}

/** ms that an attempt to connect goes on when nobody waits for it any more. */
const LINGER = 1000;

/** Of the message that is being written, or read: each is done with it before the next one begins. */
const header = new MessageHeader();

/**
 * The client's end of one connection, from the first attempt to connect to the end. Calls are written at once, also
 * before there is a connection; all of them are settled when it ends.
 */
export class Connection implements LinkOwner, MessageTaker, OutboxOwner {
  readonly peer: string;
  readonly #settings: ConnectionSettings;
  readonly #link: Link;
  /** The link's, until it is opened; then what may stand on top of it. */
  #stream: Duplex;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #pending = new PendingCalls();
  readonly #ids: SequenceIds;
  /** Calls written before the connection was there, and where their bytes stand. */
  #queued: { readonly call: Call; readonly from: number; readonly to: number }[] | undefined;
  /** Oneway calls that no flush has taken yet. */
  #unflushed: Call[] | undefined;
  #connected = false;
  #ended = false;
  #isGone = false;
  #replies = 0;
  /** Until the first reply. */
  #firstBytes: FirstBytes | undefined;
  #garbage: { readonly why: string; readonly cause: unknown } | undefined;
  #closing = false;
  /** How many wait for the connection to be made. */
  #watchers = 0;
  #lingers = false;
  readonly #owner: ConnectionOwner;
  /** Of those who wait for the connection to be made. */
  #ready: Deferred | undefined;
  /** Of those who wait for its end. */
  #gone: Deferred | undefined;

  constructor(peer: string, dial: Dial, settings: ConnectionSettings, owner: ConnectionOwner) {
    this.peer = peer;
    this.#settings = settings;
    this.#owner = owner;
    this.#ids = new SequenceIds(settings.firstSequenceId ?? 1);
    const { limits, transport, dialect } = settings;
    const cutter = (transport.replyCutter ?? transport.cutter)(dialect.protocol, limits);
    this.#inbox = new Inbox(limits, cutter, this);
    tellOpening(this, peer);
    this.#link = dial(this);
    this.#stream = this.#link.stream;
    this.#outbox = new Outbox(this.#stream, transport, limits, this, false);
    this.#stream.on('end', destroyThis);
  }

  get limits(): Limits {
    return this.#settings.limits;
  }

  /** True when it takes no more calls. */
  get isOver(): boolean {
    return this.#ended || this.#stream.destroyed;
  }

  /** True while what is written leaves at once. */
  get isReady(): boolean {
    return this.#connected && !this.isOver;
  }

  /** Waits until connected, `ms` at most, and says whether it is. Rejects when that failed. */
  async ready(ms: number): Promise<boolean> {
    if (this.#connected) return true;
    this.#ready ??= deferred();
    this.#watchers++;
    try {
      return await within(ms, this.#ready.promise);
    } finally {
      this.#watchers--;
      this.#checkIdle();
    }
  }

  /** Writes a call. It is settled by its reply, by its deadline, or by the end of the connection. */
  start(call: Call): void {
    // A getter of an argument makes a call of its own: its bytes must not stand inside the other's.
    if (this.#outbox.isWriting) return this.#outbox.afterwards(() => call.settled || this.start(call));
    const { limits } = this;
    if (this.#pending.size >= limits.pending) {
      return call.reject(
        exhausted(call, this.peer, `${this.#pending.size} calls wait on this connection (limits.pending)`),
      );
    }
    if (this.#outbox.unsent > limits.unsent) {
      return call.reject(
        exhausted(call, this.peer, `${this.#outbox.unsent} bytes wait to be sent (limits.unsent)`),
      );
    }
    let envelope: Envelope;
    try {
      // Headers may be asked for, and who is asked may make calls: not while this one is being written.
      envelope = this.#envelope(call);
    } catch (error) {
      return call.reject(error);
    }
    const from = this.#outbox.position;
    if (!this.#write(call, envelope)) return;
    call.arm(this.#giveUp);
    if (!this.#connected) {
      this.#queued ??= [];
      this.#queued.push({ call, from, to: this.#outbox.position });
    }
    if (call.method.oneway) {
      this.#unflushed ??= [];
      this.#unflushed.push(call);
    } else {
      if (this.#pending.size === 0) this.#link.ref();
      this.#pending.add(call);
    }
  }

  /**
   * Lets calls under way finish and what was written leave, for up to `grace` ms, then ends the connection; what
   * waits even then is settled with the error that `makeError` gives. Resolves when it has ended.
   */
  async close(grace: number, makeError: (call: Call) => unknown): Promise<void> {
    if (this.#isGone) return;
    this.#closing = true;
    const timer = startTimer(grace, () => {
      for (const call of this.#drain()) call.reject(makeError(call));
      this.#stream.destroy();
    });
    this.#checkIdle();
    this.#gone ??= deferred();
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #write(call: Call, envelope: Envelope): boolean {
    const out = this.#outbox;
    addressHeader(header, call, this.#ids.take(this.#pending));
    try {
      const at = out.begin(header, envelope);
      out.commit(writeCall(out.writer, at, header, call, this.#settings.dialect.protocol), envelope);
      return true;
    } catch (error) {
      call.reject(error instanceof Oversize ? exhausted(call, this.peer, error.message) : error);
      return false;
    } finally {
      out.end();
    }
  }

  #envelope(call: Call): Envelope {
    const { transport, dialect, headers, zlib } = this.#settings;
    if (!transport.hasHeaders) return envelopeOf(dialect.protocol.name);
    const own = call.settings.headers;
    const all = own.size === 0 ? headers() : new Map([...headers(), ...own]);
    return requestEnvelope(dialect.protocol.name, all, zlib, call.callee.service, call.timeLeft);
  }

  opened(stream: Duplex): void {
    this.#connected = true;
    tellOpened(this, this.peer);
    if (stream !== this.#stream) stream.on('end', destroyThis);
    this.#stream = stream;
    // What expired while the connection was made is not worth sending any more.
    const stale = this.#queued?.filter(({ call }) => call.settled) ?? [];
    if (stale.length > 0) this.#outbox.drop(stale);
    for (const { call } of stale) this.#ids.release(call.seqid);
    this.#queued = undefined;
    this.#outbox.open(stream);
    this.#ready?.resolve();
    this.#ready = undefined;
    this.#checkIdle();
  }

  flushed(): void {
    const handed = this.#unflushed;
    if (!this.#connected || handed === undefined) return;
    this.#unflushed = undefined;
    for (const call of handed) call.resolve(undefined);
    this.#checkIdle();
  }

  receive(bytes: Buffer, length: number): void {
    this.#outbox.hold();
    try {
      if (this.#replies === 0) this.#expectNoFrame(bytes, length);
      this.#inbox.push(bytes, length);
    } catch (error) {
      this.#broken(error);
    } finally {
      this.#outbox.release();
    }
  }

  /** The length of a frame can be read as the length of a name: the message would never come to its end. */
  #expectNoFrame(bytes: Buffer, length: number): void {
    this.#firstBytes ??= new FirstBytes();
    this.#firstBytes.add(bytes, length);
    if (this.#settings.transport.name !== 'buffered') return;
    const { seen } = this.#firstBytes;
    if (seen?.kind !== 'messages' || seen.transport === 'buffered') return;
    throw new DecodeError('bad-version', 0, 'a frame begins here');
  }

  take(r: ByteReader, envelope: Envelope): boolean {
    const dialect = dialects[envelope.protocol];
    if (envelope.unreadable !== undefined) throw envelope.unreadable.error;
    if (!dialect.protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { seqid, type } = header;
    const call = this.#pending.take(seqid);
    if (call === undefined) {
      this.#skipLate(r, dialect.protocol, seqid);
      return true;
    }
    try {
      checkReply(r, header, call, dialect.protocol, this.#settings.dialect.protocol);
      settle(call, r, type, dialect, this.peer, envelope.headers);
      this.#answered();
    } finally {
      // Not settled: the reply is not all there yet, or it ends the connection. Either way the call still waits.
      if (!call.settled) this.#pending.add(call);
      else this.#checkIdle();
    }
    return true;
  }

  get #isIdle(): boolean {
    return this.#pending.size === 0 && this.#unflushed === undefined && this.#watchers === 0;
  }

  /** With no call under way the connection keeps no process alive. */
  #checkIdle(): void {
    if (!this.#isIdle) return;
    if (!this.#connected) this.#linger();
    else if (this.#closing) endSoon(this.#stream);
    else this.#link.unref();
  }

  /**
   * An attempt to connect that nobody waits for any more is given up, for it would keep the process alive; but
   * not at once, or calls that never wait long enough would never see it succeed.
   */
  #linger(): void {
    if (this.#closing) this.#stream.destroy();
    if (this.#lingers) return;
    this.#lingers = true;
    startTimer(LINGER, () => {
      this.#lingers = false;
      if (!this.#connected && this.#isIdle) this.#stream.destroy();
    }).unref();
  }

  /** A reply nobody waits for any more is skipped; one nobody ever waited for is an error. */
  #skipLate(r: ByteReader, protocol: Protocol, seqid: number): void {
    if (!this.#ids.isAbandoned(seqid)) {
      throw r.error('invalid-data', r.start, `a reply has the sequence id ${seqid}, which no call has`);
    }
    skipBody(r, protocol);
    this.#ids.release(seqid);
    this.#answered();
  }

  #answered(): void {
    this.#replies++;
    this.#firstBytes = undefined;
  }

  readonly #giveUp = (call: Call, why: GivenUp, reason: unknown) => {
    if (this.#pending.take(call.seqid) === undefined) this.#forget(call);
    else this.#ids.abandon(call.seqid);
    this.#checkIdle();
    if (why === 'cancelled') return cancelled(call, this.peer, this.#connected, reason);
    const circumstances = this.#circumstances();
    return this.#connected ? noReply(call, circumstances) : expired(call, circumstances, false, '');
  };

  /** A oneway call that expired before it was flushed. */
  #forget(call: Call): void {
    const others = this.#unflushed?.filter(other => other !== call);
    this.#unflushed = others?.length === 0 ? undefined : others;
  }

  #broken(error: unknown): void {
    const seen = this.#firstBytes?.seen;
    const { dialect, transport } = this.#settings;
    const own = { protocol: dialect.protocol.name, transport: transport.name };
    const why =
      (seen && misunderstanding(seen, this.peer, own)) ??
      `${this.peer} sent what is no reply: ${error instanceof Error ? error.message : String(error)}`;
    this.#garbage = { why, cause: error };
    this.#stream.destroy();
  }

  closed(failure: NodeJS.ErrnoException | undefined): void {
    tellClosed(this, this.peer, this.#garbage?.cause ?? failure);
    const midReply = this.#inbox.isMidMessage;
    const circumstances = this.#circumstances();
    const neverMade = (method?: string) =>
      unreachable(method, this.peer, failure ?? new Error('the connection was closed'));
    for (const call of this.#drain()) {
      if (this.#garbage !== undefined)
        call.reject(garbled(call, circumstances, this.#garbage.why, this.#garbage.cause));
      else if (this.#connected) call.reject(lost(call, circumstances, failure, midReply));
      else call.reject(neverMade(call.method.fullName));
    }
    if (!this.#connected) this.#ready?.reject(neverMade());
    this.#isGone = true;
    this.#gone?.resolve();
    this.#owner.over(this);
  }

  /** The connection takes no more calls; these were waiting. */
  #drain(): Call[] {
    this.#ended = true;
    const waiting = [...this.#pending.drain(), ...(this.#unflushed ?? [])];
    this.#unflushed = undefined;
    this.#queued = undefined;
    return waiting;
  }

  #circumstances(): Circumstances {
    return { peer: this.peer, transport: this.#settings.transport.name, fresh: this.#replies === 0 };
  }
}

function destroyThis(this: Duplex): void {
  this.destroy();
}
