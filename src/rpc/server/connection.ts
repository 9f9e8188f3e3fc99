import type { Socket } from 'node:net';
import { decodeChecked } from '../../codec/checked.ts';
import { locate } from '../../codec/locate.ts';
import { planTuple } from '../../codec/plan.ts';
import { DecodeError } from '../../errors/decode-error.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { MessageHeader, type Protocol } from '../../protocol/protocol.ts';
import { messageType } from '../../protocol/types.ts';
import { cutterFor } from '../../transport/cutters.ts';
import { detect, recognise } from '../../transport/dialect.ts';
import { Inbox } from '../../transport/inbox.ts';
import { ByteReader } from '../../wire/reader.ts';
import { dialects } from '../dialect.ts';
import type { Method } from '../method.ts';
import { Outbox } from '../outbox.ts';
import { isUnfinished, skipBody } from '../replies.ts';
import { type CallsOwner, ServedCalls } from './calls.ts';
import { notReadable, notServed } from './failures.ts';
import type { ReplyTo } from './replies.ts';
import type { ServingSettings } from './settings.ts';

/** Above this many bytes that the client has not read, no more of its requests are. */
const HIGH_WATER = 1024 * 1024;

/** The server's end of one socket. It is over when the socket is closed and what ran for it has ended. */
export class ServerConnection implements CallsOwner {
  readonly peer: string;
  readonly #socket: Socket;
  readonly #settings: ServingSettings;
  readonly #reader: ByteReader;
  readonly #outbox: Outbox;
  readonly #calls: ServedCalls;
  readonly #header = new MessageHeader();
  readonly #onOver: () => void;
  /** Undefined until the first bytes have told how the client cuts its messages. */
  #inbox: Inbox | undefined;
  #early: Buffer = Buffer.alloc(0);
  #isPaused = false;
  #isWorking = false;
  #isDraining = false;
  #goesOnSoon = false;
  #isClosed = false;

  constructor(socket: Socket, peer: string, settings: ServingSettings, onOver: () => void) {
    this.#socket = socket;
    this.peer = peer;
    this.#settings = settings;
    this.#onOver = onOver;
    this.#reader = new ByteReader(settings.limits);
    this.#outbox = new Outbox(socket, 'buffered', settings.limits, () => this.#flushed());
    this.#calls = new ServedCalls(this, settings, this.#outbox);
    let failure: Error | undefined;
    socket
      .on('data', chunk => this.#receive(chunk))
      .on('drain', () => this.settled())
      .on('error', error => {
        failure = error;
      })
      .on('close', () => {
        this.#isClosed = true;
        this.#calls.abandon(
          new RpcError('CANCELLED', `${peer} closed the connection`, { peer, cause: failure }),
        );
        this.#endWhenDone();
      });
  }

  /** Takes no more requests; ends the connection when those that run are answered. */
  drain(): void {
    this.#isDraining = true;
    // What still comes is read and forgotten: closing over unread bytes resets the connection, and the last
    // answers would be lost with it.
    this.#socket.resume();
    this.#endWhenDone();
  }

  /** Ends the connection now. */
  destroy(): void {
    this.#calls.abort(new RpcError('CANCELLED', 'the server was closed'));
    this.#socket.destroy();
    this.#onOver();
  }

  fail(error: unknown, method: Method | undefined): void {
    this.#report(error, method);
    this.#socket.destroy();
  }

