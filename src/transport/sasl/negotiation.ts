import type { Duplex } from 'node:stream';
import { RpcError } from '../../errors/rpc-error.ts';
import type { StatusCode } from '../../errors/status.ts';
import type { Limits } from '../../limits.ts';
import { looksLike } from '../recognise.ts';

/** The first byte of a message of the negotiation. */
export const status = { start: 1, ok: 2, bad: 3, error: 4, complete: 5 } as const;

const names = ['START', 'OK', 'BAD', 'ERROR', 'COMPLETE'] as const;

/** Status and length. */
const HEADER = 5;
/** Bytes of a payload: the largest Kerberos ticket that Windows makes (MaxTokenSize) has 65,535. */
const MOST_BYTES = 64 * 1024;
/** Challenges after which a mechanism must have come to its end; GSSAPI takes 3, SCRAM 2. */
export const MOST_ROUNDS = 16;
/** Characters of a peer's text that go into an error. */
const MOST_TEXT = 500;
/** The longest time that setTimeout can wait. */
const LONGEST = 2 ** 31 - 1;
const nothing: Buffer = Buffer.alloc(0);

export interface SaslMessage {
  readonly status: number;
  readonly payload: Buffer;
}

/** What each end of a negotiation is given. */
export interface SaslOptions {
  /** The other end, for errors: `127.0.0.1:10000`. */
  readonly peer: string;
  /** ms that the negotiation may take, with the time to connect where that is still under way. */
  readonly timeout: number;
  /** For the frames that follow. */
  readonly limits: Limits;
}

/** What errors say at one of the ends. */
export interface SaslRole {
  /** The other end is gone. */
  readonly lost: StatusCode;
  /** The other end speaks something else. */
  readonly foreign: StatusCode;
  /** What to try then. */
  readonly advice: string;
}

/** `START`, or `status 71` for one that does not exist. */
export function statusText(value: number): string {
  return names[value - 1] ?? `status ${value}`;
}

/** Text from a peer, for an error. */
export function quote(payload: Buffer): string {
  const text = payload
    .toString('utf8', 0, MOST_TEXT)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text === '' ? '(no text)' : `"${text}"`;
}

/**
 * Runs a negotiation over `inner` and gives what `run` gives, which has called `release` by then. Else it rejects,
 * with an RpcError, and ends `inner`: at once, or as soon as it has taken the refusal.
 */
export async function negotiate<T>(
  inner: Duplex,
  options: SaslOptions,
  role: SaslRole,
  run: (negotiation: Negotiation) => Promise<T>,
): Promise<T> {
  const negotiation = new Negotiation(inner, options, role);
  try {
    return await Promise.race([negotiation.broken, run(negotiation)]);
  } catch (error) {
    negotiation.end();
    throw error;
  }
}

/**
 * The messages before the first frame, as Apache's TSaslTransport exchanges them: a status byte, a 4-byte
 * big-endian length, and bytes that only the mechanism understands. Nothing behind the last one is taken from
 * the stream.
 */
export class Negotiation {
  readonly peer: string;
  /** Rejects when the connection or the time is over. */
  readonly broken: Promise<never>;
  readonly #inner: Duplex;
  readonly #role: SaslRole;
  readonly #timer: NodeJS.Timeout;
  readonly #listeners: readonly (readonly [string, () => void])[];
  #fail!: (error: RpcError) => void;
  #failure: RpcError | undefined;
  #expected = 'a connection';
  #wake: () => void = () => {};
  #refusal: Buffer | undefined;

