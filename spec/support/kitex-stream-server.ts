/**
 * A streaming server as strict as Kitex's, over real sockets; `kitex-link` says what it notes down. It has no flow
 * control, pings or deadlines of its own: Kitex has none.
 *
 *     const server = await kitexStreamServer({
 *       Echo: shapes.bidirectional(requests => requests),
 *       Fail: () => { throw new KitexError('biz', 404, 'nobody') },
 *       Hang: stream => stream.untilGone,
 *     });
 *
 * Messages are bytes of structs (`texts`, `hex`), as Buffers. A handler is one of the `shapes` or a function of a
 * ServerStream; it throws a KitexError of kind `biz` or `exception`, or anything else, which becomes an exception of
 * type 6. A slow reader does not call `next`, and what comes stays in `stream.queue`, however much; one that is stuck
 * calls `server.sockets[0].pause()`; one that dies, `resetAndDestroy()`.
 */
import type { Socket } from 'node:net';
import type { TcpAddress } from '../../src/index.ts';
import { type Body, code, exceptionPayload, type StreamFrame, type Texts } from './kitex-frames.ts';
import {
  check,
  errorOfRst,
  errorOfTrailer,
  KitexError,
  Link,
  type LinkOptions,
  type Notes,
  type Queue,
  Stream,
} from './kitex-link.ts';
import { fakeServer } from './peers.ts';

/** The server's end. */
export class ServerStream extends Stream {
  /** What opened it. */
  readonly opened: StreamFrame;
  /** Why it was ended from without: reset, or its connection closed. */
  gone: KitexError | undefined;
  /** Resolves when `gone`. */
  readonly untilGone: Promise<void>;
  #header: Texts | undefined = {};
  #trailer: Texts = {};
  #leave: () => void = () => {};

  constructor(link: Link, opened: StreamFrame) {
    super(link, opened.sid, opened.method ?? '');
    this.opened = opened;
    this.untilGone = new Promise(resolve => {
      this.#leave = resolve;
    });
  }

  get service(): string | undefined {
    return this.opened.texts.get('isn');
  }

