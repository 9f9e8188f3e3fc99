import { type AddressInfo, createServer, type Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { type Limits, withLimits } from './limits.ts';
import { checkMs, checkOptions } from './options.ts';
import {
  type Address,
  addressText,
  parseAddress,
  type SocketAddress,
  type TcpAddress,
  type UnixAddress,
} from './rpc/address.ts';
import { type CloseOptions, defaultGrace } from './rpc/channel.ts';
import type { Context } from './rpc/context.ts';
import { tellConnectionRefused } from './rpc/diagnostics.ts';
import { checkInterceptors, type Interceptor } from './rpc/interceptor.ts';
import { Admission, type ConcurrencyOptions, type SheddingOptions } from './rpc/server/admission.ts';
import { connectionRules, type ServerConnectionsOptions } from './rpc/server/connection-rules.ts';
import { Digest } from './rpc/server/digest.ts';
import { Doorkeeper } from './rpc/server/doorkeeper.ts';
import { Guests } from './rpc/server/guests.ts';
import { HttpRules, type ServerHttpOptions } from './rpc/server/http/rules.ts';
import { Reception } from './rpc/server/reception.ts';
import type { ErrorContext, Report } from './rpc/server/report.ts';
import { Routes } from './rpc/server/routes.ts';
import { serveWith } from './rpc/server/serve.ts';
import type { SaslSettings, ServingSettings } from './rpc/server/settings.ts';
import { removeStaleSocket } from './rpc/server/stale-socket.ts';
import type { ServerTlsOptions } from './rpc/server/tls.ts';
import { type Deferred, deferred, startTimer, within } from './rpc/timers.ts';
import { type ImplOf, type IsDynamic, type Service, serviceDescriptor } from './values/service.ts';

type Signature = (...args: never[]) => unknown;

/**
 * What serves a service: a function for each method, given the declared arguments and then the call's context,
 * with the handler as `this`. It returns the result or a promise of it, throws an exception that the method
 * declares, or an RpcError; anything else reaches the caller as INTERNAL, without its text.
 */
export type Handler<S> = IsDynamic<S> extends true ? S : HandlerOf<ImplOf<S>>;

type HandlerOf<Api> = {
  readonly [K in keyof Api]: Api[K] extends Signature
    ? (
        ...args: [...Parameters<Api[K]>, context: Context]
      ) => ReturnType<Api[K]> | PromiseLike<Awaited<ReturnType<Api[K]>>>
    : never;
};

export interface ServiceOptions {
  /** Allows declared methods without a handler; their callers get UNIMPLEMENTED. */
  readonly partial?: boolean;
}

/** What a service may ask of the server that it is added to. */
export interface ServerView {
  /** All that it serves by now, in the order added: plain method names lead to the first. */
  readonly services: readonly Service[];
  /** True from `close` on. */
  readonly isClosing: boolean;
}

/** A service that brings what serves it, such as `fb303()` and `reflection()` give. */
export interface ServicePackage<S extends Service = Service> {
  readonly service: S;
  /** The handler, or what makes one for each server that the service is added to. */
  readonly handler: Handler<NoInfer<S>> | ((server: ServerView) => Handler<NoInfer<S>>);
  /** Its calls are served however busy the server is: they ask whether it is. Default: false. */
  readonly exempt?: boolean;
}

export interface ServerCloseOptions extends CloseOptions {
  /**
   * ms in which everything goes on as before, but that the server says that it is stopping: to health checks, and with
   * each reply to clients whose transport has a word for it, so that nobody sends more here. Then the grace begins.
   * Default: 0.
   */
  readonly notice?: number;
}

/** The handler that goes with options: with `partial`, not every method needs one. */
type HandlerFor<S, O> = [O] extends [{ readonly partial: true }] ? Partial<Handler<S>> : Handler<S>;

export interface ServerOptions extends ServiceOptions {
  /** Tells callers the text of errors that no IDL declares. For development. */
  readonly exposeErrors?: boolean;
  /** Told in full of every error that its caller only learns of as INTERNAL, and of peers that speak nonsense. Default: `console.error`. */
  readonly onError?: (error: unknown, context: ErrorContext) => void;
  readonly limits?: Partial<Limits>;
  /**
   * ms that a handler has for a call, where its caller does not give it less. Then the caller gets DEADLINE_EXCEEDED,
   * and the handler's `context.signal` aborts. Default: `Infinity`.
   */
  readonly timeout?: number;
  /**
   * How many calls are worked on at once, and how many wait; what is beyond gets RESOURCE_EXHAUSTED at once, with
   * `details: { retryAfter: 0 }`, for nothing was done for it. Default: all that come.
   */
  readonly concurrency?: ConcurrencyOptions;
  /** Refuses calls in the same way while the process does not get to its work. Default: never. */
  readonly shedding?: SheddingOptions;
  /** How many connections there may be, and for how long. Default: as many and as long as clients like. */
  readonly connections?: ServerConnectionsOptions;
  /** Stand around every handler; the first is the outermost. */
  readonly interceptors?: readonly Interceptor[];
  /**
   * Lets `context()` give a handler's context anywhere below it, so that the calls it makes inherit its deadline, its
   * cancellation and its trace. Default: false, for a short asynchronous call then needs some 40 % more of the server's CPU
   * (measured: 1.55 times as much on Node 20, 1.44 on 22, 1.38 on 24).
   */
  readonly propagate?: boolean;
  /**
   * Serves clients that speak TLS, beside plain ones on the same port, or, with `required: true`, alone. The other
   * options are those of `node:tls`: `key` and `cert`; for mutual TLS `ca`, `requestCert: true`.
   */
  readonly tls?: ServerTlsOptions;
  /**
   * Asks clients who they are, by SASL, as Hive and Impala do; handlers find it in `context.user`. Other clients are
   * turned away, unless it is `optional`.
   */
  readonly sasl?: SaslSettings;
  /** Which paths and web sites are served over HTTP and WebSocket, on the same port. */
  readonly http?: ServerHttpOptions;
}

/** A port, 0 for a free one, and the host's name or IP address, 127.0.0.1 unless named. */
export interface ListenAddress {
  readonly port: number;
  readonly host?: string;
}

/** A server of one or several services. It recognises each client's transport, and answers in kind. */
export interface Server {
  /** Serves another service on the same ports: for clients that name it, and for method names that only it has. */
  add<S extends Service, O extends ServiceOptions = ServiceOptions>(
    service: S,
    handler: HandlerFor<NoInfer<S>, O>,
    options?: O,
  ): Server;
  /** The same for one that brings its handler. */
  add<S extends Service>(served: ServicePackage<S>): Server;
  /**
   * Begins to listen and gives the bound address: port 0 takes a free one. The host is 127.0.0.1 unless named;
   * `{ path }` is a Unix socket. May be called for several addresses.
   */
  listen(address: ListenAddress): Promise<TcpAddress>;
  listen(address: UnixAddress): Promise<UnixAddress>;
  listen(address: Address): Promise<SocketAddress>;
  /**
   * Serves a connection that was made elsewhere: `stdio()`, a pipe, a socket of another listener. `peer` is how errors
   * and contexts name the other end.
   */
  serve(stream: Duplex, peer?: string): void;
  /** Takes other certificates (`key`, `cert`, `ca`) for new connections. */
  renewTls(options: SecureContextOptions): void;
  /**
   * Stops accepting, after the `notice` if there is one; lets calls under way finish for up to `grace` ms (default
   * 10,000), then closes. Calls that still come are answered UNAVAILABLE, with `details: { retryAfter: 0 }`: they were
   * not begun. May be called again to shorten either.
   */
  close(options?: ServerCloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server of a service. Throws a TypeError at once when a declared method has no handler. */
export function makeServer<S extends Service, O extends ServerOptions = ServerOptions>(
  service: S,
  handler: HandlerFor<NoInfer<S>, O>,
  options?: O,
): Server;
export function makeServer(service: Service, handler: object, options: ServerOptions = {}): Server {
  checkOptions('makeServer', options, [
    'partial',
    'exposeErrors',
    'onError',
    'limits',
    'timeout',
    'concurrency',
    'shedding',
    'connections',
    'interceptors',
    'propagate',
    'tls',
    'sasl',
    'http',
  ]);
  return new ThriftServer(options).add(service, handler, { partial: options.partial ?? false });
}

class ThriftServer implements Server {
  readonly #routes = new Routes();
  readonly #settings: ServingSettings;
  readonly #listeners = new Set<NetServer>();
  readonly #receptions = new Set<Reception>();
  readonly #guests = new Guests();
  readonly #doorkeeper: Doorkeeper;
  readonly #services: Service[] = [];
  readonly #view: ServerView;
  readonly #noticed: Deferred = deferred();
  #isClosing = false;
  #closing: Promise<void> | undefined;
  #tls: ServerTlsOptions | undefined;

  constructor(options: ServerOptions) {
    const { exposeErrors = false, onError = logError, limits, tls, sasl, http } = options;
    const { timeout = Number.POSITIVE_INFINITY, interceptors, propagate = false } = options;
    const report: Report = async (error, context) => {
      if (context.method === undefined) tellConnectionRefused(context.peer, error);
      try {
        await onError(error, context);
      } catch (failure) {
        logError(failure, context);
      }
    };
    const connections = connectionRules(options.connections);
    this.#doorkeeper = new Doorkeeper(connections, report);
    this.#settings = {
      routes: this.#routes,
      limits: withLimits(limits),
      sasl: checkSasl(sasl),
      http: new HttpRules(http),
      timeout: checkMs('timeout', timeout),
      admission: Admission.of(options),
      connections,
      dropped: new Digest(report),
      serve: serveWith(checkInterceptors(interceptors), propagate),
      exposeErrors,
      onError: report,
    };
    this.#tls = tls;
    const isClosing = () => this.#isClosing;
    this.#view = Object.freeze({
      services: this.#services,
      get isClosing() {
        return isClosing();
      },
    });
  }

  renewTls(options: SecureContextOptions): void {
    if (this.#tls === undefined) throw new TypeError('renewTls: the server was made without tls');
    this.#tls = { ...this.#tls, ...options };
    for (const reception of this.#receptions) reception.renewTls(this.#tls);
  }

  add(given: Service | ServicePackage, ownHandler?: object, options: ServiceOptions = {}): Server {
    if (ownHandler === undefined && isPackage(given)) {
      const { service, handler, exempt = false } = given;
      return this.#add(service, typeof handler === 'function' ? handler(this.#view) : handler, false, exempt);
    }
    checkOptions('add', options, ['partial']);
    return this.#add(given as Service, ownHandler as object, options.partial ?? false, false);
  }

  #add(service: Service, handler: object, partial: boolean, isExempt: boolean): Server {
    this.#routes.add(serviceDescriptor(service), handler, partial, isExempt);
    this.#services.push(service);
    return this;
  }

  listen(address: ListenAddress): Promise<TcpAddress>;
  listen(address: UnixAddress): Promise<UnixAddress>;
  listen(address: Address): Promise<SocketAddress>;
  async listen(address: Address | ListenAddress): Promise<SocketAddress> {
    if (this.#closing !== undefined) throw new TypeError('the server was closed');
    const wanted = parseAddress(withLocalHost(address));
    const reception = new Reception(addressText(wanted), this.#settings, this.#guests, this.#tls);
    const listener = createServer({ noDelay: true, keepAlive: true }, socket => {
      if (this.#doorkeeper.admits(socket)) reception.admit(socket);
    });
    if ('path' in wanted) await removeStaleSocket(wanted.path);
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject).listen(wanted, () => {
        listener.removeListener('error', reject);
        // What goes wrong in accepting one client must not end the process.
        listener.on('error', error => this.#settings.onError(error, { peer: addressText(wanted) }));
        resolve();
      });
    });
    if (this.#closing !== undefined) {
      listener.close();
      throw new TypeError('the server was closed');
    }
    this.#settings.admission?.start();
    this.#listeners.add(listener);
    this.#receptions.add(reception);
    if ('path' in wanted) return wanted;
    const { address: host, port } = listener.address() as AddressInfo;
    return { host, port };
  }

  serve(stream: Duplex, peer = 'stream'): void {
    if (this.#closing !== undefined) throw new TypeError('the server was closed');
    const reception = new Reception(peer, this.#settings, this.#guests, this.#tls);
    this.#settings.admission?.start();
    reception.admit(stream);
  }

  async close({ grace = defaultGrace, notice = 0 }: ServerCloseOptions = {}): Promise<void> {
    checkMs('grace', grace);
    checkMs('notice', notice);
    this.#isClosing = true;
    if (notice > 0) this.#guests.announce();
    if (notice > 0) await within(notice, this.#noticed.promise);
    this.#noticed.resolve();
    this.#closing ??= this.#close();
    const timer = startTimer(grace, () => this.#guests.destroy());
    await this.#closing;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const closed = Array.from(this.#listeners, listener => new Promise(resolve => listener.close(resolve)));
    await this.#guests.drain();
    await Promise.all(closed);
    this.#settings.admission?.stop();
  }
}

function isPackage(given: unknown): given is ServicePackage {
  return typeof given === 'object' && given !== null && 'service' in given;
}

function logError(error: unknown, { peer, method }: ErrorContext): void {
  console.error(`livethrift: ${method ?? 'connection'} (${peer}):`, error);
}

function checkSasl(sasl: SaslSettings | undefined): SaslSettings | undefined {
  if (sasl === undefined) return undefined;
  checkOptions('sasl', sasl, ['mechanisms', 'optional']);
  if (!Array.isArray(sasl.mechanisms) || sasl.mechanisms.length === 0) {
    throw new TypeError('sasl.mechanisms: expected at least one, such as [saslPlainServer(check)]');
  }
  return sasl;
}

function withLocalHost(address: Address | ListenAddress): Address {
  if (typeof address !== 'object' || address === null || address instanceof URL || 'path' in address) {
    return address;
  }
  return { host: address.host ?? '127.0.0.1', port: address.port };
}
