/**
 * A streaming client as strict as Kitex's, over a real socket; `kitex-link` says what it notes down.
 *
 *     const client = await KitexStreamClient.connect(address);
 *     await client.call('Tests', 'Echo', [texts({ 1: 'a' }), texts({ 1: 'b' })]); // all answers
 *     const stream = client.open('Tests', 'Echo', { texts: { RPC_PERSIST_a: 'b' } });
 *     stream.send(texts({ 1: 'hi' }));
 *     await stream.next(); // an answer; undefined at the end; rejects with a KitexError
 *     stream.closeSend(); // or cancel()
 *
 * A slow reader does not call `next`, and what comes stays in `stream.queue`, however much; one that is stuck calls
 * `client.socket.pause()`; one that dies, `client.die()`.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TcpAddress } from '../../src/index.ts';
import { type Body, code, type StreamFrame, type Texts } from './kitex-frames.ts';
import {
  check,
  errorOfRst,
  errorOfTrailer,
  KitexError,
  Link,
  type LinkOptions,
  type Notes,
  Stream,
} from './kitex-link.ts';
import { closing } from './peers.ts';

/** The client's end. */
export class ClientStream extends Stream {
  /** What the Header said; undefined before it came. */
  header: ReadonlyMap<string, string> | undefined;
  /** What the Trailer said; undefined before it came. */
  trailer: ReadonlyMap<string, string> | undefined;
  /** Meta frames, as a handler of them would get. */
  readonly metas: StreamFrame[] = [];
  #state: 'open' | 'half closed' | 'closed' = 'open';
  readonly #forget: (sid: number) => void;

  constructor(link: Link, sid: number, method: string, forget: (sid: number) => void) {
    super(link, sid, method);
    this.#forget = forget;
  }

  send(...payloads: readonly Body[]): this {
    if (this.#state !== 'open') throw new Error('stream is closed send');
    for (const payload of payloads) this.write('data', { payload });
    return this;
  }

  /** Half-closes. */
  closeSend(): this {
    if (this.#state === 'open') {
      this.#state = 'half closed';
      this.write('trailer');
    }
    return this;
  }

  /** What Kitex does when the caller cancels, or (`code.streamTimeout`, `code.recvTimeout`) is tired of waiting. */
  cancel(type: number = code.cancel, why = 'cancelled by the caller', path = 'a.client'): void {
    this.close(new KitexError('cancelled', type, why), () => {
      if (!this.link.old) this.writeRst(type, why, path);
    });
  }

  /** Ends it. One that was not half closed still gets its Trailer, for the sake of old servers. */
  close(error: KitexError | undefined, before: () => void = () => {}): void {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.queue.end(error);
    before();
    if (wasOpen) this.write('trailer');
    this.#forget(this.sid);
  }

  take(frame: StreamFrame): void {
    if (frame.kind === 'meta') this.metas.push(frame);
    else if (frame.kind === 'header') {
      if (this.header !== undefined) throw new Error(`stream[${this.sid}] already set header`);
      this.header = frame.texts;
    } else if (frame.kind === 'data') {
      this.checkData(frame);
      if (this.header === undefined) this.link.odd(frame, 'before the Header');
      this.queue.push(frame.payload);
    } else if (frame.kind === 'trailer') {
      this.trailer = frame.texts;
      const error = errorOfTrailer(frame);
      if (error?.kind === 'illegal') this.link.odd(frame, error.message);
      this.close(error);
    } else {
      this.checkRst(frame);
      this.close(errorOfRst(frame));
    }
  }
}

export interface OpenOptions {
  readonly texts?: Texts;
  /** `{ [key.rpcTimeout]: '500' }`: some handlers of headers write a deadline. */
  readonly numbers?: Readonly<Record<number, string>>;
  /** By default the next of a counter that all clients of the process share. */
  readonly sid?: number;
}

let lastSid = 0;

/** A client of streams. */
export class KitexStreamClient implements Notes {
  readonly violations: string[] = [];
  readonly oddities: string[] = [];
  readonly frames: StreamFrame[] = [];
  readonly socket: Socket;
  readonly #link: Link;
  readonly #streams = new Map<number, ClientStream>();
  readonly #seen = new Set<number>();

  private constructor(socket: Socket, options: LinkOptions) {
    this.socket = socket;
    socket.on('error', () => {
      // A server that breaks off is what many of these tests are about.
    });
    this.#link = new Link(socket, this, options, {
      take: frame => this.#take(frame),
      closed: () => {
        const why = new KitexError('closed', code.transport, 'transport is closing');
        for (const stream of [...this.#streams.values()]) stream.close(why);
      },
    });
  }

  static async connect(address: TcpAddress, options: LinkOptions = {}): Promise<KitexStreamClient> {
    const socket = connect({ ...address, noDelay: true });
    const client = new KitexStreamClient(socket, options);
    await once(socket, 'connect');
    return closing(client);
  }

  /** Opens a stream: sends its Header. */
  open(service: string, method: string, { texts, numbers = {}, sid }: OpenOptions = {}): ClientStream {
    const own = sid ?? (++lastSid || ++lastSid);
    const stream = new ClientStream(this.#link, own, method, sid => this.#streams.delete(sid));
    this.#streams.set(own, stream);
    this.#seen.add(own);
    stream.write('header', { texts: { isn: service, ...texts }, numbers });
    return stream;
  }

  /** Opens a stream, sends all its messages, half-closes, and gives all answers. */
  call(service: string, method: string, messages: readonly Body[], own?: OpenOptions): Promise<Buffer[]> {
    return this.open(service, method, own)
      .send(...messages)
      .closeSend()
      .rest();
  }

  /** Anything at all. */
  write(bytes: Uint8Array): void {
    this.#link.write(bytes);
  }

  /** Breaks the connection off. */
  die(): void {
    this.socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }

  #take(frame: StreamFrame): void {
    check(this.#link, frame);
    const { kind, sid } = frame;
    const stream = this.#streams.get(sid);
    if (stream !== undefined) stream.take(frame);
    else if (kind !== 'meta' && !this.#seen.has(sid)) this.#link.odd(frame, 'it never was opened');
  }
}
