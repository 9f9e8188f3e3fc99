import type { DecodeError } from '../../errors/decode-error.ts';
import type { RpcError } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import type { Envelope } from '../../transport/envelope.ts';
import type { FrameReader } from '../../transport/stream-frames.ts';
import { Oversize } from '../../transport/transport.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Call, GivenUp } from '../call.ts';
import { dialects } from '../dialect.ts';
import { isLeaving } from '../not-begun.ts';
import { checkReply, settle } from '../replies.ts';
import { addressHeader, writeCall } from '../requests.ts';
import type { Carrier } from '../streaming/carrier.ts';
import { streamUnfit } from '../streaming/failures.ts';
import { statusFor, writeReset } from '../streaming/reset.ts';
import type { StreamEnd } from '../streaming/stream-end.ts';
import { cancelled, expired } from './failures.ts';

const { binary } = dialects;
const { protocol } = binary;

/** Of the message that is being written, or read: each is done with it before the next one begins. */
const header = new MessageHeader();

/** What a plain call needs to know of the connection of streams that carries it. */
export interface MixedCallOwner {
  readonly peer: string;
  /** The server takes nothing more on this connection. */
  drained(): void;
}

/**
 * A plain call on a connection of streams: a stream of one frame each way, one that opens it and one that ends it, and
 * a whole message in each. More than on a connection of its own it can be taken back: the server learns of it.
 */
export class MixedCall implements StreamEnd {
  readonly sid: number;
  readonly call: Call;
  readonly #carrier: Carrier;
  readonly #owner: MixedCallOwner;
  #flushes = 0;

  constructor(sid: number, carrier: Carrier, call: Call, owner: MixedCallOwner) {
    this.sid = sid;
    this.call = call;
    this.#carrier = carrier;
    this.#owner = owner;
  }

  /**
   * Writes the call; false when it is too large for a frame. What its arguments throw rejects it, and leaves no trace.
   */
  open(envelope: Envelope): boolean {
    const { call } = this;
    const { outbox } = this.#carrier;
    try {
      addressHeader(header, call, this.sid);
      const at = outbox.begin(header, envelope);
      outbox.commit(writeCall(outbox.writer, at, header, call, protocol), envelope);
      this.#flushes = this.#carrier.flushes;
      call.arm((_call, why, reason) => this.#giveUp(why, reason));
      call.whenSettled(() => this.#carrier.remove(this));
      this.#carrier.add(this);
    } catch (error) {
      if (error instanceof Oversize) return false;
      call.reject(error);
    } finally {
      outbox.end();
    }
    return true;
  }

  /** Whether the server may have got the call, or a part of it. */
  get isSent(): boolean {
    return this.#carrier.flushes !== this.#flushes;
  }

  trailer({ headers }: FrameReader, r: ByteReader): void {
    const { call } = this;
    const { peer } = this.#owner;
    if (!protocol.readMessage(r, header)) throw r.truncated(r.pos, 4);
    checkReply(r, header, call, protocol, protocol);
    const failure = settle(call, r, header.type, binary, peer, headers);
    if (failure !== undefined && isLeaving(failure)) this.#owner.drained();
  }

  header(_frame: FrameReader, r: ByteReader): void {
    this.data(r);
  }

  data(r: ByteReader): void {
    throw r.error('invalid-data', r.start, 'the answer to a plain call stands in a Trailer frame');
  }

  reset(_frame: FrameReader, r: ByteReader): void {
    this.data(r);
  }

  /** It asks for no leave to send. */
  meta(): void {}

  acquainted(): void {}

  unfit(error: DecodeError): void {
    this.call.reject(streamUnfit(this.call, this.#owner.peer, error));
  }

  #giveUp(why: GivenUp, reason: unknown): RpcError {
    const { call } = this;
    const { peer } = this.#owner;
    const isLate = why === 'expired';
    const circumstances = { peer, transport: 'ttheader', fresh: false } as const;
    const error = isLate ? expired(call, circumstances, true, '') : cancelled(call, peer, true, reason);
    const { sid } = this;
    const stream = { sid, carrier: this.#carrier, method: call.method.name, parent: call.settings.parent };
    const type = isLate ? applicationType.streamExpired : applicationType.streamCancelled;
    // Of a oneway call there is nothing that could be ended.
    if (!call.method.oneway) writeReset(stream, statusFor(error, type), reason);
    return error;
  }
}
