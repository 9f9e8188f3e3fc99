import type { DecodeError } from '../../errors/decode-error.ts';
import { RpcError, type RpcErrorInit } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import { type Headers, noHeaders, requestEnvelope } from '../../transport/envelope.ts';
import { type FrameReader, frameType } from '../../transport/stream-frames.ts';
import { Oversize } from '../../transport/transport.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { GivenUp } from '../call.ts';
import type { Metadata } from '../metadata.ts';
import type { Carrier } from './carrier.ts';
import { messageExpired, streamCancelled, streamExpired, streamUnanswered, streamUnfit } from './failures.ts';
import { grantTexts, WINDOW } from './flow.ts';
import { statusFor, writeReset } from './reset.ts';
import { declaredIn, EXCEPTION, metadataOf, readException, readFailure, WRAPPED } from './status.ts';
import { Stream } from './stream.ts';
import type { StreamCall } from './stream-call.ts';

/** What the errors of a stream need to know of its connection. */
export interface ClientStreamOwner {
  readonly peer: string;
  readonly isConnected: boolean;
  /** The other end breaks the rules: the connection cannot go on. */
  broken(error: unknown): void;
}

/** The client's end of a stream. */
export class ClientStream extends Stream {
  readonly call: StreamCall;
  readonly #owner: ClientStreamOwner;
  #hasHeader = false;
  #hasFirst = false;
  #hasSentAll = false;
  #final: unknown;

  constructor(sid: number, carrier: Carrier, call: StreamCall, owner: ClientStreamOwner) {
    super(sid, carrier, call.method.name, call.forms, call.incoming, call.forms.sends);
    this.call = call;
    this.#owner = owner;
    // Of one that streams nothing back there is one message, if any.
    this.#hasFirst = call.forms.first === undefined;
  }