  constructor(inner: Duplex, { peer, timeout }: SaslOptions, role: SaslRole) {
    this.#inner = inner;
    this.peer = peer;
    this.#role = role;
    this.broken = new Promise((_, reject) => {
      this.#fail = error => {
        this.#failure = error;
        reject(error);
        this.#wake();
      };
    });
    const wake = () => this.#wake();
    const closed = () => this.#fail(this.#lost(inner.errored ?? undefined));
    this.#listeners = [
      ['readable', wake],
      ['end', wake],
      ['close', closed],
    ];
    for (const [event, listener] of this.#listeners) inner.on(event, listener);
    inner.on('error', () => {
      // It comes with the close. This listener stays: who gets the stream has their own, but not in time.
    });
    this.#timer = setTimeout(
      () => {
        this.#fail(this.error('DEADLINE_EXCEEDED', `no ${this.#expected} within ${timeout} ms`));
        inner.destroy();
      },
      Math.min(Math.max(timeout, 0), LONGEST),
    );
    if (inner.destroyed) closed();
  }

  /** The next message, BAD and ERROR excepted, which are thrown. `expected` says what it should be. */
  async receive(expected: string): Promise<SaslMessage> {
    this.#expected = expected;
    const header = await this.#read(HEADER);
    const value = header[0]!;
    if (names[value - 1] === undefined) throw this.#foreign(header);
    const length = header.readInt32BE(1);
    if (length < 0 || length > MOST_BYTES) {
      const text = `a ${statusText(value)} message claims ${length} bytes, the limit is ${MOST_BYTES}`;
      throw this.refuse(
        status.error,
        `Invalid payload header length: ${length}`,
        this.error('UNAUTHENTICATED', text),
      );
    }
    const payload = length === 0 ? nothing : await this.#read(length);
    if (value !== status.bad && value !== status.error) return { status: value, payload };
    throw this.error('UNAUTHENTICATED', `${this.peer} refused: ${quote(payload)} (${statusText(value)})`);
  }

  /** Sends messages in one go. */
  send(...messages: readonly (readonly [status: number, payload: Uint8Array | undefined])[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#inner.write(Buffer.concat(messages.map(([value, payload = nothing]) => encode(value, payload))));
  }

  /** Has the other end told why it is turned away, when the negotiation has ended; gives back the error to throw. */
  refuse(value: number, text: string, error: RpcError): RpcError {
    this.#refusal = encode(value, Buffer.from(text));
    return error;
  }

  /** A message that was not due. */
  unexpected({ status: value }: SaslMessage): RpcError {
    const text = `expected ${this.#expected}, got ${statusText(value)}`;
    return this.refuse(status.error, text, this.error('UNAUTHENTICATED', `${this.peer}: ${text}`));
  }

  /** A mechanism that never comes to its end. */
  endless(name: string): RpcError {
    const text = `${name} is not complete after ${MOST_ROUNDS} messages`;
    return this.refuse(status.error, text, this.error('UNAUTHENTICATED', `${text} from ${this.peer}`));
  }

  error(code: StatusCode, text: string, cause?: unknown): RpcError {
    const { peer } = this;
    return new RpcError(code, `SASL: ${text}`, cause === undefined ? { peer } : { peer, cause });
  }

  /** Lets go of the stream: what follows in it is for another to read. */
  release(): Duplex {
    if (this.#failure !== undefined) throw this.#failure;
    clearTimeout(this.#timer);
    this.#forget();
    return this.#inner;
  }

  /** Ends the stream. */
  end(): void {
    const inner = this.#inner;
    this.#forget();
    if (this.#refusal === undefined || !inner.writable) inner.destroy();
    // Closing over unread bytes resets the connection, and the refusal would be lost with it.
    else inner.resume().end(this.#refusal, () => inner.destroy());
    if (inner.closed) clearTimeout(this.#timer);
    else inner.once('close', () => clearTimeout(this.#timer));
  }

  #forget(): void {
    for (const [event, listener] of this.#listeners) this.#inner.off(event, listener);
  }

  async #read(size: number): Promise<Buffer> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const bytes: Buffer | null = this.#inner.read(size);
      if (bytes?.length === size) return bytes;
      if (bytes !== null || this.#inner.readableEnded) throw this.#lost();
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  #lost(cause?: Error): RpcError {
    const { lost, advice } = this.#role;
    const why = cause === undefined ? '' : `: ${cause.message}`;
    const text = `the connection to ${this.peer} ended where ${this.#expected} was expected${why}; ${advice}`;
    return this.error(lost, text, cause);
  }

  #foreign(header: Buffer): RpcError {
    const rest: Buffer | null = this.#inner.read();
    const bytes = rest === null ? header : Buffer.concat([header, rest]);
    const { foreign, advice } = this.#role;
    const error = this.error(
      foreign,
      `${this.peer} sent ${looksLike(bytes)} where ${this.#expected} was expected; ${advice}`,
    );
    return this.refuse(status.error, `Invalid status ${header[0]}`, error);
  }
}

function encode(value: number, payload: Uint8Array): Buffer {
  const message = Buffer.alloc(HEADER + payload.length);
  message[0] = value;
  message.writeInt32BE(payload.length, 1);
  message.set(payload, HEADER);
  return message;
}
