import type { Agent } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { type Limits, withLimits } from './limits.ts';
import { checkOptions } from './options.ts';
import type { ProtocolName } from './protocol/protocol.ts';
import {
  type Address,
  addressText,
  isSecure,
  parseAddress,
  parseWebAddress,
  type WebAddress,
} from './rpc/address.ts';
import type { Channel } from './rpc/channel.ts';
import { socketDial } from './rpc/channels/dial.ts';
import { HttpChannel } from './rpc/channels/http/channel.ts';
import { ReconnectingChannel } from './rpc/channels/reconnecting.ts';
import { webSocketDial } from './rpc/channels/websocket.ts';
import { dialects } from './rpc/dialect.ts';
import { type Headers, noHeaders } from './transport/envelope.ts';
import type { TransportName } from './transport/transport.ts';
import { transports } from './transport/transports.ts';

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
   * What goes with each call, where the transport has headers or the address begins with `http`; with the handshake,
   * where it begins with `ws`. A function is asked anew each time, and may promise them for `http` and `ws`.
   */
  readonly headers?: HeadersOption;
  /** Of an address that begins with `http`. */
  readonly http?: HttpOptions;
  /**
   * Encrypts the connection; `thrifts://host:port` does so too. `true`, or options of `node:tls`: `ca`, `cert` and
   * `key` of the client, `servername`. The server's certificate is checked against the host's name.
   */
  readonly tls?: boolean | ConnectionOptions;
  readonly limits?: Partial<Limits>;
}

/** Headers by name, or what gives them. */
export type HeadersOption = HeaderTexts | (() => HeaderTexts | Promise<HeaderTexts>);

type HeaderTexts = Readonly<Record<string, string>>;

/** How calls are POSTed. */
export interface HttpOptions {
  /** Makes the connections: a proxy's, or one with limits of its own. Default: one that keeps them alive. */
  readonly agent?: Agent;
  /** Keeps the cookies that the server sets, and sends them back. Default: false. */
  readonly cookies?: boolean;
}

export const channelOptions: readonly string[] = [
  'protocol',
  'transport',
  'headers',
  'tls',
  'limits',
  'http',
];

/** A channel that several clients share. It connects when first used, and again when the connection was lost. */
export function connect(address: Address, options: ChannelOptions = {}): Channel {
  checkOptions('connect', options, channelOptions);
  return openChannel(address, options);
}

/** The same for options that were checked. Throws a TypeError for values that make no sense. */
export function openChannel(address: Address, options: ChannelOptions): Channel {
  const { protocol = 'binary', transport = 'buffered', tls = isSecure(address), headers, limits } = options;
  const web = parseWebAddress(address);
  checkOneOf('protocol', protocol, Object.keys(dialects));
  checkOneOf('transport', transport, Object.keys(transports));
  if (typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls: expected true or an object of options, got ${String(tls)}`);
  }
  if (web !== undefined) return openWeb(web, protocol, transport, options);
  if (options.http !== undefined) throw new TypeError("http: the address does not begin with 'http'");
  if (transport === 'ttheader' && protocol !== 'binary') {
    throw new TypeError(`protocol: Kitex speaks nothing but binary in TTHeader, got '${protocol}'`);
  }
  if (headers !== undefined && !transports[transport].hasHeaders) {
    throw new TypeError(`headers: the transport '${transport}' has none; try { transport: 'header' }`);
  }
  const target = parseAddress(address);
  const dial = socketDial(target, tls === false ? undefined : tls === true ? {} : tls);
  return new ReconnectingChannel(addressText(target), dial, {
    dialect: dialects[protocol],
    transport: transports[transport],
    headers: atOnce(headersOf(headers)),
    zlib: false,
    limits: withLimits(limits),
  });
}

function openWeb(
  address: WebAddress,
  protocol: ProtocolName,
  transport: TransportName,
  options: ChannelOptions,
): Channel {
  const isHttp = address.kind === 'http';
  const { agent, cookies = false } = checkHttp(isHttp, options.http);
  const tls = webTls(address, options.tls);
  if (transport !== 'buffered' && (isHttp || transport !== 'framed')) {
    const known = isHttp ? "'buffered'" : "'buffered' or 'framed'";
    throw new TypeError(`transport: over ${address.url.protocol}// it is ${known}, got '${transport}'`);
  }
  const limits = withLimits(options.limits);
  const [dialect, headers] = [dialects[protocol], headersOf(options.headers)];
  if (isHttp) return new HttpChannel(address, { dialect, limits, headers, tls, agent, cookies });
  const text = textProtocols.has(protocol);
  const dial = webSocketDial(address, { headers, tls, maxPayload: limits.message, text });
  return new ReconnectingChannel(address.text, dial, {
    dialect,
    transport: transports[transport],
    headers: () => noHeaders,
    zlib: false,
    limits,
  });
}

/** Protocols whose messages are text, which a WebSocket sends otherwise than bytes. */
const textProtocols: ReadonlySet<string> = new Set(['json']);

function checkHttp(isHttp: boolean, options: HttpOptions | undefined): HttpOptions {
  if (options === undefined) return {};
  if (!isHttp) throw new TypeError("http: the address does not begin with 'http'");
  checkOptions('http', options, ['agent', 'cookies']);
  return options;
}

function webTls(
  { isSecure, url }: WebAddress,
  tls: boolean | ConnectionOptions | undefined,
): ConnectionOptions {
  if (tls === undefined || tls === isSecure) return {};
  if (typeof tls === 'object' && isSecure) return tls;
  const other = isSecure
    ? 'is always encrypted'
    : `is not encrypted; try ${url.protocol.replace(':', 's:')}//`;
  throw new TypeError(`tls: an address with ${url.protocol}// ${other}`);
}

function checkOneOf(what: string, given: string, known: readonly string[]): void {
  if (known.includes(given)) return;
  throw new TypeError(
    `${what}: expected one of ${known.map(name => `'${name}'`).join(', ')}; got '${String(given)}'`,
  );
}

function headersOf(option: HeadersOption | undefined): () => Headers | Promise<Headers> {
  if (option === undefined) return () => noHeaders;
  if (typeof option === 'function') {
    return () => {
      const given = option();
      return given instanceof Promise ? given.then(checkHeaders) : checkHeaders(given);
    };
  }
  const fixed = checkHeaders(option);
  return () => fixed;
}

/** The headers of a call that is written at once, and so cannot wait for them. */
function atOnce(headers: () => Headers | Promise<Headers>): () => Headers {
  return () => {
    const given = headers();
    if (!(given instanceof Promise)) return given;
    given.catch(() => {
      // What is refused is that it is promised.
    });
    throw new TypeError('headers: they are promised, which only addresses with http:// and ws:// wait for');
  };
}

function checkHeaders(headers: Readonly<Record<string, string>>): Headers {
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(`headers: expected an object of texts by name, got ${String(headers)}`);
  }
  const entries = Object.entries(headers);
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new TypeError(`headers.${name}: expected a text, got ${String(value)}`);
  }
  return new Map(entries);
}
