import { RpcError } from '../errors/rpc-error.ts';
import { defaultLimits } from '../limits.ts';
import { messageType } from '../protocol/types.ts';
import type { Call, GivenUp } from '../rpc/call.ts';
import { type Channel, type CloseOptions, defaultGrace } from '../rpc/channel.ts';
import { type ChannelState, ChannelStates, type StateListener } from '../rpc/channel-state.ts';
import { cancelled, closed, exhausted, expiredBefore, noReply } from '../rpc/channels/failures.ts';
import type { Dialect } from '../rpc/dialect.ts';
import { settle } from '../rpc/replies.ts';
import { type Deferred, deferred, startTimer, within } from '../rpc/timers.ts';
import { noHeaders } from '../transport/envelope.ts';
import { type Dispatching, join, type Receiver } from './clients.ts';
import { dialect } from './codecs.ts';
import { type ApacheConnection, ConnectionWatch, isOpen, peerOf, type Waiting } from './connection.ts';
import { draw } from './draw.ts';
import { apacheMethod } from './methods.ts';
import { asProtocolError, dropMessage, isUnderrun } from './npm.ts';
import type { ApacheProtocol, ApacheTransport } from './protocol.ts';
import { encoded, exceptionRecord, readerOf } from './records.ts';
import { writeRequest } from './requests.ts';

/** npm's clients number their calls from 1 on. Ours are the upper half of what is positive: they never meet. */
const FIRST = 0x40000000;
const LAST = 0x7fffffff;
/** Given-up calls whose late replies are still expected; a peer that never sends them must cost no memory. */
const MOST_ABANDONED = 100_000;

let nextSeqid = FIRST;
let nextKey = 1;

/**
 * A channel over a connection of npm's `thrift`, which other clients of that package may use at the same time:
 * `makeClient(PingPong, apacheChannel(connection))`. It speaks the connection's protocol and transport, and every
 * call settles, by its reply, its timeout, or the end of the connection. A oneway call is done when the connection
 * has it. Closing the channel leaves the connection as it is. Throws a TypeError for a connection that serves one
 * client alone (`createStdIOConnection`). `error` events no longer end the process.
 */
export function apacheChannel(connection: ApacheConnection): Channel {
  if (typeof (connection as Partial<Dispatching>).seqId2Service !== 'object')
    throw new TypeError(
      "apacheChannel: expected a connection of npm's thrift that several clients can share",
    );
  return new RidingChannel(connection as ApacheConnection & Dispatching);
}

