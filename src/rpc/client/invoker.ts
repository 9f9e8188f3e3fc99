import { RpcError } from '../../errors/rpc-error.ts';
import type { MethodDescriptor, StructDescriptor } from '../../schema/descriptor.ts';
import { Call, type Callee } from '../call.ts';
import type { Channel } from '../channel.ts';
import { cancelled } from '../channels/failures.ts';
import { context } from '../context.ts';
import { declaredException } from '../declared.ts';
import { clientCalls, traceClientCall } from '../diagnostics.ts';
import {
  type Chain,
  type ClientInvocation,
  compose,
  type Interceptor,
  type NextOptions,
} from '../interceptor.ts';
import { Metadata } from '../metadata.ts';
import type { Method } from '../method.ts';
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

  /** Calls; there may be more elements behind the declared arguments. Rejects where it might throw. */
  invoke(callee: Callee, args: readonly unknown[], given: CallSettings): Promise<unknown> {
    const parent = given.parent ?? context();
    const settings = parent === undefined ? given : inherit(given, parent, this.channel.hasHeaders);
    if (!clientCalls.hasSubscribers) return this.#invoke(callee, args, settings);
    return traceClientCall(callee.method, args, this.channel.peer, settings.timeout, () =>
      this.#invoke(callee, args, settings),
    );
  }

  #invoke(callee: Callee, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    if (this.#chain === undefined) return this.#start(callee, args, settings);
    const chain = this.#chain;
    const call = new OutgoingCall(callee, args, settings, this.channel);
    const { timeout, signals } = settings;
    return bounded({ method: call.method, peer: call.peer, timeout, signals }, () => chain(call, {}));
  }

  #attempt(
    call: OutgoingCall,
    { timeout = Number.POSITIVE_INFINITY, signal }: NextOptions,
  ): Promise<unknown> {
    const { settings } = call;
    const { signals, onHeaders } = settings;
    return this.#start(call.callee, call.args, {
      ...settings,
      timeout: Math.min(timeout, call.timeLeft),
      signals: signal === undefined ? signals : [...signals, signal],
      headers: call.metadata.headers,
      onHeaders: this.channel.hasHeaders
        ? metadata => {
            call.responseMetadata = metadata;
            onHeaders?.(metadata);
          }
        : onHeaders,
    });
  }

  #start(callee: Callee, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { method } = callee;
      const { headers, onHeaders, signals, timeout } = settings;
      if (method.streams) throw streaming(method);
      if ((headers.size > 0 || onHeaders !== undefined) && !this.channel.hasHeaders)
        throw headerless(method, headers.size > 0 ? 'metadata' : 'onHeaders', this.channel.peer);
      const call = new Call(callee, args, timeout, settings, resolve, reject);
      if (signals.length > 0) this.#heed(call, signals);
      if (!call.settled) this.channel.start(call);
    });
  }

  /** Signals may outlive a million calls: none may leave a listener behind. */
  #heed(call: Call, signals: readonly AbortSignal[]): void {
    const aborted = signals.find(signal => signal.aborted);
    const cancel = (reason: unknown) =>
      call.cancel(() => cancelled(call, this.channel.peer, false, reason), reason);
    if (aborted !== undefined) return cancel(aborted.reason);
    const listen = (event: Event) => cancel((event.target as AbortSignal).reason);
    for (const signal of signals) signal.addEventListener('abort', listen);
    call.whenSettled(() => {
      for (const signal of signals) signal.removeEventListener('abort', listen);
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
  args: readonly unknown[];
  responseMetadata: Metadata | undefined = undefined;
  readonly #expires: number;
  #signal: AbortSignal | undefined;

  constructor(
    callee: Callee,
    args: readonly unknown[],
    settings: CallSettings,
    { peer, hasHeaders }: Channel,
  ) {
    const { timeout, headers } = settings;
    this.callee = callee;
    this.settings = settings;
    this.peer = peer;
    this.hasHeaders = hasHeaders;
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
}

function streaming({ fullName }: Method): RpcError {
  const text = `${fullName}: streaming methods cannot be called yet; nothing was sent`;
  return new RpcError('UNIMPLEMENTED', text, { method: fullName, phase: 'unsent' });
}

function headerless({ fullName }: Method, what: string, peer: string): TypeError {
  const advice = "{ transport: 'header' }, { transport: 'ttheader' } for Kitex, or an address with http://";
  return new TypeError(`${fullName}: ${what}: messages to ${peer} have no headers; try ${advice}`);
}
