import thrift from 'thrift';
import type { RpcError } from '../errors/rpc-error.ts';
import { messageType } from '../protocol/types.ts';
import type { ServiceDescriptor } from '../schema/descriptor.ts';
import type { ApiOf, IsDynamic } from '../values/service.ts';
import { draw } from './draw.ts';
import { type ApacheMethod, methodsOf } from './methods.ts';
import { asProtocolError, dropMessage, isUnderrun } from './npm.ts';
import type { ApacheProtocol, ApacheProtocolClass, ApacheTransport } from './protocol.ts';
import { decoded, encoded, exceptionRecord, type WireRecord } from './records.ts';
import { writeRequest } from './requests.ts';

/** What a call in node's style ends with. */
export type Callback<T> = (error: unknown, result?: T) => void;

/** What npm's connections expect of every client. */
export interface ApacheClientBase {
  readonly output: ApacheTransport;
  readonly pClass: ApacheProtocolClass;
  /** The last call's sequence id. */
  seqid(): number;
  new_seqid(): number;
  /** Calls under way, by sequence id. */
  readonly _reqs: Record<number, Callback<never>>;
}

type Signature = (...args: never[]) => unknown;

/** A service's methods as generated clients have them: with a promise, or with a callback behind the arguments. */
export type ApacheClientMethods<Api> = {
  readonly [K in keyof Api]: Api[K] extends Signature
    ? {
        (...args: Parameters<Api[K]>): Promise<Awaited<ReturnType<Api[K]>>>;
        (...args: [...Parameters<Api[K]>, callback: Callback<Awaited<ReturnType<Api[K]>>>]): void;
      }
    : never;
};

/** An instance of a `Client`, as `thrift.createClient` gives it. */
export type ApacheClient<S> =
  IsDynamic<S> extends true ? S : ApacheClientBase & ApacheClientMethods<ApiOf<S>>;

/** For `thrift.createClient`, `createHttpClient`, `createWSClient`, and `Multiplexer.createClient`. */
export type ApacheClientClass<S> = new (
  output: ApacheTransport,
  pClass: ApacheProtocolClass,
) => ApacheClient<S>;

/** The root of all clients. */
export class LoadedClient implements ApacheClientBase {
  readonly output: ApacheTransport;
  readonly pClass: ApacheProtocolClass;
  readonly _reqs: Record<number, Callback<unknown>> = Object.create(null) as Record<
    number,
    Callback<unknown>
  >;
  _seqid = 0;
  /** Why no call can be answered any more, while that is so. */
  _lost: RpcError | undefined;

  constructor(output: ApacheTransport, pClass: ApacheProtocolClass) {
    this.output = output;
    this.pClass = pClass;
  }

  seqid(): number {
    return this._seqid;
  }

  new_seqid(): number {
    this._seqid = (this._seqid % 0x7fffffff) + 1;
    return this._seqid;
  }
}

type AnyClass = new (output: ApacheTransport, pClass: ApacheProtocolClass) => LoadedClient;

const classes = new WeakMap<ServiceDescriptor, AnyClass>();

/** The client class of a service, derived from that of the service it extends. One for each descriptor. */
export function clientClass(service: ServiceDescriptor): AnyClass {
  let made = classes.get(service);
  if (made === undefined) {
    const Base = service.extends === undefined ? LoadedClient : clientClass(service.extends);
    made = class extends Base {};
    Object.defineProperty(made, 'name', { value: `${service.name}Client` });
    const methods = methodsOf(service);
    for (const { name } of service.ownMethods) addMethod(made.prototype, methods.get(name)!);
    classes.set(service, made);
  }
  return made;
}