class RidingChannel implements Channel {
  readonly peer: string;
  readonly dialect: Dialect = dialect;
  readonly hasHeaders = false;
  readonly #connection: ApacheConnection & Dispatching;
  readonly #transport: ApacheTransport;
  readonly #watch: ConnectionWatch;
  readonly #key = `livethrift/${nextKey++}`;
  readonly #receiver: Receiver = { _reqs: {} };
  readonly #leave: () => void;
  readonly #waiting: Waiting = {
    fail: error => this.#fail(error),
    opened: () => {
      this.#ready?.resolve();
      this.#ready = undefined;
      this.#checkState();
    },
  };
  readonly #states = new ChannelStates('connecting');
  readonly #pending = new Map<number, Call>();
  readonly #abandoned = new Set<number>();
  #closing = false;
  #ready: Deferred | undefined;
  #idle: Deferred | undefined;

  constructor(connection: ApacheConnection & Dispatching) {
    this.#connection = connection;
    this.peer = peerOf(connection);
    const Transport = connection.transport as new (
      none: undefined,
      flushed: (data: Buffer, seqid: number) => void,
    ) => ApacheTransport;
    this.#transport = new Transport(undefined, (data, seqid) => connection.write(data, seqid));
    this.#leave = join(connection, this.#key, this.#receiver);
    this.#watch = ConnectionWatch.join(connection, this.#waiting);
  }

  get state(): ChannelState {
    this.#checkState();
    return this.#states.current;
  }

  onState(listener: StateListener): () => void {
    this.#checkState();
    return this.#states.listen(listener);
  }

  start(call: Call): void {
    if (this.#closing) return call.reject(closed(call, this.peer, false));
    if (call.timeout <= 0) return call.reject(expiredBefore(call, this.peer));
    if (this.#watch.lost !== undefined) return call.reject(failureOf(call, this.#watch.lost));
    if (this.#pending.size >= defaultLimits.pending) {
      const what = `${this.#pending.size} calls wait on this connection (limits.pending)`;
      return call.reject(exhausted(call, this.peer, what));
    }
    try {
      this.#send(call);
    } catch (error) {
      this.#take(call.seqid);
      call.reject(error);
    }
  }

  async ready(timeout = 30_000): Promise<void> {
    const { peer } = this;
    if (this.#closing) throw new RpcError('UNAVAILABLE', 'the channel is closed', { peer });
    if (this.#watch.lost !== undefined) throw this.#watch.lost;
    if (isOpen(this.#connection)) return;
    this.#ready ??= deferred();
    if (await within(timeout, this.#ready.promise)) return;
    throw new RpcError('DEADLINE_EXCEEDED', `no connection to ${peer} within ${timeout} ms`, { peer });
  }

  async close({ grace = defaultGrace }: CloseOptions = {}): Promise<void> {
    this.#closing = true;
    this.#states.set('closed');
    if (this.#pending.size > 0) {
      this.#idle ??= deferred();
      const timer = startTimer(grace, () => {
        for (const [seqid, call] of this.#pending) {
          this.#abandon(seqid);
          call.reject(closed(call, this.peer, true));
        }
      });
      await this.#idle.promise;
      clearTimeout(timer);
    }
    this.#watch.leave(this.#waiting);
    // Else late replies would be taken for another client's.
    if (this.#abandoned.size === 0) this.#leave();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #send(call: Call): void {
    const method = apacheMethod(call.method);
    // First, for nothing may have been written when it refuses a value.
    const body = encoded(method.args, call.args);
    const { oneway } = call.method;
    call.seqid = this.#takeSeqid();
    if (!oneway) this.#expect(call);
    writeRequest(method, call.callee.name, body, call.seqid, this.#connection.protocol, this.#transport);
    if (oneway) call.resolve(undefined);
    else call.arm(this.#giveUp);
  }

  #expect(call: Call): void {
    const { name } = call.method;
    this.#pending.set(call.seqid, call);
    this.#connection.seqId2Service[call.seqid] = this.#key;
    this.#receiver[`recv_${name}`] ??= (input: ApacheProtocol, mtype: number, rseqid: number) =>
      this.#receive(name, input, mtype, rseqid);
  }

  /** `rseqid` is npm's: the sequence id below 0. */
  #receive(name: string, input: ApacheProtocol, mtype: number, rseqid: number): void {
    const seqid = -rseqid;
    const call = this.#pending.get(seqid);
    try {
      const fields = mtype === messageType.exception ? exceptionRecord.shape.byId : this.#fieldsOf(call);
      const bytes = draw(input, fields);
      input.readMessageEnd();
      this.#done(seqid);
      if (call?.method.name === name) settle(call, readerOf(bytes), mtype, dialect, this.peer, noHeaders);
      else call?.reject(this.#unfit(call, new Error(`the reply is named "${name}"`)));
    } catch (error) {
      const dropped = dropMessage(input);
      // The rest is still to come, and the connection will try again.
      if (isUnderrun(error) && !dropped) throw error;
      this.#done(seqid);
      call?.reject(this.#unfit(call, asProtocolError(error) as Error));
      // Where the next message begins nobody knows: the connection says so with an 'error' event.
      if (!dropped) throw error;
    }
  }

  #fieldsOf(call: Call | undefined) {
    return call === undefined ? undefined : apacheMethod(call.method).result.shape.byId;
  }

  #takeSeqid(): number {
    let seqid: number;
    do {
      seqid = nextSeqid;
      nextSeqid = seqid === LAST ? FIRST : seqid + 1;
    } while (this.#pending.has(seqid) || this.#abandoned.has(seqid));
    return seqid;
  }

  /** The reply is read: tells the connection so. */
  #done(seqid: number): void {
    const { _reqs } = this.#receiver;
    const commit = _reqs[-seqid];
    delete _reqs[-seqid];
    commit?.();
    this.#take(seqid);
  }

  /** Nothing is expected under this id any more. */
  #take(seqid: number): void {
    this.#abandoned.delete(seqid);
    delete this.#connection.seqId2Service[seqid];
    this.#remove(seqid);
  }

  /** Nobody waits for this reply any more; should it come, it is still ours. */
  #abandon(seqid: number): void {
    this.#remove(seqid);
    if (this.#abandoned.size >= MOST_ABANDONED) this.#take(this.#abandoned.values().next().value!);
    this.#abandoned.add(seqid);
  }

  #remove(seqid: number): void {
    this.#pending.delete(seqid);
    if (this.#pending.size === 0) this.#idle?.resolve();
  }

  readonly #giveUp = (call: Call, why: GivenUp, reason: unknown): RpcError => {
    this.#abandon(call.seqid);
    if (why === 'cancelled') return cancelled(call, this.peer, true, reason);
    return noReply(call, { peer: this.peer, transport: 'buffered', fresh: false });
  };

  /** The connection is npm's to make, and to make again: without one, there is an attempt, or there will be none. */
  #checkState(): void {
    if (this.#watch.lost !== undefined) this.#states.set('failing');
    else this.#states.set(isOpen(this.#connection) ? 'ready' : 'connecting');
  }

  #fail(error: RpcError): void {
    this.#checkState();
    this.#ready?.reject(error);
    this.#ready = undefined;
    for (const [seqid, call] of this.#pending) {
      this.#abandon(seqid);
      call.reject(failureOf(call, error));
    }
    // From a connection that is closed nothing comes any more.
    if (this.#watch.lost !== undefined) for (const seqid of this.#abandoned) this.#take(seqid);
  }

  #unfit(call: Call, cause: Error): RpcError {
    const { fullName: method } = call.method;
    const text = `${method}: ${this.peer} sent a reply that does not fit: ${cause.message}`;
    return new RpcError('INTERNAL', text, { method, peer: this.peer, cause });
  }
}

function failureOf(call: Call, error: RpcError): RpcError {
  const { fullName: method } = call.method;
  return new RpcError(error.code, `${method}: ${error.message}`, { ...error, method, cause: error.cause });
}
