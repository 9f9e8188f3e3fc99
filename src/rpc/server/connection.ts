import type { Socket } from 'node:net';
import { decodeChecked } from '../../codec/checked.ts';
import { locate } from '../../codec/locate.ts';
import { planTuple } from '../../codec/plan.ts';
import { DecodeError } from '../../errors/decode-error.ts';
import { RpcError } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import type { Limits } from '../../limits.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import { messageType, wireType } from '../../protocol/types.ts';
import { detectFraming, recognise } from '../../transport/dialect.ts';
import { FramedCutter } from '../../transport/framed.ts';
import { Inbox } from '../../transport/inbox.ts';
import { UnframedCutter } from '../../transport/unframed.ts';
import { ByteReader } from '../../wire/reader.ts';
import { CallContext } from '../context.ts';
import type { Dialect, Method } from '../method.ts';
import { Outbox } from '../outbox.ts';
import { skipBody } from '../replies.ts';
import { type ReplyTo, writeDeclared, writeFailure, writeResult } from './replies.ts';
import type { Route, Routes } from './routes.ts';

export interface ServingSettings {
  readonly routes: Routes;
  readonly dialect: Dialect;
  readonly limits: Limits;
  /** Whether callers are told the text of errors that no IDL declares. */
  readonly exposeErrors: boolean;
  /** Told of every error that is not an answer to its caller. Never throws. */
  readonly onError: (error: unknown, context: ErrorContext) => void;
}

/** Where an error came up. */
export interface ErrorContext {
  readonly peer: string;
  /** `PingPong.login`; absent when the connection itself is at fault. */
  readonly method?: string;
}

/** A request that is read, and not answered yet. */
interface Request extends ReplyTo {
  readonly route: Route;
  readonly args: unknown[];
}

/** Above this many bytes that the client has not read, no more of its requests are. */
const HIGH_WATER = 1024 * 1024;

/** The server's end of one socket. */
export class ServerConnection {
  readonly peer: string;
  readonly #socket: Socket;
  readonly #settings: ServingSettings;
  readonly #reader: ByteReader;
  readonly #outbox: Outbox;
  readonly #header = new MessageHeader();
  /** Undefined until the first bytes have told how the client cuts its messages. */
  #inbox: Inbox | undefined;
  #early: Buffer = Buffer.alloc(0);
  /** Calls whose handlers have not settled, by sequence id, and oneway calls. */
  readonly #running = new Map<number, CallContext>();
  readonly #runningOneway = new Set<CallContext>();
  /** A request with the sequence id of a running one: it must wait. */
  #waiting: Request | undefined;
  #draining = false;

  constructor(socket: Socket, peer: string, settings: ServingSettings, onClose: () => void) {
    this.#socket = socket;
    this.peer = peer;
    this.#settings = settings;
    this.#reader = new ByteReader(settings.limits);
    this.#outbox = new Outbox(socket, 'buffered', settings.limits);
    socket
      .on('data', chunk => this.#receive(chunk))
      .on('drain', () => this.#goOn())
      .on('error', error => {
        // The client went away: whoever runs for it learns of it by its signal.
        this.#abort(error);
      })
      .on('close', () => {
        this.#abort(new RpcError('CANCELLED', `${peer} closed the connection`, { peer }));
        onClose();
      });
  }

  /** Takes no more requests; ends the connection when those that run are answered. */
  drain(): void {
    this.#draining = true;
    this.#endWhenDone();
  }

  /** Ends the connection now. */
  destroy(): void {
    this.#abort(new RpcError('CANCELLED', 'the server was closed'));
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#draining) return;
    const inbox = this.#inbox ?? this.#detect(chunk);
    if (inbox === undefined) return;
    const bytes = this.#early.length > 0 ? this.#early : chunk;
    this.#early = Buffer.alloc(0);
    this.#work(() => inbox.push(bytes, bytes.length), bytes);
  }

  /** Decides about the first bytes, or keeps them until there are enough. */
  #detect(chunk: Buffer): Inbox | undefined {
    const bytes = this.#early.length === 0 ? chunk : Buffer.concat([this.#early, chunk]);
    const framing = detectFraming(bytes, bytes.length);
    this.#early = bytes;
    if (framing === undefined) return undefined;
    const { limits, dialect } = this.#settings;
    const cutter =
      framing === 'framed' ? new FramedCutter(limits) : new UnframedCutter(dialect.codecs.protocol, limits);
    this.#outbox.framing = framing;
    this.#inbox = new Inbox(this.#reader, cutter, r => this.#take(r));
    return this.#inbox;
  }

  /** Reads and answers, with all the answers going out together. */
  #work(read: () => void, bytes?: Buffer): void {
    this.#outbox.hold();
    try {
      read();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse(error, bytes);
    } finally {
      this.#reader.detach();
      this.#outbox.release();
    }
    this.#throttle();
  }

