import type { ConnectionOptions } from 'node:tls';
import { RpcError } from './errors/rpc-error.ts';
import { type Limits, withLimits } from './limits.ts';
import { checkMs, checkOptions } from './options.ts';
import type { ProtocolName } from './protocol/protocol.ts';
import { type Address, isSecure, parseAddress } from './rpc/address.ts';
import { Call } from './rpc/call.ts';
import type { Channel, CloseOptions } from './rpc/channel.ts';
import { ReconnectingChannel } from './rpc/channels/reconnecting.ts';
import { dialects } from './rpc/dialect.ts';
import type { Method } from './rpc/method.ts';
import { throwToCaller } from './rpc/stack.ts';
import type { Framing } from './transport/dialect.ts';
import { type ApiOf, type IsDynamic, type Service, serviceDescriptor } from './values/service.ts';

/** How a channel speaks. The defaults are what thriftpy2 and npm's thrift speak. */
export interface ChannelOptions {
  /** Default: `binary`. */
  readonly protocol?: ProtocolName;
  /** `buffered` (default): messages one behind the other; `framed`: each behind its length. */
  readonly transport?: Framing;
  /**
   * Encrypts the connection; `thrifts://host:port` does so too. `true`, or options of `node:tls`: `ca`, `cert` and
   * `key` of the client, `servername`. The server's certificate is checked against the host's name.
   */
  readonly tls?: boolean | ConnectionOptions;
  readonly limits?: Partial<Limits>;
}

export interface CallOptions {
  /**
   * ms for the whole call, connecting included. Default 30,000; `Infinity` waits as long as the connection
   * lives; 0 or less has already expired and sends nothing.
   */
  readonly timeout?: number;
}

/** Options of a client that makes its own channel: its calls' defaults, and the channel's. */
export interface ClientOptions extends ChannelOptions, CallOptions {}

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
    ? (...args: [...Parameters<Api[K]>, options?: CallOptions]) => Promise<Awaited<ReturnType<Api[K]>>>
    : never;
};

/**
 * What `makeClient` gives for a service. `close` is `$close`, while the service has no method of that name. Of a
 * service without a type of its own nothing is known, so its client is as loosely typed as its module.
 */
export type Client<S> = IsDynamic<S> extends true ? S : TypedClient<S>;

type TypedClient<S> = ClientExtras<S> &
  ClientMethods<ApiOf<S>> &
  ('close' extends keyof ApiOf<S> ? unknown : { readonly close: ClientExtras<S>['$close'] });

const channelOptions = ['protocol', 'transport', 'tls', 'limits'];
const callOptions = ['timeout'];
const DEFAULT_TIMEOUT = 30_000;

/** A channel that several clients share. It connects when first used, and again when the connection was lost. */
export function connect(address: Address, options: ChannelOptions = {}): Channel {
  checkOptions('connect', options, channelOptions);
  return openChannel(address, options);
}

/**
 * A client of a service. Given an address it has a channel of its own, which connects on the first call. Calls
 * reject, they never throw: with the exceptions the method declares, a ValueError for an argument that does
 * not fit, an RpcError for anything else.
 */
export function makeClient<S extends Service>(
  service: S,
  to: Address | Channel,
  options: ClientOptions = {},
): Client<S> {
  const descriptor = serviceDescriptor(service);
  const own = !isChannel(to);
  checkOptions('makeClient', options, own ? [...channelOptions, ...callOptions] : callOptions);
  const channel = own ? openChannel(to, options) : to;
  const timeout = checkMs('timeout', options.timeout ?? DEFAULT_TIMEOUT);
  return new Stubs(channel.dialect.methodsOf(descriptor), channel, own).client(timeout) as Client<S>;
}