  /** Writes what opens the stream. What the arguments throw leaves no trace of it. */
  open(headers: Headers): void {
    const { call, carrier, forms } = this;
    const { outbox } = carrier;
    const from = outbox.position;
    let to = from;
    const texts = new Map([...headers, ...grantTexts(WINDOW)]);
    if (forms.isWrapped) texts.set(WRAPPED, '1');
    const envelope = requestEnvelope('binary', texts, false, call.callee.service, call.timeLeft);
    try {
      carrier.write(this.sid, frameType.header, this.method, noHeaders, undefined, envelope);
      to = outbox.position;
      const { args } = forms;
      if (args !== undefined) carrier.send(this.sid, this.method, args, call.args);
    } catch (error) {
      // No further: a getter of an argument may have begun another stream, which stands behind.
      outbox.drop([{ from, to }]);
      return call.reject(this.#refused(error));
    }
    call.arm(this.#giveUp);
    call.whenSettled(() => this.over());
    carrier.add(this);
    this.acquainted();
    if (forms.sends === undefined) return this.finished();
    try {
      this.pump(call.requests, `${call.method.fullName}: the requests`, call.here);
    } catch (error) {
      this.failed(error);
    }
  }

  acquainted(): void {
    const initial = this.carrier.peer?.initial;
    if (initial === undefined) return;
    this.credit.limit(initial);
    this.resume();
  }

  override write(value: unknown): void {
    super.write(value);
    const { messages } = this.call;
    if (messages !== undefined) messages.sent++;
  }

  header(frame: FrameReader, r: ByteReader): void {
    if (this.#hasHeader) {
      return this.#owner.broken(r.error('invalid-data', r.start, 'a stream has a second Header frame'));
    }
    this.#hasHeader = true;
    this.#tell(this.call.settings.onHeaders, frame.headers);
    this.meta(frame, r);
  }

  data(r: ByteReader): void {
    const { forms } = this;
    if (!this.#hasFirst) {
      this.#hasFirst = true;
      this.call.begun(forms.first!.decode(r));
    } else if (forms.receives !== undefined) {
      this.receive(forms.receives, r);
      const { messages } = this.call;
      if (messages !== undefined) messages.received++;
    } else if (forms.final !== undefined && this.#final === undefined) this.#final = forms.final.decode(r);
    else throw r.error('invalid-data', r.start, 'a message more than this IDL declares');
  }

  unfit(error: DecodeError): void {
    const { peer } = this.#owner;
    this.#fail(streamUnfit(this.call, peer, error));
  }

  trailer({ headers }: FrameReader, r: ByteReader): void {
    const { call } = this;
    const failure = readFailure(r, headers, this.#init());
    // As Kitex's clients do, and its servers take it.
    this.finished();
    this.#tell(call.settings.onTrailers, headers);
    if (failure !== undefined) return call.reject(this.declared ?? failure);
    const { forms } = call;
    if (!this.#hasFirst || (forms.final !== undefined && this.#final === undefined))
      return call.reject(streamUnanswered(call, this.#owner.peer));
    call.resolve(this.#final);
  }

  reset(_frame: FrameReader, r: ByteReader): void {
    const text = `${this.call.method.fullName}: ${this.#owner.peer} ended the stream`;
    const failure = readException(r, this.#init()) ?? new RpcError('CANCELLED', text, this.#init());
    this.call.reject(this.declared ?? failure);
  }

  /** The caller has stopped iterating. */
  abandoned(): void {
    if (this.call.settled) return;
    this.#reset(
      new RpcError('CANCELLED', 'the caller wants no more', {
        applicationType: applicationType.streamCancelled,
      }),
    );
    this.call.resolve(undefined);
  }

  silent(): void {
    const { peer, isConnected } = this.#owner;
    this.#fail(messageExpired(this.call, peer, isConnected), applicationType.messageExpired);
  }

  /** All that the client sends is sent. */
  finished(): void {
    if (this.#hasSentAll) return;
    this.#hasSentAll = true;
    this.carrier.write(this.sid, frameType.trailer, this.method);
  }

  /** What the caller streams came to an end that is none. */
  failed(error: unknown): void {
    const { call } = this;
    const declared = declaredIn(call.method.fullName, call.forms, ['sendThrows'], error);
    try {
      if (declared !== undefined) {
        const texts = new Map([[EXCEPTION, declared.id]]);
        this.carrier.write(this.sid, frameType.meta, this.method, texts, declared.body);
      }
    } catch (unfit) {
      return this.#fail(unfit);
    }
    this.#fail(this.#refused(error));
  }

  /** The call was settled before its requests were closed: nobody is left who could be told. */
  closeFailed(): void {}

  readonly #giveUp = (_call: unknown, why: GivenUp, reason: unknown) => {
    const { peer, isConnected } = this.#owner;
    if (why === 'expired') {
      const error = streamExpired(this.call, peer, isConnected, this.carrier.received === 0);
      this.#reset(statusFor(error, applicationType.streamExpired));
      return error;
    }
    this.call.incoming.clear();
    const error = streamCancelled(this.call, peer, isConnected, reason);
    this.#reset(statusFor(error, applicationType.streamCancelled), reason);
    return error;
  };

  #tell(listener: ((metadata: Metadata) => void) | undefined, headers: Headers): void {
    try {
      listener?.(metadataOf(headers));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the stream, at both ends. */
  #fail(error: unknown, type: number = applicationType.streamCancelled): void {
    if (this.call.settled) return;
    this.#reset(statusFor(error, type));
    this.call.reject(error);
  }

  /** Ends the stream at the server. `reason`: that of who cancelled it here. */
  #reset(status: RpcError, reason?: unknown): void {
    const { sid, carrier, method } = this;
    writeReset({ sid, carrier, method, parent: this.call.settings.parent }, status, reason);
  }

  #refused(error: unknown): unknown {
    if (!(error instanceof Oversize)) return error;
    const { peer } = this.#owner;
    const { fullName: method } = this.call.method;
    return new RpcError('RESOURCE_EXHAUSTED', `${method}: ${error.message}`, { method, peer });
  }

  #init(): RpcErrorInit {
    return { method: this.call.method.fullName, peer: this.#owner.peer, phase: 'answered' };
  }
}
