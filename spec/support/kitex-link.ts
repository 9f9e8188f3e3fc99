/** What the two ends of Kitex's streams share: a connection of frames, what goes wrong with one, an unbounded queue. */
import type { Socket } from 'node:net';
import {
  code,
  exceptionPayload,
  type FrameKind,
  readException,
  readStreamFrame,
  type StreamFrame,
  type StreamParts,
  THRIFT_STRUCT,
  writeStreamFrame,
} from './kitex-frames.ts';

/** Why a stream ended otherwise than well, in Kitex's words; handlers of a server throw it too. */
export class KitexError extends Error {
  /**
   * `exception`: a TApplicationException in a Trailer. `biz`: the status of a Trailer. `reset`: an Rst. `cancelled`:
   * by this end. `closed`: the connection is gone, or the handler has returned. `illegal`: a Trailer that cannot be
   * read.
   */
  readonly kind: 'exception' | 'biz' | 'reset' | 'cancelled' | 'closed' | 'illegal';
  /** The type of the exception, or the status. */
  readonly type: number;
  /** `biz-extra`, and `ttscp` as `path`. */
  readonly details: Readonly<Record<string, string>>;

  constructor(
    kind: KitexError['kind'],
    type: number,
    message: string,
    details: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.kind = kind;
    this.type = type;
    this.details = details;
  }
}

/** What was sent in error, in the order of arrival. */
export interface Notes {
  /** What Kitex closes the connection on. */
  readonly violations: string[];
  /** What Kitex reads over, or tells only the stream's reader, but never writes. */
  readonly oddities: string[];
  /** All that came; empty where it was asked not to keep them. */
  readonly frames: StreamFrame[];
}

/** How an end of streams is to be. */
export interface LinkOptions {
  /** Kitex 0.12 to 0.14: knows no Rst, and closes the connection on one; sends no Header without an answer. */
  readonly old?: boolean;
  /** Whether to keep what came; on by default. */
  readonly keep?: boolean;
}

/** One connection of frames. Closes it on the first that Kitex would close it on. */
export class Link {
  readonly socket: Socket;
  readonly old: boolean;
  readonly #notes: Notes;
  #rest: Buffer = Buffer.alloc(0);

  constructor(
    socket: Socket,
    notes: Notes,
    { old = false, keep = true }: LinkOptions,
    end: { take(frame: StreamFrame): void; closed(): void },
  ) {
    this.socket = socket;
    this.old = old;
    this.#notes = notes;
    socket.on('data', chunk => {
      try {
        for (const bytes of this.#cut(chunk)) {
          const frame = readStreamFrame(bytes);
          if (keep) notes.frames.push(frame);
          if (old && frame.kind === 'rst') throw new Error('unexpected frame type: 5');
          end.take(frame);
        }
      } catch (error) {
        notes.violations.push((error as Error).message);
        socket.destroy();
      }
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => end.closed());
  }

  odd(frame: { readonly kind: FrameKind; readonly sid: number }, why: string): void {
    this.#notes.oddities.push(`${frame.kind} of stream ${frame.sid}: ${why}`);
  }

  write(bytes: Uint8Array): void {
    // Kitex keeps what its peer does not read, however much that is; what is written to a dead peer is lost.
    if (this.socket.writable) this.socket.write(bytes);
  }

  *#cut(chunk: Buffer): Generator<Buffer> {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    this.#rest = Buffer.alloc(0);
    while (all.length >= at + 14) {
      // Looked at before all of the frame is there: what is none may have any length.
      const magic = all.readUInt16BE(at + 4);
      if (magic !== 0x1000) throw new Error(`magic ${magic.toString(16)}`);
      const end = at + 4 + all.readUInt32BE(at);
      if (end > all.length) break;
      yield all.subarray(at + 4, end);
      at = end;
    }
    this.#rest = all.subarray(at);
  }
}

/** Messages that came and were not read. Never full: Kitex has no flow control. */
export class Queue implements AsyncIterable<Buffer> {
  #messages: Buffer[] = [];
  #read = 0;
  #end: { readonly error?: KitexError } | undefined;
  #wake: () => void = () => {};