function openChannel(address: Address, { protocol, transport, tls, limits }: ChannelOptions): Channel {
  if (protocol !== undefined && !Object.hasOwn(dialects, protocol)) {
    throw new TypeError(`protocol: expected 'binary' or 'compact', got '${String(protocol)}'`);
  }
  if (transport !== undefined && transport !== 'buffered' && transport !== 'framed') {
    throw new TypeError(`transport: expected 'buffered' or 'framed', got '${String(transport)}'`);
  }
  if (tls !== undefined && typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls: expected true or an object of options, got ${String(tls)}`);
  }
  const secure = tls ?? isSecure(address);
  return new ReconnectingChannel(parseAddress(address), {
    ...(secure === false ? {} : { tls: secure === true ? {} : secure }),
    dialect: dialects[protocol ?? 'binary'],
    framing: transport ?? 'buffered',
    limits: withLimits(limits),
  });
}

function isChannel(to: Address | Channel): to is Channel {
  return typeof to === 'object' && to !== null && typeof (to as Channel).start === 'function';
}

/** Makes the objects that users call methods on. */
class Stubs {
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #channel: Channel;
  readonly #ownsChannel: boolean;

  constructor(methods: ReadonlyMap<string, Method>, channel: Channel, ownsChannel: boolean) {
    this.#methods = methods;
    this.#channel = channel;
    this.#ownsChannel = ownsChannel;
  }

  client(timeout: number): object {
    const close = (options?: CloseOptions) => this.#close(options);
    const client = Object.create(null) as Record<string | symbol, unknown>;
    for (const method of this.#methods.values()) {
      // An object that answers to `then` cannot come out of a promise.
      if (method.name === 'then') continue;
      client[method.name] = (...args: unknown[]) => this.#call(method, args, timeout);
    }
    if (!this.#methods.has('close')) client.close = close;
    client.$close = close;
    client.$with = (options: CallOptions) => {
      checkOptions('$with', options, callOptions);
      return this.client(checkMs('timeout', options.timeout ?? timeout));
    };
    client.$call = (name: string, args: readonly unknown[], options?: CallOptions) =>
      this.#callByName(name, args, options, timeout);
    client.$ready = (ms?: number) => this.#channel.ready(ms);
    client.$channel = this.#channel;
    client[Symbol.asyncDispose] = close;
    return Object.freeze(client);
  }

  #call(method: Method, args: readonly unknown[], timeout: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (method.streams) throw streaming(method);
      const given = args.length > method.arity ? timeoutOf(method, args, timeout) : timeout;
      this.#channel.start(new Call(method, args, given, resolve, reject));
    }).then(undefined, throwToCaller);
  }

  async #callByName(
    name: string,
    args: readonly unknown[],
    options: CallOptions | undefined,
    timeout: number,
  ): Promise<unknown> {
    const method = this.#methods.get(name);
    if (method === undefined)
      throw new TypeError(
        `$call: there is no method "${name}"; there are ${[...this.#methods.keys()].join(', ')}`,
      );
    if (args.length > method.arity) throw tooMany(method, args.length);
    const padded = [...args, ...new Array<undefined>(method.arity - args.length).fill(undefined), options];
    return this.#call(method, padded, timeout);
  }

  async #close(options?: CloseOptions): Promise<void> {
    if (this.#ownsChannel) await this.#channel.close(options);
  }
}

function streaming({ fullName }: Method): RpcError {
  return new RpcError(
    'UNIMPLEMENTED',
    `${fullName}: streaming methods cannot be called yet; nothing was sent`,
    {
      method: fullName,
    },
  );
}

/** Call options stand behind the declared arguments, exactly. */
function timeoutOf(method: Method, args: readonly unknown[], timeout: number): number {
  if (args.length > method.arity + 1) throw tooMany(method, args.length);
  const options = args[method.arity] as CallOptions | undefined;
  if (options === undefined) return timeout;
  checkOptions(
    `${method.fullName}: the call options behind its ${argumentCount(method)}`,
    options,
    callOptions,
  );
  return options.timeout === undefined ? timeout : checkMs(`${method.fullName}: timeout`, options.timeout);
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
