import type { MethodDescriptor, StructDescriptor } from '../schema/descriptor.ts';
import type { Context } from './context.ts';
import type { Metadata } from './metadata.ts';

/** What is known of a call on either end. What can be changed, changes it for those that come after. */
interface AnyInvocation {
  /** `PingPong.login`. */
  readonly method: string;
  readonly descriptor: MethodDescriptor;
  /** The other end: `127.0.0.1:9000`. */
  readonly peer: string;
  /** The declared arguments, then what the client streams, where that stands beside them. */
  args: readonly unknown[];
  /** What goes, or came, with the call. */
  readonly metadata: Metadata;
  /** ms since the epoch when the time of the call is over; `Infinity` where it has all the time. */
  readonly deadline: number;
  /** What kind of exception an error is, if the method declares it. */
  declared(error: unknown): StructDescriptor | undefined;
}

/** A call on its way out. */
export interface ClientInvocation extends AnyInvocation {
  readonly side: 'client';
  /** Aborts when the caller gives up; absent where nothing tells. */
  readonly signal: AbortSignal | undefined;
  /** Whether calling twice does no more than calling once: the caller says so, or the IDL by `(idempotent)`. */
  readonly idempotent: boolean;
  /** False where the caller wants it tried once, whatever happens. */
  readonly retry: boolean;
  /** Who among several servers has the call. */
  readonly hashKey: string | undefined;
  /** Whether there is room for metadata: without it, a call that has any fails. */
  readonly hasHeaders: boolean;
  /** What came with the reply, once there is one, where the transport has headers. */
  readonly responseMetadata: Metadata | undefined;
}

/** A call that is being served. */
export interface ServerInvocation extends AnyInvocation {
  readonly side: 'server';
  /** What the handler is given behind the arguments. */
  readonly context: Context;
  readonly signal: AbortSignal;
  /** Whether `signal` has aborted, for those who would not have it made. */
  readonly isAborted: boolean;
}

export type Invocation = ClientInvocation | ServerInvocation;

/** What an interceptor may set for those that come after it, in one go at the call. */
export interface NextOptions {
  /** ms for this attempt; never more than is left of the call. Clients only. */
  readonly timeout?: number;
  /** Ends this attempt alone. Clients only. */
  readonly signal?: AbortSignal;
}

/**
 * Stands around every call of a client or a server. It does what it likes before and after `next`, which goes on with
 * the call and gives its result, or throws its error: it may change the arguments, add metadata, answer in the
 * place of the handler, or throw. A client's may call `next` again: that is another attempt.
 *
 * ```ts
 * const log: Interceptor = async (call, next) => {
 *   const from = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     console.log(call.side, call.method, performance.now() - from);
 *   }
 * };
 * ```
 *
 * A method that streams is one call as well: what the client streams is the last of `args`, and what the server streams
 * is what `next` gives, at once, when the stream begins. Both are async iterables, to be wrapped by who wants to see, or
 * change, each message. Where an answer goes before the stream, `next` gives an array of both.
 *
 * ```ts
 * const count: Interceptor = async (call, next) => {
 *   const replies = (await next()) as AsyncIterable<unknown>;
 *   return (async function* () {
 *     for await (const reply of replies) {
 *       seen.set(call.method, (seen.get(call.method) ?? 0) + 1);
 *       yield reply;
 *     }
 *   })();
 * };
 * ```
 *
 * A generator that is closed before it is asked for anything runs nothing, no `finally` either. A client's call ends all
 * the same; but what must learn of every end of a stream is an object with `next` and `return`.
 */
export type Interceptor = (call: Invocation, next: (options?: NextOptions) => Promise<unknown>) => unknown;

/** All that is around a call, and the call in the middle. */
export type Chain<Call extends Invocation> = (call: Call, options: NextOptions) => Promise<unknown>;

/** Makes one function of all; the first is the outermost. */
export function compose<Call extends Invocation>(
  interceptors: readonly Interceptor[],
  innermost: Chain<Call>,
): Chain<Call> {
  return interceptors.reduceRight<Chain<Call>>(
    (inner, interceptor) => async (call, options) =>
      interceptor(call, own => inner(call, own === undefined ? options : narrowed(options, own))),
    innermost,
  );
}

/** What one interceptor set holds for those inside, whatever they set themselves. */
function narrowed(outer: NextOptions, own: NextOptions): NextOptions {
  const timeout = Math.min(
    outer.timeout ?? Number.POSITIVE_INFINITY,
    own.timeout ?? Number.POSITIVE_INFINITY,
  );
  const signals = [outer.signal, own.signal].filter(signal => signal !== undefined);
  const signal = signals.length < 2 ? signals[0] : AbortSignal.any(signals);
  return signal === undefined ? { timeout } : { timeout, signal };
}

/** A TypeError for what are no interceptors. */
export function checkInterceptors(given: readonly Interceptor[] | undefined): readonly Interceptor[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) {
    throw new TypeError(`interceptors: expected an array of functions, got ${String(given)}`);
  }
  for (const [i, interceptor] of given.entries()) {
    if (typeof interceptor !== 'function')
      throw new TypeError(`interceptors[${i}]: expected a function, got ${String(interceptor)}`);
  }
  return given;
}
