import { RpcError } from '../errors/rpc-error.ts';
import { messageType } from '../protocol/types.ts';
import { notReadable, notServed } from '../rpc/server/failures.ts';
import type { ServiceDescriptor } from '../schema/descriptor.ts';
import type { ImplOf, IsDynamic } from '../values/service.ts';
import { type AnswerSettings, type AnyHandler, Reply, run } from './answers.ts';
import type { Callback } from './client.ts';
import { draw } from './draw.ts';
import { type ApacheMethod, methodsOf } from './methods.ts';
import { asProtocolError, dropMessage } from './npm.ts';
import type { ApacheProtocol } from './protocol.ts';
import { decoded } from './records.ts';

type Signature = (...args: never[]) => unknown;

/**
 * What serves a service in npm's servers: functions that return the result or a promise of it, or, where they take
 * one parameter more than the method declares, hand it to the callback in that place.
 */
export type ApacheHandler<S> = IsDynamic<S> extends true ? S : ApacheHandlerOf<ImplOf<S>>;

type ApacheHandlerOf<Api> = {
  readonly [K in keyof Api]: Api[K] extends Signature
    ? (
        ...args: [...Parameters<Api[K]>, result: Callback<Awaited<ReturnType<Api[K]>>>]
      ) => ReturnType<Api[K]> | PromiseLike<Awaited<ReturnType<Api[K]>>> | undefined
    : never;
};

/** An instance of a `Processor`. */
export interface ApacheProcessor {
  /**
   * Reads one call and answers it. Throws what the protocol throws where the call cannot be read and nobody knows
   * where the next one begins: npm's servers end the connection then.
   */
  process(input: ApacheProtocol, output: ApacheProtocol): void;
}

/** For `thrift.createServer`, `createWebServer`, and, made with its handler, `MultiplexedProcessor`. */
export type ApacheProcessorClass<S> = new (handler: ApacheHandler<S>) => ApacheProcessor;

type AnyProcessor = ApacheProcessor & { readonly _handler: AnyHandler };
type Process = (this: AnyProcessor, seqid: number, input: ApacheProtocol, output: ApacheProtocol) => void;

/** The processor class of a service: `process`, and a `process_x` for each method, own and inherited. */
export function processorClass(
  service: ServiceDescriptor,
  settings: AnswerSettings,
): new (
  handler: AnyHandler,
) => ApacheProcessor {
  const methods = methodsOf(service);
  const made = class implements ApacheProcessor {
    readonly _handler: AnyHandler;

    constructor(handler: AnyHandler) {
      this._handler = handler;
    }

    process(input: ApacheProtocol, output: ApacheProtocol): void {
      const { fname, mtype, rseqid } = input.readMessageBegin();
      // Of a message in the old form, without a version, a TBinaryProtocol gives the name as bytes.
      const name = String(fname);
      if (methods.has(name)) {
        (this as unknown as Record<string, Process>)[`process_${name}`]!.call(this, rseqid, input, output);
        return;
      }
      readArguments(input, undefined);
      if (mtype !== messageType.oneway)
        new Reply(output, name, rseqid).fail(notServed(name, undefined, messageType.call));
    }
  };
  Object.defineProperty(made, 'name', { value: `${service.name}Processor` });
  for (const method of methods.values()) {
    const process: Process = function (seqid, input, output) {
      const args = readArguments(input, method);
      const reply = method.method.oneway ? undefined : new Reply(output, method.name, seqid);
      if (args instanceof RpcError) reply?.fail(args);
      else run(this._handler, method, args, reply, settings);
    };
    Object.defineProperty(made.prototype, `process_${method.name}`, {
      value: process,
      writable: true,
      configurable: true,
    });
  }
  return made;
}

/** The arguments, or what to answer when they cannot be read; throws where nobody knows what comes next. */
function readArguments(input: ApacheProtocol, method: ApacheMethod | undefined): unknown[] | RpcError {
  try {
    const bytes = draw(input, method?.args.shape.byId);
    input.readMessageEnd();
    return method === undefined ? [] : readDrawn(method, bytes);
  } catch (error) {
    if (!dropMessage(input)) throw error;
    return notReadable(asProtocolError(error) as Error);
  }
}

function readDrawn({ args }: ApacheMethod, bytes: Buffer): unknown[] | RpcError {
  try {
    return decoded(args, bytes) as unknown[];
  } catch (error) {
    return notReadable(error as Error);
  }
}
