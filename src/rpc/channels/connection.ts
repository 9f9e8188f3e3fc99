import type { Duplex } from 'node:stream';
import type { Limits } from '../../limits.ts';
import { MessageHeader, type Protocol } from '../../protocol/protocol.ts';
import type { MessageTaker } from '../../transport/cutter.ts';
import type { Envelope } from '../../transport/envelope.ts';
import { saysGoodbye } from '../../transport/goodbye.ts';
import { Inbox } from '../../transport/inbox.ts';
import { Oversize } from '../../transport/transport.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Call, GivenUp } from '../call.ts';
import { tellClosed, tellOpened, tellOpening } from '../diagnostics.ts';
import { dialects } from '../dialect.ts';
import { isLeaving } from '../not-begun.ts';
import { Outbox, type OutboxOwner } from '../outbox.ts';
import { checkReply, settle, skipBody } from '../replies.ts';
import { addressHeader, envelopeAround, writeCall } from '../requests.ts';
import { endSoon } from '../streams.ts';
import { type Deferred, deferred, startTimer, within } from '../timers.ts';
import { Acquaintance } from './acquaintance.ts';
import { CallsUnderWay } from './calls-under-way.ts';
import type { ConnectionOwner, ConnectionRules, ConnectionSettings } from './connection-settings.ts';
import { cancelled, exhausted, expired, noReply, unreachable } from './failures.ts';
import { Keepalive, type KeptAlive } from './keepalive.ts';
import { isLimited, Lifetime } from './lifetime.ts';
import type { Dial, Link, LinkOwner } from './link.ts';
import { Silence } from './silence.ts';

/** ms that an attempt to connect goes on when nobody waits for it any more. */
const LINGER = 1000;

/** Of the message that is being written, or read: each is done with it before the next one begins. */
const header = new MessageHeader();

/**
 * The client's end of one connection, from the first attempt to connect to the end. Calls are written at once, also
 * before there is a connection; all of them are settled when it ends.
 */
export class Connection implements LinkOwner, MessageTaker, OutboxOwner, KeptAlive {
  readonly peer: string;
  readonly #settings: ConnectionSettings;
  readonly #link: Link;
  /** The link's, until it is opened; then what may stand on top of it. */
  #stream: Duplex;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #calls: CallsUnderWay;
  /** Calls written before the connection was there, and where their bytes stand. */
  #queued: { readonly call: Call; readonly from: number; readonly to: number }[] | undefined;
  #isConnected = false;
  #ended = false;
  #isGone = false;
  #closing = false;
  /** How many wait for the connection to be made. */
  #watchers = 0;
  #lingers = false;
  readonly #acquaintance: Acquaintance;
  readonly #rules: ConnectionRules;
  /** Where it may be over by itself. */
  #lifetime: Lifetime | undefined;
  #keepalive: Keepalive | undefined;
  /** Since the first call that timed out. */
  #silence: Silence | undefined;
  readonly #owner: ConnectionOwner<Connection>;
  /** Of those who wait for the connection to be made. */
  #ready: Deferred | undefined;
  /** Of those who wait for its end. */
  #gone: Deferred | undefined;

  constructor(
    peer: string,
    dial: Dial,
    settings: ConnectionSettings,
    rules: ConnectionRules,
    owner: ConnectionOwner<Connection>,
  ) {
    this.peer = peer;
    this.#settings = settings;
    this.#rules = rules;
    this.#owner = owner;
    const { limits, transport, dialect, firstSequenceId = 1 } = settings;
    this.#calls = new CallsUnderWay(owner, firstSequenceId);
    if (settings.keepalive !== undefined) this.#keepalive = new Keepalive(settings.keepalive, this);
    if (isLimited(rules)) this.#lifetime = new Lifetime(rules, this);
    this.#acquaintance = new Acquaintance(peer, settings);
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
    return this.#closing || this.#ended || this.#stream.destroyed;
  }

  /** How many calls are under way, those included that were given up and which the peer may still be at. */
  get load(): number {
    return this.#calls.load;
  }

  /** Whether one more call may be under way. */
  get hasRoom(): boolean {
    const { inFlight } = this.#rules;
    return inFlight === Number.POSITIVE_INFINITY || this.#calls.load < inFlight;
  }

  /** Whether a new call may have to wait for one that nobody waits for any more. */
  get isBlocked(): boolean {
    return this.#calls.isBlocked;
  }

  /** Whether nobody waits for anything from it. */
  get isIdle(): boolean {
    return this.#calls.isEmpty && this.#watchers === 0;
  }