  /** The bytes are no messages, or their end cannot be found: nothing more can be read here. */
  #refuse(error: DecodeError, bytes: Buffer | undefined): void {
    const seen = bytes === undefined ? undefined : recognise(bytes, 0, bytes.length);
    const what =
      seen === undefined || seen.startsWith('Thrift binary')
        ? 'what is no message'
        : `${seen}, which is not served here`;
    const text = `${this.peer} sent ${what}; the connection was closed: ${error.message}`;
    this.#report(new RpcError('INVALID_ARGUMENT', text, { peer: this.peer, cause: error }));
    this.drain();
  }

  #take(r: ByteReader): boolean {
    const header = this.#header;
    const { dialect, routes } = this.#settings;
    const { protocol } = dialect.codecs;
    if (!protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { name, seqid, strict, type } = header;
    const route = routes.find(name);
    const expectsReply = type !== messageType.oneway && !(route?.method.oneway ?? false);
    if (route?.run === undefined || (type !== messageType.call && type !== messageType.oneway)) {
      protocol.skip(r, wireType.struct, 0);
      if (expectsReply)
        writeFailure(this.#outbox, dialect, { name, seqid, strict }, notServed(name, route, type));
      return this.#wantsMore();
    }
    const { method } = route;
    const to = { name: method.name, seqid, strict };
    const args = this.#readArguments(r, method, to, expectsReply);
    if (args !== undefined) this.#dispatch({ ...to, route, args });
    return this.#wantsMore();
  }

  /** The arguments; undefined when they do not fit, which has been answered. */
  #readArguments(r: ByteReader, method: Method, to: ReplyTo, expectsReply: boolean): unknown[] | undefined {
    const { dialect } = this.#settings;
    const from = r.pos;
    try {
      return decodeChecked(method.args, r, (start, fault) =>
        locate(
          dialect.codecs.protocol,
          planTuple(method.descriptor.parameters),
          method.fullName,
          r,
          start,
          fault,
        ),
      ) as unknown[];
    } catch (error) {
      if (!(error instanceof DecodeError) || (r.growing && error.code === 'truncated')) throw error;
      r.pos = from;
      if (expectsReply) {
        const failure = new RpcError('INVALID_ARGUMENT', error.message, {
          applicationType: applicationType.protocolError,
        });
        writeFailure(this.#outbox, dialect, to, failure);
      } else this.#report(error, method);
      skipBody(r, dialect, error);
      return undefined;
    }
  }

  /**
   * Runs a request. Clients that number all their calls alike expect the answers in order: a request with the
   * sequence id of a running one waits for it, and all others behind it.
   */
  #dispatch(request: Request): void {
    if (this.#running.has(request.seqid) && !request.route.method.oneway) this.#waiting = request;
    else this.#run(request);
  }

  #run(request: Request): void {
    const { route, args } = request;
    const { method } = route;
    const context = new CallContext(method.fullName, this.peer);
    args.push(context);
    let result: unknown;
    try {
      result = route.run!.apply(route.target, args);
    } catch (error) {
      return this.#failed(request, error);
    }
    if (!isThenable(result)) return this.#succeeded(request, result);
    if (method.oneway) this.#runningOneway.add(context);
    else this.#running.set(request.seqid, context);
    const done = () => {
      if (method.oneway) this.#runningOneway.delete(context);
      else this.#running.delete(request.seqid);
    };
    // Called on the thenable itself, whose own rules may be odd: both ends go through one promise of ours.
    Promise.resolve(result).then(
      value => {
        done();
        this.#succeeded(request, value);
        this.#goOn();
      },
      error => {
        done();
        this.#failed(request, error);
        this.#goOn();
      },
    );
  }

  #succeeded(request: Request, value: unknown): void {
    const { method } = request.route;
    if (method.oneway || this.#isGone) return;
    try {
      writeResult(this.#outbox, this.#settings.dialect, method, request, value);
    } catch (error) {
      this.#answerFailure(request, error);
    }
  }

  #failed(request: Request, error: unknown): void {
    const { method } = request.route;
    if (method.oneway) return this.#report(error, method);
    if (this.#isGone) return;
    try {
      if (!writeDeclared(this.#outbox, this.#settings.dialect, method, request, error))
        this.#answerFailure(request, error);
    } catch (refused) {
      this.#answerFailure(request, refused);
    }
  }

  /** Answers with what no IDL declares. An RpcError is the handler's own word to its caller. */
  #answerFailure(request: Request, error: unknown): void {
    const { method } = request.route;
    const { dialect, exposeErrors } = this.#settings;
    const meant = error instanceof RpcError && error.applicationType !== applicationType.missingResult;
    if (!meant) this.#report(error, method);
    const text = exposeErrors
      ? `${method.fullName}: ${describeError(error)}`
      : `${method.fullName}: internal error`;
    const isMissing = error instanceof RpcError && !meant;
    const init = isMissing ? { applicationType: applicationType.missingResult } : {};
    const failure = meant ? error : new RpcError('INTERNAL', isMissing ? error.message : text, init);
    try {
      writeFailure(this.#outbox, dialect, request, failure);
    } catch (tooLarge) {
      this.#report(tooLarge, method);
      writeFailure(
        this.#outbox,
        dialect,
        request,
        new RpcError('INTERNAL', `${method.fullName}: internal error`),
      );
    }
  }

  #report(error: unknown, method?: Method): void {
    this.#settings.onError(error, {
      peer: this.peer,
      ...(method === undefined ? {} : { method: method.fullName }),
    });
  }

  get #isGone(): boolean {
    return this.#socket.destroyed;
  }

  /** Whether to read the next request: not behind one that waits, nor while this client has enough under way. */
  #wantsMore(): boolean {
    return this.#waiting === undefined && !this.#draining && !this.#isFull;
  }

  get #isFull(): boolean {
    const running = this.#running.size + this.#runningOneway.size;
    return running >= this.#settings.limits.pending || this.#outbox.unsent > HIGH_WATER;
  }

  #throttle(): void {
    if (this.#outbox.unsent > this.#settings.limits.unsent) {
      const text = `${this.peer} does not read its replies: ${this.#outbox.unsent} bytes wait (limits.unsent)`;
      this.#report(new RpcError('RESOURCE_EXHAUSTED', text, { peer: this.peer }));
      return this.destroy();
    }
    if (!this.#wantsMore() && !this.#draining) this.#socket.pause();
  }

  /** Something ended: what waited for it goes on. */
  #goOn(): void {
    if (this.#isGone) return;
    const waiting = this.#waiting;
    if (waiting !== undefined && !this.#running.has(waiting.seqid)) {
      this.#waiting = undefined;
      this.#run(waiting);
    }
    if (this.#wantsMore()) {
      if (this.#inbox !== undefined) this.#work(() => this.#inbox!.resume());
      if (this.#wantsMore()) this.#socket.resume();
    } else this.#throttle();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.#draining || this.#isGone) return;
    if (this.#running.size > 0 || this.#runningOneway.size > 0 || this.#waiting !== undefined) return;
    this.#outbox.flush();
    this.#socket.destroySoon();
  }

  #abort(reason: unknown): void {
    for (const context of this.#running.values()) context.abort(reason);
    for (const context of this.#runningOneway) context.abort(reason);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

function notServed(name: string, route: Route | undefined, type: number): RpcError {
  if (type !== messageType.call && type !== messageType.oneway) {
    const text = `${name}: expected a call, got a message of type ${type}`;
    return new RpcError('INTERNAL', text, { applicationType: applicationType.invalidMessageType });
  }
  const why =
    route === undefined ? 'there is no such method here' : 'the method is declared, and not served here';
  return new RpcError('UNIMPLEMENTED', `${name}: ${why}`, { applicationType: applicationType.unknownMethod });
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