  /** Sends the Header; without this, it goes before the first message, or the Trailer. */
  header(texts: Texts = {}): this {
    if (this.#header === undefined) throw new Error('stream header already sent');
    this.write('header', { texts: { ...this.#header, ...texts } });
    this.#header = undefined;
    return this;
  }

  /** Texts for the Trailer. */
  trailer(texts: Texts): this {
    this.#trailer = { ...this.#trailer, ...texts };
    return this;
  }

  send(payload: Body): this {
    if (this.gone !== undefined) throw this.gone;
    if (this.#header !== undefined) this.header();
    this.write('data', { payload });
    return this;
  }

  /** An Rst, as proxies send it; the handler goes on, and finds out. */
  reset(type: number = code.cancel, why = 'rst', path = 'a.proxy'): void {
    this.leave(new KitexError('cancelled', type, why));
    this.writeRst(type, why, path);
  }

  /** The Trailer. Kitex sends it whatever became of the stream before; it forgot the Header until the end of 2025 (its pull request 1887). */
  finish(error?: unknown): void {
    if (this.#header !== undefined && !this.link.old) this.header();
    this.leave(new KitexError('closed', code.handlerReturned, 'canceled by business handler returning'));
    if (error instanceof KitexError && error.kind === 'biz') {
      const extra = Object.keys(error.details).length > 0 && { 'biz-extra': JSON.stringify(error.details) };
      this.trailer({ 'biz-status': `${error.type}`, 'biz-message': error.message, ...extra });
    }
    const texts = this.#trailer;
    if (error === undefined || texts['biz-status'] !== undefined) this.write('trailer', { texts });
    else {
      const { message, type = 6 } = error as Partial<KitexError>;
      const payload = exceptionPayload(this.method, this.sid, message ?? String(error), type);
      this.write('trailer', { texts, payload });
    }
  }

  leave(why: KitexError): void {
    this.gone ??= why;
    this.queue.end(why);
    this.#leave();
  }

  take(frame: StreamFrame): void {
    if (frame.kind === 'meta') return;
    if (frame.kind === 'data') {
      this.checkData(frame);
      if (!this.queue.ended) this.queue.push(frame.payload);
    } else if (frame.kind === 'trailer') {
      if (this.queue.ended) this.link.odd(frame, 'after the end');
      this.queue.end(errorOfTrailer(frame));
    } else {
      this.checkRst(frame);
      this.leave(errorOfRst(frame));
    }
  }
}

export type Handler = (stream: ServerStream) => Promise<void> | void;

/** Handlers from functions of messages. */
export const shapes = {
  unary: (answer: (request: Buffer, stream: ServerStream) => Body | Promise<Body>): Handler => {
    return async stream => void stream.send(await answer(await one(stream), stream));
  },
  client: (answer: (requests: Queue, stream: ServerStream) => Promise<Body>): Handler => {
    return async stream => void stream.send(await answer(stream.queue, stream));
  },
  server: (answers: (request: Buffer, stream: ServerStream) => AsyncIterable<Body>): Handler => {
    return async stream => sendAll(stream, answers(await one(stream), stream));
  },
  bidirectional: (answers: (requests: Queue, stream: ServerStream) => AsyncIterable<Body>): Handler => {
    return stream => sendAll(stream, answers(stream.queue, stream));
  },
} as const;

async function one(stream: ServerStream): Promise<Buffer> {
  const request = await stream.next();
  if (request === undefined) throw new Error('EOF');
  return request;
}

async function sendAll(stream: ServerStream, answers: AsyncIterable<Body>): Promise<void> {
  for await (const answer of answers) stream.send(answer);
}

export interface KitexStreamServer extends Notes {
  readonly address: TcpAddress;
  readonly streams: readonly ServerStream[];
  /** Streams that asked for what is not here: nothing tells their clients. */
  readonly unknown: readonly string[];
  readonly sockets: readonly Socket[];
}

export interface ServerOptions extends LinkOptions {
  /** The only service there is; by default any will do. */
  readonly service?: string;
}

/** A server of streams alone, as a connection to Kitex is. */
export async function kitexStreamServer(
  handlers: Readonly<Record<string, Handler>>,
  options: ServerOptions = {},
): Promise<KitexStreamServer> {
  const { service, keep = true } = options;
  const notes: Notes = { violations: [], oddities: [], frames: [] };
  const all: ServerStream[] = [];
  const unknown: string[] = [];
  const serve = (socket: Socket) => {
    const streams = new Map<number, ServerStream>();
    let seen = new Set<number>();
    const run = async (stream: ServerStream) => {
      const name = `${stream.service ?? ''}.${stream.method}`;
      const handler = handlers[stream.method];
      if (handler === undefined || (service !== undefined && stream.service !== service)) {
        unknown.push(name);
        return;
      }
      const error = await Promise.resolve(stream)
        .then(handler)
        .then(
          () => undefined,
          (error: unknown) => error ?? new Error('undefined'),
        );
      if (streams.get(stream.sid) === stream) streams.delete(stream.sid);
      stream.finish(error);
    };
    const link: Link = new Link(socket, notes, options, {
      take(frame) {
        check(link, frame);
        const { kind, sid, texts } = frame;
        const known = streams.get(sid);
        if (kind === 'header') {
          if (known !== undefined) link.odd(frame, 'opened again');
          if (sid === 0) link.odd(frame, 'the stream id 0');
          if (!texts.has('isn')) link.odd(frame, 'no isn');
          const stream = new ServerStream(link, frame);
          streams.set(sid, stream);
          seen.add(sid);
          if (keep) all.push(stream);
          void run(stream);
        } else if (known === undefined) {
          if (kind !== 'meta' && !seen.has(sid)) link.odd(frame, 'it never was opened');
        } else {
          known.take(frame);
          if (kind === 'rst') streams.delete(sid);
        }
      },
      closed() {
        const why = new KitexError('closed', code.connectionClosed, 'canceled by connection closed');
        for (const stream of streams.values()) stream.leave(why);
        seen = new Set();
      },
    });
  };
  const { address, sockets } = await fakeServer(serve);
  return { address, sockets, streams: all, unknown, ...notes };
}
