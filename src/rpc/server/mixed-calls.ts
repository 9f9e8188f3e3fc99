import { DecodeError } from '../../errors/decode-error.ts';
import type { RpcError } from '../../errors/rpc-error.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import { messageType } from '../../protocol/types.ts';
import type { Envelope } from '../../transport/envelope.ts';
import type { FrameReader } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import { tellCallRefused } from '../diagnostics.ts';
import { dialects } from '../dialect.ts';
import { notBegun } from '../not-begun.ts';
import type { Outbox } from '../outbox.ts';
import { readReset } from '../streaming/reset.ts';
import { readArguments } from './arguments.ts';
import { type CallsOwner, ServedCalls } from './calls.ts';
import { connectionCloses, notReadable, notServed } from './failures.ts';
import type { ReplyTo } from './replies.ts';
import { Request } from './request.ts';
import type { Route } from './routes.ts';
import type { ServingSettings } from './settings.ts';

const { binary: dialect } = dialects;

/** Of the message that is being read: nothing is asked of it later. */
const header = new MessageHeader();

/** The plain calls that come over a connection of streams: each in the frame that opens one, answered in its last. */
export class MixedCalls {
  readonly #owner: CallsOwner;
  readonly #settings: ServingSettings;
  readonly #calls: ServedCalls;

  constructor(owner: CallsOwner, settings: ServingSettings, outbox: Outbox) {
    this.#owner = owner;
    this.#settings = settings;
    this.#calls = new ServedCalls(owner, settings, outbox);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Takes a call. Throws a DecodeError for what is none, or has the id of another one. */
  take({ sid, headers, timeout }: FrameReader, r: ByteReader, isDraining: boolean): void {
    if (!dialect.protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    const { name, seqid, strict, type } = header;
    if (seqid !== sid)
      throw r.error('invalid-data', r.start, `the call ${seqid} is in a frame of the stream ${sid}`);
    const service = headers.get('isn');
    const envelope: Envelope = {
      protocol: 'binary',
      headers,
      timeout,
      zlib: false,
      // The answer stands in a frame as the call does.
      framed: true,
      service,
      unreadable: undefined,
    };
    const route = this.#settings.routes.find(name, service);
    const method = route?.methods.binary;
    const oneway = type === messageType.oneway || (method?.oneway ?? false);
    const isCall = type === messageType.call || type === messageType.oneway;
    if (route?.run === undefined || method === undefined || method.streams || !isCall) {
      const bare = name.slice(name.indexOf(':') + 1);
      const to = { name: bare, seqid, strict, dialect, envelope, context: undefined };
      return this.#decline(to, oneway, notServed(name, route, type));
    }
    const request = new Request(header, dialect, envelope, route, method, oneway);
    const refusal = this.#refusal(route, isDraining);
    if (refusal !== undefined) {
      this.#decline(request, oneway, refusal);
      if (oneway) this.#calls.drop(method, refusal);
    } else if (this.#readArguments(r, request)) {
      this.#calls.run(request);
      if (this.#calls.isHeldUp) throw r.error('invalid-data', r.start, `there is a call ${seqid} already`);
    }
  }

  /** The client has given up what may be one of them. */
  givenUp(frame: FrameReader, r: ByteReader): void {
    const { peer } = this.#owner.caller;
    this.#calls.giveUp(frame.sid, () => readReset(frame, r, frame.method, peer));
  }

  /** Nobody waits for answers any more. */
  abandon(reason: RpcError): void {
    this.#calls.abandon(reason);
  }

  /** Tells all that run to end. */
  abort(reason: RpcError): void {
    this.#calls.abort(reason);
  }

  /** Why a call is not served that could be; undefined if it is. */
  #refusal({ isExempt, methods }: Route, isDraining: boolean): RpcError | undefined {
    if (isDraining) return connectionCloses;
    const { admission, limits } = this.#settings;
    if (this.#calls.size >= limits.pending) {
      const text = `${limits.pending} calls are under way on this connection (limits.pending)`;
      return notBegun('RESOURCE_EXHAUSTED', `${methods.binary.fullName}: ${text}`);
    }
    return admission === undefined || isExempt ? undefined : admission.refusal();
  }

  /** Reads the arguments; false when they do not fit, which has been answered. */
  #readArguments(r: ByteReader, request: Request): boolean {
    const { method, oneway } = request;
    try {
      request.args = readArguments(r, method, dialect.protocol);
      return true;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#decline(request, oneway, notReadable(error));
      const { peer } = this.#owner.caller;
      if (oneway) this.#settings.onError(error, { peer, method: method.fullName });
      return false;
    }
  }

  #decline(to: ReplyTo, oneway: boolean, failure: RpcError): void {
    tellCallRefused(to.name, this.#owner.caller.peer, failure);
    if (!oneway) this.#calls.decline(to, failure);
  }
}
