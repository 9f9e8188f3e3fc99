import { openChannel, type Target } from './connect/connect.ts';
import { type ChannelOptions, channelOptions } from './connect/options.ts';
import { type RetryOptions, retry } from './interceptors/retry.ts';
import { checkOptions } from './options.ts';
import type { Callee } from './rpc/call.ts';
import type { Channel, CloseOptions } from './rpc/channel.ts';
import { headerless, Invoker } from './rpc/client/invoker.ts';
import {
  type CallOptions,
  type CallSettings,
  callOptions,
  defaultSettings,
  withOptions,
} from './rpc/client/settings.ts';
import { checkInterceptors, type Interceptor } from './rpc/interceptor.ts';
import type { Method } from './rpc/method.ts';
import { throwToCaller } from './rpc/stack.ts';
import type { ServiceDescriptor } from './schema/descriptor.ts';
import { type ApiOf, type IsDynamic, type Service, serviceDescriptor } from './values/service.ts';

/** Options of a client that makes its own channel: its calls' defaults, and the channel's. */
export interface ClientOptions extends ChannelOptions, Omit<CallOptions, 'retry'> {
  /** Stand around every call; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /** Tries calls again that failed, where that can do no harm; as the innermost interceptor. Default: false. */
  readonly retry?: boolean | RetryOptions;
  /**
   * The name by which a multiplexing server knows the service: methods are called as `name:method`. Servers that know
   * nothing of it do not know such methods.
   */
  readonly serviceName?: string;
}

/** What a client has beside its service's methods. No Thrift name begins with `$`. */
export interface ClientExtras<S> {
  /** Lets calls under way finish, then closes the channel if it is the client's own. */
  $close(options?: CloseOptions): Promise<void>;
  /** The same client with other defaults for its calls. */
  $with(options: CallOptions): Client<S>;
  /** A call by name, for methods whose names are hidden (`then`) or not known beforehand. */
  $call(name: string, args: readonly unknown[], options?: CallOptions): Promise<unknown>;
  /** Resolves when connected; rejects with the reason why not. `timeout` in ms, default 30,000. */
  $ready(timeout?: number): Promise<void>;
  readonly $channel: Channel;
  [Symbol.asyncDispose](): Promise<void>;
}

type Signature = (...args: never[]) => unknown;

/** A service's methods as a client has them: the declared arguments, then call options. */
export type ClientMethods<Api> = {
  readonly [K in keyof Api as K extends 'then' ? never : K]: Api[K] extends Signature
    ? (...args: [...Parameters<Api[K]>, options?: CallOptions]) => Called<ReturnType<Api[K]>>
    : never;
};

/** What a method that streams gives is there at once; anything else is promised. */
type Called<Returned> = unknown extends Returned
  ? Promise<Awaited<Returned>>
  : [Returned] extends [never]
    ? Promise<never>
    : [Returned] extends [AsyncIterable<unknown>]
      ? Returned
      : Promise<Awaited<Returned>>;

/**
 * What `makeClient` gives for a service. `close` is `$close`, while the service has no method of that name. Of a
 * service without a type of its own nothing is known, so its client is as loosely typed as its module.
 */
export type Client<S> = IsDynamic<S> extends true ? S : TypedClient<S>;

type TypedClient<S> = ClientExtras<S> &
  ClientMethods<ApiOf<S>> &
  ('close' extends keyof ApiOf<S> ? unknown : { readonly close: ClientExtras<S>['$close'] });

const clientOptions = [...callOptions, 'serviceName', 'interceptors'];

/**
 * A client of a service. Given an address it has a channel of its own, which connects on the first call. Calls
 * reject, they never throw: with the exceptions the method declares, a ValueError for an argument that does
 * not fit, an RpcError for anything else. Throws a TypeError for options that make no sense, and for metadata where
 * messages have no headers.
 */
export function makeClient<S extends Service>(
  service: S,
  to: Target | Channel,
  options: ClientOptions = {},
): Client<S> {
  const descriptor = serviceDescriptor(service);
  const own = !isChannel(to);
  checkOptions('makeClient', options, own ? [...channelOptions, ...clientOptions] : clientOptions);
  const channel = own ? openChannel(to, options) : to;
  const callees = calleesOf(descriptor, channel, options.serviceName);
  const { retry: again = false, interceptors, ...defaults } = options;
  const settings = withOptions(defaultSettings, defaults, 'makeClient');
  checkRoom(settings, callees, channel);
  const invoker = new Invoker(channel, [...checkInterceptors(interceptors), ...retrying(again)]);
  return new Stubs(callees, invoker, own).client(settings) as Client<S>;
}

/** A TypeError for metadata that none of the methods could take along. Streams always can. */
function checkRoom({ headers, onHeaders }: CallSettings, callees: Callees, channel: Channel): void {
  if (channel.hasHeaders || (headers.size === 0 && onHeaders === undefined)) return;
  if (channel.carriesStreams === true && [...callees.values()].some(({ method }) => method.streams)) return;
  throw headerless('makeClient', headers.size > 0 ? 'metadata' : 'onHeaders', channel.peer);
}

function retrying(again: boolean | RetryOptions): readonly Interceptor[] {
  if (typeof again === 'boolean') return again ? [retry()] : [];
  return [retry(again)];
}