  /** Something ended: what waited for it goes on. */
  settled(): void {
    if (!this.#outbox.isClosed) {
      this.#work(() => {
        this.#calls.goOn();
        if (this.#wantsMore() && this.#inbox?.isStopped) this.#inbox.resume();
      });
    }
    this.#afterwards();
  }

  /** Where the kernel takes all bytes at once, no drain tells that there is room again. */
  #flushed(): void {
    if (this.#goesOnSoon || !(this.#isPaused || this.#inbox?.isStopped)) return;
    this.#goesOnSoon = true;
    setImmediate(() => {
      this.#goesOnSoon = false;
      this.settled();
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#isDraining) return;
    const inbox = this.#inbox ?? this.#detect(chunk);
    if (inbox === undefined) return;
    const bytes = this.#early.length > 0 ? this.#early : chunk;
    this.#early = Buffer.alloc(0);
    this.#outbox.hold();
    this.#work(() => inbox.push(bytes, bytes.length), bytes);
    this.#outbox.release();
    this.#afterwards();
  }

  get #protocol(): Protocol {
    return this.#calls.dialect.protocol;
  }

  /** Decides about the first bytes, or keeps them until there are enough. */
  #detect(chunk: Buffer): Inbox | undefined {
    const bytes = this.#early.length === 0 ? chunk : Buffer.concat([this.#early, chunk]);
    const spoken = detect(bytes, bytes.length);
    this.#early = bytes;
    if (spoken === undefined) return undefined;
    const { framing } = spoken;
    this.#calls.dialect = dialects[spoken.protocol];
    this.#outbox.framing = framing;
    const cutter = cutterFor(framing, this.#protocol, this.#settings.limits);
    this.#inbox = new Inbox(this.#reader, cutter, r => this.#take(r));
    return this.#inbox;
  }

  #work(read: () => void, bytes?: Buffer): void {
    this.#isWorking = true;
    try {
      read();
    } catch (error) {
      this.#refuse(error, bytes);
    } finally {
      this.#isWorking = false;
      this.#reader.detach();
    }
  }

  #afterwards(): void {
    const pause = !this.#wantsMore() && !this.#isDraining;
    if (pause !== this.#isPaused) {
      this.#isPaused = pause;
      if (pause) this.#socket.pause();
      else this.#socket.resume();
    }
    this.#endWhenDone();
  }

  /** The bytes are no messages, or their end cannot be found: nothing more can be read here. */
  #refuse(error: unknown, bytes: Buffer | undefined): void {
    const seen = bytes === undefined ? undefined : recognise(bytes, 0, bytes.length);
    const what =
      seen === undefined || seen.startsWith('Thrift binary') || seen.startsWith('Thrift compact')
        ? 'what is no message'
        : `${seen}, which is not served here`;
    const why = error instanceof Error ? error.message : String(error);
    const text = `${this.peer} sent ${what}; the connection was closed: ${why}`;
    this.#report(new RpcError('INVALID_ARGUMENT', text, { peer: this.peer, cause: error }));
    this.drain();
  }

  #take(r: ByteReader): boolean {
    const header = this.#header;
    const { routes } = this.#settings;
    if (!this.#protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { name, seqid, strict, type } = header;
    const route = routes.find(name);
    const method = route?.methods[this.#protocol.name];
    const oneway = type === messageType.oneway || (method?.oneway ?? false);
    if (
      route?.run === undefined ||
      method === undefined ||
      (type !== messageType.call && type !== messageType.oneway)
    ) {
      this.#decline(r, { name, seqid, strict }, oneway, notServed(name, route !== undefined, type));
    } else {
      const to = { name: method.name, seqid, strict };
      const args = this.#readArguments(r, method, to, oneway);
      // Field by field: a spread of `to` was measured to cost more than all the rest of a call.
      if (args !== undefined) this.#calls.run({ name: to.name, seqid, strict, route, method, args, oneway });
    }
    return this.#wantsMore();
  }

  /** The arguments; undefined when they do not fit, which has been answered. */
  #readArguments(r: ByteReader, method: Method, to: ReplyTo, oneway: boolean): unknown[] | undefined {
    const protocol = this.#protocol;
    const from = r.pos;
    try {
      return decodeChecked(method.args, r, (start, fault) =>
        locate(protocol, planTuple(method.descriptor.parameters), method.fullName, r, start, fault),
      ) as unknown[];
    } catch (error) {
      if (!(error instanceof DecodeError) || isUnfinished(r, error)) throw error;
      r.pos = from;
      this.#decline(r, to, oneway, notReadable(error), error);
      if (oneway) this.#report(error, method);
      return undefined;
    }
  }

  /** Moves over the body of a request that no handler gets, and answers it. */
  #decline(r: ByteReader, to: ReplyTo, oneway: boolean, failure: RpcError, reason?: DecodeError): void {
    let unskippable: unknown;
    try {
      skipBody(r, this.#protocol, reason);
    } catch (error) {
      // To be asked again; answered then, and only then.
      if (isUnfinished(r, error)) throw error;
      unskippable = error;
    }
    if (!oneway) this.#calls.decline(to, failure);
    if (unskippable !== undefined) throw unskippable;
  }

  #report(error: unknown, method?: Method): void {
    const { peer } = this;
    this.#settings.onError(error, { peer, ...(method === undefined ? {} : { method: method.fullName }) });
  }

  /** Whether to read the next request: not behind one that waits, nor while this client has enough under way. */
  #wantsMore(): boolean {
    const isFull = this.#calls.size >= this.#settings.limits.pending || this.#outbox.unsent > HIGH_WATER;
    return !this.#calls.isHeldUp && !this.#isDraining && !isFull;
  }

  #endWhenDone(): void {
    if (this.#calls.size > 0) return;
    if (this.#isClosed) return this.#onOver();
    // While a request is being read or begun, its answer is still to come.
    if (!this.#isDraining || this.#isWorking || this.#outbox.isClosed) return;
    this.#outbox.flush();
    this.#socket.destroySoon();
  }
}
