import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { MessageStream } from './streams.ts';
import { startTimer } from './timers.ts';

/** ms that the other end has to answer a Close frame; npm thrift's server never does. */
const CLOSE_PATIENCE = 1000;

/** Close codes that tell of no failure: done, going away, none given, and no Close frame at all (RFC 6455, 7.4.1). */
const peaceful: ReadonlySet<number> = new Set([1000, 1001, 1005, 1006]);

type Done = (error?: Error | null) => void;

/** How a WebSocket is written to. */
export interface WebSocketManner {
  /** Whether messages go out as text, which JSON is; `'alike'`: as the last one that came. */
  readonly text: boolean | 'alike';
  /** Said when this end closes: 1000, done; 1001, going away. */
  readonly closeCode: 1000 | 1001;
}

/**
 * A WebSocket as a stream of bytes. Read, frames are nothing but bytes, for messages may share one or lie across
 * several. Written, each write is one frame, for most who read them expect one whole message in each.
 */
export class WebSocketStream extends Duplex implements MessageStream {
  readonly separatesMessages = true;
  /** Each frame's callback comes when it is written. */
  readonly borrows = true;
  readonly #manner: WebSocketManner;
  #ws: WebSocket | undefined;
  #socket: Duplex | undefined;
  #isText: boolean;
  #failure: Error | undefined;

  constructor(manner: WebSocketManner) {
    super({ allowHalfOpen: false });
    this.#manner = manner;
    this.#isText = manner.text === true;
  }

  /** Stands on this WebSocket from now on. It must be open before anything is written. */
  attach(ws: WebSocket): void {
    this.#ws = ws;
    ws.on('message', (data, isBinary) => this.#receive(bytesOf(data), isBinary))
      .on('error', error => {
        // `close` follows, when the other end has been told why.
        this.#failure = error;
      })
      .on('close', (code, reason) => this.#closed(code, reason.toString()));
    if (this.destroyed) ws.terminate();
  }

  /** What the WebSocket itself stands on: frames that go together are one write to it. */
  gatherIn(socket: Duplex): void {
    this.#socket = socket;
  }

  override _read(): void {
    if (this.#ws?.isPaused) this.#ws.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#ws!.send(chunk, { binary: !this.#isText }, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    const last = chunks.length - 1;
    this.#socket?.cork();
    chunks.forEach(({ chunk }, i) => {
      // An error of one is an error of all behind it, the last included.
      this.#ws!.send(chunk, { binary: !this.#isText }, i === last ? done : undefined);
    });
    this.#socket?.uncork();
  }

  override _final(done: Done): void {
    const ws = this.#ws;
    if (ws === undefined || ws.readyState === ws.CLOSED) return done();
    const timer = startTimer(CLOSE_PATIENCE, () => ws.terminate());
    ws.once('close', () => {
      clearTimeout(timer);
      done();
    });
    ws.close(this.#manner.closeCode);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#ws?.terminate();
    done(error);
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#manner.text === 'alike') this.#isText = !isBinary;
    if (this.destroyed || bytes.length === 0) return;
    if (!this.push(bytes)) this.#ws?.pause();
  }

  #closed(code: number, reason: string): void {
    if (this.destroyed) return;
    if (this.#failure !== undefined) this.destroy(this.#failure);
    else if (peaceful.has(code)) this.push(null);
    else
      this.destroy(new Error(`the WebSocket was closed with ${code}${reason === '' ? '' : `: ${reason}`}`));
  }
}

/** With the binaryType `nodebuffer`, which is the default, there is nothing else. */
function bytesOf(data: RawData): Buffer {
  return data as Buffer;
}
