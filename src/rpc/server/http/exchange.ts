import type { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import type { Limits } from '../../../limits.ts';
import type { Headers } from '../../../transport/envelope.ts';
import { checkMetadata } from '../../http-headers.ts';
import { type Answer, answer } from './answer.ts';
import { readsNoOnewayAnswers, type Turn } from './responses.ts';

/** A request and its response as a stream: the body is read from it, and what is written is the reply's body. */
export class HttpExchange extends Duplex {
  /** What is written is copied. */
  readonly borrows = true;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #turn: Turn;
  readonly #limits: Limits;
  #received = 0;
  #replies: Buffer[] = [];
  #written = 0;
  readonly #headers = new Map<string, string>();
  #refusal: Answer | undefined;
  #isAnswered = false;

  constructor(request: IncomingMessage, response: ServerResponse, turn: Turn, limits: Limits) {
    super();
    this.#request = request;
    this.#response = response;
    this.#turn = turn;
    this.#limits = limits;
    request.on('data', chunk => this.#receive(chunk)).on('end', () => this.push(null));
    // Its client is gone, or has all of it.
    response.on('close', () => this.destroy());
  }

  /** True when all of the body has come, whether it was read or not. */
  get isWhole(): boolean {
    return this.#request.complete;
  }

  /** What goes with the answer, by name; a TypeError for what HTTP has no place for. */
  tell(headers: Headers): void {
    checkMetadata(headers);
    for (const [name, value] of headers) this.#headers.set(name, value);
  }

  /** Answers with this when the exchange ends, instead of with what was written. The first word stands. */
  refuse(refusal: Answer): void {
    this.#refusal ??= refusal;
  }

  /** Answers with this now, whatever is under way. */
  cut(refusal: Answer): void {
    this.refuse(refusal);
    this.#answer();
    this.destroy();
  }

  override _read(): void {
    this.#request.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#written > this.#limits.unsent) {
      this.refuse({
        status: 500,
        text: `the replies take more than ${this.#limits.unsent} bytes (limits.unsent)`,
      });
      this.#replies = [];
    } else {
      // The chunk is only lent: its owner writes the next message over it.
      this.#replies.push(Buffer.from(chunk));
      this.#written += chunk.length;
    }
    done();
  }

  override _final(done: () => void): void {
    this.#answer();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isAnswered) this.#response.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    if (this.destroyed) return;
    this.#received += chunk.length;
    if (this.#received > this.#limits.message) {
      this.cut(tooLarge(this.#limits));
    } else if (!this.push(chunk)) this.#request.pause();
  }

  #answer(): void {
    if (this.#isAnswered || this.#response.destroyed) return;
    this.#isAnswered = true;
    const refusal = this.#refusal;
    const body = Buffer.concat(this.#replies);
    if (refusal !== undefined) {
      // What is left of the body is read and forgotten.
      this.#request.resume();
      return this.#turn.done(response => answer(response, refusal));
    }
    if (body.length === 0 && readsNoOnewayAnswers(this.#request)) return this.#turn.done();
    this.#turn.done(response => {
      for (const [name, value] of this.#headers) response.setHeader(name, value);
      response.writeHead(200, { 'Content-Type': 'application/x-thrift', 'Content-Length': body.length });
      response.end(body);
    });
  }
}

export function tooLarge({ message }: Limits): Answer {
  return { status: 413, text: `the body takes more than ${message} bytes (limits.message)` };
}