  /** True while what is written leaves at once. */
  get isReady(): boolean {
    return this.#isConnected && !this.isOver;
  }

  /** Whether a call would be answered now: not behind others, where these may be answered in order. */
  get isAttentive(): boolean {
    return this.isReady && (this.#calls.isEmpty || this.#owner.answersOutOfOrder) && !this.isBlocked;
  }

  /** Waits until connected, `ms` at most, and says whether it is. Rejects when that failed. */
  async ready(ms: number): Promise<boolean> {
    if (this.#isConnected) return true;
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
    if (this.#outbox.isWriting) return this.#outbox.afterwards(() => call.settled || this.#owner.start(call));
    const { limits } = this;
    if (this.#calls.pending >= limits.pending) {
      return call.reject(
        exhausted(call, this.peer, `${this.#calls.pending} calls wait on this connection (limits.pending)`),
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
      envelope = envelopeAround(call, this.#settings);
    } catch (error) {
      return call.reject(error);
    }
    const from = this.#outbox.position;
    try {
      this.#write(call, envelope);
      this.#expect(call, from);
    } catch (error) {
      call.reject(error instanceof Oversize ? exhausted(call, this.peer, error.message) : error);
    } finally {
      this.#outbox.end();
    }
  }

  /** Takes no more calls, and ends when those under way have. */
  retire(): void {
    if (this.isOver) return;
    this.#closing = true;
    this.#owner.retired(this);
    this.#checkIdle();
  }

  leaving(): void {
    this.retire();
  }

  /**
   * Lets calls under way finish and what was written leave, for up to `grace` ms, then ends the connection; what
   * waits even then is settled with the error that `makeError` gives. Resolves when it has ended.
   */
  async close(grace: number, makeError: (call: Call, sent: boolean) => unknown): Promise<void> {
    if (this.#isGone) return;
    this.#closing = true;
    const timer = startTimer(grace, () => {
      for (const call of this.#drain()) call.reject(makeError(call, this.#isSent(call)));
      this.#stream.destroy();
    });
    this.#checkIdle();
    this.#gone ??= deferred();
    await this.#gone.promise;
    clearTimeout(timer);
  }

  #write(call: Call, envelope: Envelope): void {
    const out = this.#outbox;
    addressHeader(header, call, this.#calls.takeId());
    const at = out.begin(header, envelope);
    out.commit(writeCall(out.writer, at, header, call, this.#settings.dialect.protocol), envelope);
  }

  /** A call was written at `from`. */
  #expect(call: Call, from: number): void {
    call.arm(this.#giveUp);
    if (this.#keepalive?.asks(call) !== true) this.#lifetime?.work();
    if (!this.#isConnected) {
      this.#queued ??= [];
      this.#queued.push({ call, from, to: this.#outbox.position });
    }
    if (!call.method.oneway && this.#calls.pending === 0) this.#link.ref();
    this.#calls.add(call);
  }

  opened(stream: Duplex): void {
    this.#isConnected = true;
    tellOpened(this, this.peer);
    if (stream !== this.#stream) stream.on('end', destroyThis);
    this.#stream = stream;
    // What expired while the connection was made is not worth sending any more.
    const stale = this.#queued?.filter(({ call }) => call.settled) ?? [];
    if (stale.length > 0) this.#outbox.drop(stale);
    for (const { call } of stale) this.#calls.release(call.seqid);
    this.#queued = undefined;
    this.#outbox.open(stream);
    this.#ready?.resolve();
    this.#ready = undefined;
    this.#lifetime?.begin();
    this.#keepalive?.heard();
    this.#owner.made();
    this.#checkIdle();
  }

  flushed(): void {
    const handed = this.#calls.flush();
    if (handed === undefined) return;
    for (const call of handed) call.resolve(undefined);
    this.#eased();
  }

  get room(): Buffer | undefined {
    return this.#inbox.room;
  }

  receive(bytes: Buffer, length: number): void {
    this.#outbox.hold();
    this.#silence?.broken();
    this.#keepalive?.heard();
    try {
      if (this.#acquaintance.fresh) this.#acquaintance.heard(bytes, length);
      this.#inbox.push(bytes, length);
    } catch (error) {
      this.#broken(error);
    } finally {
      this.#outbox.release();
    }
  }

  take(r: ByteReader, envelope: Envelope): boolean {
    const dialect = dialects[envelope.protocol];
    if (envelope.unreadable !== undefined) throw envelope.unreadable.error;
    if (envelope.headers.size > 0 && saysGoodbye(envelope.headers)) {
      this.retire();
      if (r.pos === r.end) return true;
    }
    if (!dialect.protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { seqid, type } = header;
    const call = this.#calls.take(seqid);
    if (call === undefined) {
      this.#skipLate(r, dialect.protocol, seqid);
      return true;
    }
    try {
      checkReply(r, header, call, dialect.protocol, this.#settings.dialect.protocol);
      const failure = settle(call, r, type, dialect, this.peer, envelope.headers);
      this.#answered(seqid);
      if (failure !== undefined && isLeaving(failure)) this.retire();
    } finally {
      // Not settled: the reply is not all there yet, or it ends the connection. Either way the call still waits.
      if (!call.settled) this.#calls.putBack(call);
      else this.#eased();
    }
    return true;
  }

  /** One call less is under way. */
  #eased(): void {
    if (this.#owner.isCrowded) this.#owner.eased();
    this.#checkIdle();
  }

  /** With no call under way the connection keeps no process alive. */
  #checkIdle(): void {
    if (!this.isIdle) return;
    if (!this.#isConnected) this.#linger();
    else if (this.#closing) endSoon(this.#stream);
    else {
      this.#link.unref();
      if (this.isBlocked) this.#lifetime ??= new Lifetime(this.#rules, this);
      this.#lifetime?.rest(this.isBlocked);
    }
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
      if (!this.#isConnected && this.isIdle) this.#stream.destroy();
    }).unref();
  }

  /** A reply nobody waits for any more is skipped; one nobody ever waited for is an error. */
  #skipLate(r: ByteReader, protocol: Protocol, seqid: number): void {
    if (!this.#calls.isAbandoned(seqid)) {
      throw r.error('invalid-data', r.start, `a reply has the sequence id ${seqid}, which no call has`);
    }
    skipBody(r, protocol);
    this.#calls.release(seqid);
    this.#answered(seqid);
    this.#eased();
  }

  #answered(seqid: number): void {
    this.#calls.answered(seqid);
    if (!this.#acquaintance.fresh) return;
    this.#acquaintance.answered();
    this.#owner.proved();
  }

  readonly #giveUp = (call: Call, why: GivenUp, reason: unknown) => {
    this.#calls.giveUp(call, this.#isConnected);
    if (this.#isConnected && why === 'expired') this.#checkSilence(call);
    this.#eased();
    if (why === 'cancelled') return cancelled(call, this.peer, this.#isConnected, reason);
    if (this.#isConnected) return noReply(call, this.#acquaintance);
    return expired(call, this.#acquaintance, false, '');
  };

  #checkSilence(call: Call): void {
    const { timeouts } = this.#rules;
    const answersInOrder = !this.#owner.answersOutOfOrder;
    this.#silence ??= new Silence(timeouts);
    if (!this.#silence.timedOut(call, this.#calls, answersInOrder)) return;
    this.giveUp(new Error(`${timeouts} calls timed out, one after the other, without a byte received`));
  }

  /** Its peer is dead. */
  giveUp(reason: Error): void {
    this.#stream.destroy(reason);
  }

  #broken(error: unknown): void {
    this.#acquaintance.garbled(error);
    this.#stream.destroy();
  }

  closed(failure: NodeJS.ErrnoException | undefined): void {
    tellClosed(this, this.peer, this.#acquaintance.garbage ?? failure);
    const calls = this.#drain();
    this.#lifetime?.end();
    this.#keepalive?.end();
    this.#isGone = true;
    this.#gone?.resolve();
    if (this.#isConnected) {
      const midReply = this.#inbox.isMidMessage;
      for (const call of calls)
        call.reject(this.#acquaintance.loss(call, failure, midReply, this.#isSent(call)));
      return this.#owner.over(this, this.#acquaintance.fresh && calls.length > 0);
    }
    const reason = failure ?? new Error('the connection was closed');
    this.#ready?.reject(unreachable(undefined, this.peer, reason));
    if (calls.length > 0 || failure !== undefined) this.#owner.failed(this, calls, reason);
    else this.#owner.over(this, false);
  }

  /** Whether the peer may have got a call, or a part of it. */
  #isSent(call: Call): boolean {
    return this.#isConnected && this.#calls.isFlushed(call);
  }

  /** The connection takes no more calls; these were waiting. */
  #drain(): readonly Call[] {
    this.#ended = true;
    this.#queued = undefined;
    return this.#calls.drain();
  }
}

function destroyThis(this: Duplex): void {
  this.destroy();
}