  get length(): number {
    return this.#messages.length - this.#read;
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  push(message: Buffer): void {
    this.#messages.push(message);
    this.#wake();
  }

  /** The first end counts. What came before it can still be read. */
  end(error?: KitexError): void {
    this.#end ??= error === undefined ? {} : { error };
    this.#wake();
  }

  /** The next message; undefined at the end. Rejects with what ended the stream otherwise. */
  async next(): Promise<Buffer | undefined> {
    while (this.length === 0) {
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    const message = this.#messages[this.#read++];
    if (this.#read >= 1000 && this.#read * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#read);
      this.#read = 0;
    }
    return message;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    for (let message = await this.next(); message !== undefined; message = await this.next()) yield message;
  }
}

/** Notes what is odd about any frame: Kitex never writes another protocol id, nor leaves the method out. */
export function check(link: Link, frame: StreamFrame): void {
  if (frame.protocol !== THRIFT_STRUCT) link.odd(frame, `the protocol id ${frame.protocol}`);
  if (frame.sid !== 0 && !frame.method) link.odd(frame, 'no method');
}

/** What both ends of a stream can do. */
export abstract class Stream {
  readonly sid: number;
  readonly method: string;
  /** What the other end sent and nobody read. */
  readonly queue: Queue = new Queue();
  protected readonly link: Link;

  constructor(link: Link, sid: number, method: string) {
    this.link = link;
    this.sid = sid;
    this.method = method;
  }

  /** The next message; undefined at the end. */
  next(): Promise<Buffer | undefined> {
    return this.queue.next();
  }

  /** All messages to the end. */
  async rest(): Promise<Buffer[]> {
    const all: Buffer[] = [];
    for await (const message of this.queue) all.push(message);
    return all;
  }

  /** Resolves when the socket wants more: for those who send more than this process can hold. */
  async flushed(): Promise<void> {
    const { socket } = this.link;
    if (!socket.writableNeedDrain) return;
    await new Promise<void>(resolve => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }

  /** Any frame of this stream, without regard to what Kitex would do. */
  write(kind: FrameKind, own: Partial<StreamParts> = {}): void {
    this.link.write(writeStreamFrame({ kind, sid: this.sid, method: this.method, ...own }));
  }

  protected writeRst(type: number, why: string, path: string): void {
    const payload = exceptionPayload(this.method, this.sid, why, type);
    this.write('rst', { texts: { ttscp: path }, payload });
  }

  protected checkData(frame: StreamFrame): void {
    if (frame.payload.length === 0) this.link.odd(frame, 'no message');
    if (frame.texts.size > 0) this.link.odd(frame, 'texts, which nobody reads');
    if (this.queue.ended) this.link.odd(frame, 'after the end');
  }

  protected checkRst(frame: StreamFrame): void {
    if (frame.payload.length === 0) this.link.odd(frame, 'no exception');
  }
}

/** What Kitex makes of a Trailer: undefined when all is well. The payload wins over the status. */
export function errorOfTrailer({ texts, payload }: StreamFrame): KitexError | undefined {
  if (payload.length > 0) {
    try {
      const { message, type } = readException(payload);
      return new KitexError('exception', type, message);
    } catch (error) {
      return new KitexError('illegal', code.frame, (error as Error).message);
    }
  }
  const status = texts.get('biz-status') ?? '';
  if (!/^[+-]?\d+$/.test(status) || Number(status) === 0) return undefined;
  const extra = texts.get('biz-extra') || '{}';
  try {
    return new KitexError('biz', Number(status), texts.get('biz-message') ?? '', JSON.parse(extra));
  } catch {
    return new KitexError('illegal', code.biz, `malformed header info, extra: ${extra}`);
  }
}

/** What Kitex makes of an Rst; one without an exception that can be read is of type 13. */
export function errorOfRst({ texts, payload }: StreamFrame): KitexError {
  const path = texts.get('ttscp');
  const details: Record<string, string> = path === undefined ? {} : { path };
  try {
    const { message, type } = readException(payload);
    return new KitexError('reset', type, message, details);
  } catch {
    return new KitexError('reset', 13, 'rst', details);
  }
}
