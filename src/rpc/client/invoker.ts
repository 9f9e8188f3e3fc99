import { RpcError } from '../../errors/rpc-error.ts';
import type { MethodDescriptor, StructDescriptor } from '../../schema/descriptor.ts';
import { onAbort } from '../aborts.ts';
import { Call, type Callee } from '../call.ts';
import type { Channel } from '../channel.ts';
import { cancelled, expiredBefore } from '../channels/failures.ts';
import { context } from '../context.ts';
import { declaredException } from '../declared.ts';
import { ClientStreamTrace, clientCalls, traceClientCall } from '../diagnostics.ts';
import {
  type Chain,
  type ClientInvocation,
  compose,
  type Interceptor,
  type NextOptions,
} from '../interceptor.ts';
import { Metadata } from '../metadata.ts';
import type { Method } from '../method.ts';
import { rejectToCaller, throwToCaller } from '../stack.ts';
import { LaterReplies } from '../streaming/later-replies.ts';
import { StreamCall } from '../streaming/stream-call.ts';
import { bounded } from './bounded.ts';
import { type CallSettings, inherit } from './settings.ts';

/** Begins calls on a channel, with the interceptors around them. */
export class Invoker {
  readonly channel: Channel;
  readonly #chain: Chain<OutgoingCall> | undefined;

  constructor(channel: Channel, interceptors: readonly Interceptor[]) {
    this.channel = channel;
    if (interceptors.length > 0)
      this.#chain = compose<OutgoingCall>(interceptors, (call, options) => this.#attempt(call, options));
  }

  /**
   * Calls; there may be more elements behind the declared arguments. Rejects where it might throw, with the stack of who
   * awaits it.
   */
  invoke(callee: Callee, args: readonly unknown[], given: CallSettings): Promise<unknown> {
    const parent = given.parent ?? context();
    const settings = parent === undefined ? given : inherit(given, parent, this.channel.hasHeaders);
    if (!clientCalls.hasSubscribers) return this.#invoke(callee, args, settings);
    return traceClientCall(callee.method, args, this.channel.peer, settings.timeout, () =>
      this.#invoke(callee, args, settings),
    ).then(undefined, throwToCaller);
  }

  #invoke(callee: Callee, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    if (this.#chain === undefined) return this.#start(callee, args, settings);
    const chain = this.#chain;
    const call = new OutgoingCall(callee, args, settings, this.channel, undefined);
    return bounded(call, () => chain(call, {})).then(undefined, throwToCaller);
  }

  /**
   * Calls a method that streams, and gives what its caller has of it: an async iterable, or a promise. Never throws: what
   * is wrong is found by whoever iterates, or awaits.
   */
  invokeStream(callee: Callee, args: readonly unknown[], given: CallSettings): unknown {
    const parent = given.parent ?? context();
    const settings = parent === undefined ? given : inherit(given, parent, true);
    if (!clientCalls.hasSubscribers) return this.#invokeStream(callee, args, settings);
    const trace = new ClientStreamTrace(callee.method, args, this.channel.peer, settings.timeout);
    return trace.run(() => this.#invokeStream(callee, args, settings, trace));
  }

  #invokeStream(
    callee: Callee,
    args: readonly unknown[],
    settings: CallSettings,
    trace?: ClientStreamTrace,
  ): unknown {
    if (this.#chain === undefined) return this.#startStream(callee, args, settings, trace);
    const call = new OutgoingCall(callee, args, settings, this.channel, trace);
    const chain = this.#chain;
    const result = bounded(call, () => chain(call, {}));
    if (!isIterated(callee)) return result;
    return new LaterReplies(call.method, trace?.watch(result) ?? result, () => call.abandon());
  }

  /** The same for a call whose options are wrong: it fails, and nothing is sent. */
  refuseStream(callee: Callee, settings: CallSettings, error: unknown): unknown {
    const call = StreamCall.begin(callee, [], settings);
    call.reject(error);
    return call.result;
  }

  #attempt(call: OutgoingCall, options: NextOptions): Promise<unknown> {
    const { callee, args } = call;
    const settings = this.#settingsOf(call, options);
    call.isBegun = true;
    if (!callee.method.streams) return this.#start(callee, args, settings);
    const result = this.#startStream(callee, args, settings, call.trace);
    if (isIterated(callee)) call.replies = result as AsyncIterableIterator<unknown>;
    return Promise.resolve(result);
  }

  #settingsOf(call: OutgoingCall, { timeout = Number.POSITIVE_INFINITY, signal }: NextOptions): CallSettings {
    const { settings, timeLeft } = call;
    const { signals, onHeaders } = settings;
    return {
      ...settings,
      // What errors name was given by somebody: for the attempt alone, where that is less than what is left of the call.
      timeout: timeout < timeLeft ? timeout : settings.timeout,
      timeLeft: Math.min(timeout, timeLeft),
      signals: signal === undefined ? signals : [...signals, signal],
      headers: call.metadata.headers,
      onHeaders: call.hasHeaders
        ? metadata => {
            call.responseMetadata = metadata;
            onHeaders?.(metadata);
          }
        : onHeaders,
    };
  }

  #start(callee: Callee, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const { method } = callee;
    if (method.unaryStream && this.channel.prefersStreams === true)
      return (this.#startStream(callee, args, settings) as Promise<unknown>).then(undefined, throwToCaller);
    return new Promise(resolve => {
      const { headers, onHeaders, timeout } = settings;
      if ((headers.size > 0 || onHeaders !== undefined) && !this.channel.hasHeaders)
        throw headerless(method.fullName, headers.size > 0 ? 'metadata' : 'onHeaders', this.channel.peer);
      const call = new Call(callee, args, timeout, settings, resolve, rejectToCaller);
      if (this.#mayStart(call)) this.channel.start(call);
    });
  }

  #startStream(
    callee: Callee,
    args: readonly unknown[],
    settings: CallSettings,
    trace?: ClientStreamTrace,
  ): unknown {
    const { channel } = this;
    const call = StreamCall.begin(callee, args, settings);
    if (trace !== undefined) {
      call.messages = trace.messages;
      trace.begun();
      call.whenSettled(error => trace.ended(error));
    }
    if (!this.#mayStart(call)) return call.result;
    if (channel.carriesStreams !== true) call.reject(streamless(callee.method, channel.peer));
    else channel.start(call);
    return call.result;
  }

  /** Whether it is worth to begin: not if the call is cancelled already, or interceptors took all of its time. */
  #mayStart(call: Call): boolean {
    const { signals, timeLeft } = call.settings;
    if (signals.length > 0) this.#heed(call, signals);
    if (timeLeft !== undefined && timeLeft <= 0) call.reject(expiredBefore(call, this.channel.peer));
    return !call.settled;
  }

  /** Signals may outlive a million calls: none may leave a listener behind. */
  #heed(call: Call, signals: readonly AbortSignal[]): void {
    const aborted = signals.find(signal => signal.aborted);
    const cancel = (reason: unknown) =>
      call.cancel(() => cancelled(call, this.channel.peer, false, reason), reason);
    if (aborted !== undefined) return cancel(aborted.reason);
    const stops = signals.map(signal => onAbort(signal, cancel));
    call.whenSettled(() => {
      for (const stop of stops) stop();
    });
  }
}