/** What a client's methods call, by their own names. `serviceName` is for servers of several services. */
function calleesOf(
  descriptor: ServiceDescriptor,
  { dialect }: Channel,
  serviceName: string | undefined,
): Callees {
  if (serviceName !== undefined && (typeof serviceName !== 'string' || !/^[^:]+$/.test(serviceName))) {
    throw new TypeError(`serviceName: expected a name without a colon, got ${String(serviceName)}`);
  }
  const methods = dialect.methodsOf(descriptor);
  const make = () => addressed(methods, descriptor.name, serviceName === undefined ? '' : `${serviceName}:`);
  if (serviceName !== undefined) return make();
  let callees = unprefixed.get(methods);
  if (callees === undefined) {
    callees = make();
    unprefixed.set(methods, callees);
  }
  return callees;
}

type Callees = ReadonlyMap<string, Callee>;

/** Of servers with one service: the same for all clients. */
const unprefixed = new WeakMap<ReadonlyMap<string, Method>, Callees>();

function addressed(methods: ReadonlyMap<string, Method>, service: string, prefix: string): Callees {
  return new Map(
    Array.from(methods, ([name, method]) => [name, { method, name: prefix + name, service }] as const),
  );
}

function isChannel(to: Target | Channel): to is Channel {
  return typeof to === 'object' && to !== null && typeof (to as Channel).start === 'function';
}

/**
 * What clients inherit: no names that a service could not have. An object with no prototype at all would be a hash table
 * to V8, of three times the size, and looked up in at each call.
 */
const nothing: object = Object.freeze(Object.create(null));

/** Makes the objects that users call methods on. */
class Stubs {
  readonly #callees: Callees;
  readonly #invoker: Invoker;
  readonly #ownsChannel: boolean;

  constructor(callees: Callees, invoker: Invoker, ownsChannel: boolean) {
    this.#callees = callees;
    this.#invoker = invoker;
    this.#ownsChannel = ownsChannel;
  }

  client(settings: CallSettings): object {
    const { channel } = this.#invoker;
    const close = (options?: CloseOptions) => this.#close(options);
    const client = Object.create(nothing) as Record<string | symbol, unknown>;
    for (const [name, callee] of this.#callees) {
      // An object that answers to `then` cannot come out of a promise.
      if (name === 'then') continue;
      client[name] = callee.method.streams
        ? (...args: unknown[]) => this.#stream(callee, args, settings)
        : (...args: unknown[]) => this.#call(callee, args, settings);
    }
    if (!this.#callees.has('close')) client.close = close;
    client.$close = close;
    client.$with = (options: CallOptions) => {
      checkOptions('$with', options, callOptions);
      return this.client(withOptions(settings, options, '$with'));
    };
    client.$call = (name: string, args: readonly unknown[], options?: CallOptions) =>
      this.#callByName(name, args, options, settings);
    client.$ready = (ms?: number) => channel.ready(ms);
    client.$channel = channel;
    client[Symbol.asyncDispose] = close;
    return Object.freeze(client);
  }

  #call(callee: Callee, args: readonly unknown[], settings: CallSettings): Promise<unknown> {
    const { method } = callee;
    let own = settings;
    try {
      if (args.length > method.arity) own = settingsOf(method, args, settings);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#invoker.invoke(callee, args, own);
  }

  /** An async iterable, or a promise. */
  #stream(callee: Callee, args: readonly unknown[], settings: CallSettings): unknown {
    const { method } = callee;
    let result: unknown;
    try {
      const own = args.length > method.arity ? settingsOf(method, args, settings) : settings;
      result = this.#invoker.invokeStream(callee, args, own);
    } catch (error) {
      result = this.#invoker.refuseStream(callee, settings, error);
    }
    return result instanceof Promise ? result.then(undefined, throwToCaller) : result;
  }

  async #callByName(
    name: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
    settings: CallSettings,
  ): Promise<unknown> {
    const callee = this.#callees.get(name);
    if (callee === undefined)
      throw new TypeError(
        `$call: there is no method "${name}"; there are ${[...this.#callees.keys()].join(', ')}`,
      );
    const { method } = callee;
    if (args.length > method.arity) throw tooMany(method, args.length);
    const padded = [...args, ...new Array<undefined>(method.arity - args.length).fill(undefined), options];
    return method.streams ? this.#stream(callee, padded, settings) : this.#call(callee, padded, settings);
  }

  async #close(options?: CloseOptions): Promise<void> {
    if (this.#ownsChannel) await this.#invoker.channel.close(options);
  }
}

/** Call options stand behind the declared arguments, exactly. */
function settingsOf(method: Method, args: readonly unknown[], settings: CallSettings): CallSettings {
  if (args.length > method.arity + 1) throw tooMany(method, args.length);
  const options = args[method.arity] as CallOptions | undefined;
  if (options === undefined) return settings;
  checkOptions(
    `${method.fullName}: the call options behind its ${argumentCount(method)}`,
    options,
    callOptions,
  );
  return withOptions(settings, options, method.fullName);
}

function tooMany(method: Method, count: number): TypeError {
  const names = method.descriptor.parameters.map(parameter => parameter.name).join(', ');
  return new TypeError(
    `${method.fullName}(${names}) takes ${argumentCount(method)}, then call options; got ${count} in all`,
  );
}

function argumentCount({ arity }: Method): string {
  return arity === 1 ? '1 argument' : `${arity} arguments`;
}