/** `x`, `send_x` and, where there is an answer, `recv_x`. */
function addMethod(prototype: LoadedClient, method: ApacheMethod): void {
  const { name } = method;
  const { arity, oneway } = method.method;
  define(prototype, name, function (this: LoadedClient, ...args: unknown[]) {
    const callback = args[arity];
    if (args.length > arity + 1 || (callback !== undefined && typeof callback !== 'function')) {
      return Promise.reject(
        new TypeError(
          `${method.method.fullName} takes ${arity} arguments, then a callback; got ${args.length}`,
        ),
      );
    }
    if (callback !== undefined) return start(this, method, args, callback as Callback<unknown>);
    return new Promise((resolve, reject) => {
      start(this, method, args, (error, result) => (isError(error) ? reject(error) : resolve(result)));
    });
  });
  define(prototype, `send_${name}`, function (this: LoadedClient, ...args: unknown[]) {
    send(this, method, args, this.seqid());
  });
  if (oneway) return;
  define(
    prototype,
    `recv_${name}`,
    function (this: LoadedClient, input: ApacheProtocol, mtype: number, rseqid: number) {
      receive(this, method, input, mtype, rseqid);
    },
  );
}

function define(prototype: object, name: string, value: unknown): void {
  Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
}

function isError(error: unknown): boolean {
  return error !== null && error !== undefined;
}

function start(
  client: LoadedClient,
  method: ApacheMethod,
  args: readonly unknown[],
  done: Callback<unknown>,
): void {
  // In this order: a getter of an argument may make a call of its own.
  const seqid = (client._seqid = client.new_seqid());
  client._reqs[seqid] = done;
  try {
    if (client._lost !== undefined) throw client._lost;
    send(client, method, args, seqid);
  } catch (error) {
    // The callback of a oneway call has been called, and it is its own error.
    if (!(seqid in client._reqs)) throw error;
    delete client._reqs[seqid];
    // Never before the call has returned.
    process.nextTick(done, error);
  }
}

/** Nothing is written of arguments that do not fit: the connection stays good for other calls. */
function send(client: LoadedClient, method: ApacheMethod, values: readonly unknown[], seqid: number): void {
  writeRequest(method, method.name, encoded(method.args, values), seqid, client.pClass, client.output);
  if (!method.method.oneway) return;
  const done = client._reqs[seqid];
  delete client._reqs[seqid];
  done?.(null);
}

function receive(
  client: LoadedClient,
  method: ApacheMethod,
  input: ApacheProtocol,
  mtype: number,
  rseqid: number,
): void {
  const done = client._reqs[rseqid];
  delete client._reqs[rseqid];
  const record = mtype === messageType.exception ? exceptionRecord : method.result;
  let bytes: Buffer;
  try {
    bytes = draw(input, record.shape.byId);
    input.readMessageEnd();
  } catch (error) {
    const dropped = dropMessage(input);
    // The rest is still to come, and the connection will try again.
    if (isUnderrun(error) && !dropped) throw error;
    done?.(asProtocolError(error));
    // Where the next message begins nobody knows: the connection says so with an 'error' event.
    if (!dropped) throw error;
    return;
  }
  const [failure, result] = outcome(method, record, bytes);
  if (failure === undefined) done?.(null, result);
  else done?.(failure);
}

/** What a reply means: an exception or a result. */
function outcome(
  { method }: ApacheMethod,
  record: WireRecord,
  bytes: Buffer,
): [failure: unknown, result?: unknown] {
  const { TApplicationException, TApplicationExceptionType } = thrift.Thrift;
  let read: unknown;
  try {
    read = decoded(record, bytes);
  } catch (error) {
    return [error];
  }
  if (record === exceptionRecord) {
    const { type, message } = read as { type?: number; message?: string };
    return [new TApplicationException(type, message)];
  }
  const values = read as readonly unknown[];
  const exception = values.slice(method.isVoid ? 0 : 1).find(value => value !== undefined);
  if (exception !== undefined) return [exception];
  if (method.isVoid || values[0] !== undefined) return [undefined, values[0]];
  return [
    new TApplicationException(TApplicationExceptionType.MISSING_RESULT, `${method.fullName}: unknown result`),
  ];
}