/** A call as interceptors see it. */
class OutgoingCall implements ClientInvocation {
  readonly side = 'client';
  readonly callee: Callee;
  readonly settings: CallSettings;
  readonly peer: string;
  readonly hasHeaders: boolean;
  readonly deadline: number;
  readonly metadata: Metadata;
  /** Of a stream that somebody is told of. */
  readonly trace: ClientStreamTrace | undefined;
  args: readonly unknown[];
  responseMetadata: Metadata | undefined = undefined;
  /** Whether there was an attempt. */
  isBegun = false;
  /** What the last attempt gave, of a method whose caller iterates. */
  replies: AsyncIterableIterator<unknown> | undefined = undefined;
  readonly #expires: number;
  #signal: AbortSignal | undefined;

  constructor(
    callee: Callee,
    args: readonly unknown[],
    settings: CallSettings,
    { peer, hasHeaders }: Channel,
    trace: ClientStreamTrace | undefined,
  ) {
    const { timeout, headers } = settings;
    this.trace = trace;
    this.callee = callee;
    this.settings = settings;
    this.peer = peer;
    this.hasHeaders = hasHeaders || callee.method.streams;
    this.args = args.slice(0, callee.method.arity);
    this.metadata = Metadata.received(headers);
    this.deadline = Date.now() + timeout;
    this.#expires = performance.now() + timeout;
  }

  get method(): string {
    return this.callee.method.fullName;
  }

  get descriptor(): MethodDescriptor {
    return this.callee.method.descriptor;
  }

  declared(error: unknown): StructDescriptor | undefined {
    return declaredException(this.descriptor, error);
  }

  get idempotent(): boolean {
    return this.settings.idempotent ?? this.callee.method.idempotent;
  }

  get retry(): boolean {
    return this.settings.retry;
  }

  get hashKey(): string | undefined {
    return this.settings.hashKey;
  }

  get signal(): AbortSignal | undefined {
    const { signals } = this.settings;
    this.#signal ??= signals.length < 2 ? signals[0] : AbortSignal.any([...signals]);
    return this.#signal;
  }

  get timeLeft(): number {
    return this.#expires - performance.now();
  }

  /** Its caller wants no messages. */
  abandon(): void {
    this.replies?.return?.();
  }
}

/** Whether the caller gets what it iterates over, and not a promise. */
function isIterated({ method }: Callee): boolean {
  const { streaming } = method.descriptor;
  return streaming?.receives !== undefined && streaming.first === undefined;
}

function streamless({ fullName }: Method, peer: string): RpcError {
  const advice = 'streams go over TCP, TLS, Unix sockets and WebSocket, in binary, without SASL';
  const text = `${fullName}: the channel to ${peer} carries no streams; ${advice}`;
  return new RpcError('UNIMPLEMENTED', text, { method: fullName, peer, phase: 'unsent' });
}

/** That there is no room for metadata. `whose` asks for it. */
export function headerless(whose: string, what: 'metadata' | 'onHeaders', peer: string): TypeError {
  const advice = "{ transport: 'header' }, { transport: 'ttheader' } for Kitex, or an address with http://";
  return new TypeError(`${whose}: ${what}: messages to ${peer} have no headers; try ${advice}`);
}
