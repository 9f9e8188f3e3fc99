import type { Agent } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import type { Limits } from '../limits.ts';
import type { ProtocolName } from '../protocol/protocol.ts';
import type { OutlierOptions } from '../rpc/balance/outlier.ts';
import type { PolicyName } from '../rpc/balance/policies/policies.ts';
import type { SaslMechanism } from '../transport/sasl/mechanism.ts';
import type { TransportName } from '../transport/transport.ts';
import type { ConnectionsOptions, ReconnectOptions } from './connections.ts';
import type { KeepaliveOptions } from './keepalive.ts';

/** How a channel speaks. The defaults are what thriftpy2 and npm's thrift speak. */
export interface ChannelOptions {
  /** Default: `binary`. */
  readonly protocol?: ProtocolName;
  /**
   * `buffered` (default): messages one behind the other; `framed`: each behind its length; `header`: with headers, as
   * Apache's THeader and fbthrift have them; `ttheader`: as Kitex has them, in binary only.
   */
  readonly transport?: TransportName;
  /**
   * What goes with each call, where the transport has headers, or over HTTP; with the handshake of a WebSocket. A
   * function is asked anew each time; over HTTP and for a WebSocket it may promise them.
   */
  readonly headers?: HeadersOption;
  /**
   * Encrypts the connection; `thrifts://host:port` does so too. `true`, or options of `node:tls`: `ca`, `cert` and
   * `key` of the client, `servername`. The server's certificate is checked against the host's name.
   */
  readonly tls?: boolean | ConnectionOptions;
  /** Says who the client is before anything else, as Hive, Impala and HBase ask for: `saslPlain('user', 'password')`. */
  readonly sasl?: SaslMechanism;
  /**
   * Compresses: with `header` each message, else all in one stream each way (Apache's TZlibTransport). Only peers that
   * have it understand this.
   */
  readonly zlib?: boolean;
  readonly limits?: Partial<Limits>;
  /**
   * Asks silent servers whether they live: where there are streams always, else with a service to ask. Not for `http`.
   */
  readonly keepalive?: KeepaliveOptions;
  /** How many connections there are, and for how long. Not for `http`, where each is its agent's. */
  readonly connections?: ConnectionsOptions;
  /** How soon one that could not be made is tried again. Not for `http`. */
  readonly reconnect?: ReconnectOptions;
  /** For addresses that begin with `http` or `ws`. */
  readonly http?: HttpOptions;
  /** How calls are shared out among several servers: a policy's name, or more. */
  readonly balance?: PolicyName | BalanceOptions;
}

/** Headers by name, or what gives them. */
export type HeadersOption = HeaderTexts | (() => HeaderTexts | Promise<HeaderTexts>);

export type HeaderTexts = Readonly<Record<string, string>>;

/** How calls are shared out among several servers. */
export interface BalanceOptions {
  /** Default: `least-pending`. */
  readonly policy?: PolicyName;
  /** When a server that answers badly is passed over for a while; `false` for never. */
  readonly outlier?: OutlierOptions | false;
  /** ms for an attempt to connect to one server, before another is tried. Default: 5000. */
  readonly connectTimeout?: number;
}

/** How calls are POSTed, and WebSockets asked for. */
export interface HttpOptions {
  /** Makes the connections: a proxy's, or one with limits of its own. Default: one that keeps them alive. Not for `ws`. */
  readonly agent?: Agent;
  /** Keeps the cookies that the server sets, and sends them back. Default: false. Not for `ws`. */
  readonly cookies?: boolean;
  /** The path of a Unix socket that is connected to, in the place of the URL's host. */
  readonly socketPath?: string;
}

export const channelOptions: readonly string[] = [
  'protocol',
  'transport',
  'headers',
  'tls',
  'sasl',
  'zlib',
  'limits',
  'connections',
  'keepalive',
  'reconnect',
  'http',
  'balance',
];

/** A TypeError for what is none of the `known`. */
export function checkOneOf(what: string, given: string, known: readonly string[]): void {
  if (known.includes(given)) return;
  throw new TypeError(
    `${what}: expected one of ${known.map(name => `'${name}'`).join(', ')}; got '${String(given)}'`,
  );
}
