import type { ConnectionOptions } from 'node:tls';
import { type Limits, withLimits } from './limits.ts';
import { checkOptions } from './options.ts';
import type { ProtocolName } from './protocol/protocol.ts';
import { type Address, addressText, isSecure, parseAddress } from './rpc/address.ts';
import type { Channel } from './rpc/channel.ts';
import { socketDial } from './rpc/channels/dial.ts';
import { ReconnectingChannel } from './rpc/channels/reconnecting.ts';
import { dialects } from './rpc/dialect.ts';
import { type Headers, noHeaders } from './transport/envelope.ts';
import type { SaslMechanism } from './transport/sasl/mechanism.ts';
import { saslFramed } from './transport/sasl/transport.ts';
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
  /** What goes with each call, where the transport has headers. A function is asked anew for each call. */
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
}

/** Headers by name, or what gives them. */
export type HeadersOption = Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);

export const channelOptions: readonly string[] = [
  'protocol',
  'transport',
  'headers',
  'tls',
  'sasl',
  'zlib',
  'limits',
];

/** A channel that several clients share. It connects when first used, and again when the connection was lost. */
export function connect(address: Address, options: ChannelOptions = {}): Channel {
  checkOptions('connect', options, channelOptions);
  return openChannel(address, options);
}

/** The same for options that were checked. Throws a TypeError for values that make no sense. */
export function openChannel(address: Address, options: ChannelOptions): Channel {
  const { protocol = 'binary', transport = 'buffered', tls = isSecure(address), zlib = false } = options;
  const { headers, sasl, limits } = options;
  checkOneOf('protocol', protocol, Object.keys(dialects));
  checkOneOf('transport', transport, Object.keys(transports));
  if (typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls: expected true or an object of options, got ${String(tls)}`);
  }
  if (transport === 'ttheader' && protocol !== 'binary') {
    throw new TypeError(`protocol: Kitex speaks nothing but binary in TTHeader, got '${protocol}'`);
  }
  if (headers !== undefined && !transports[transport].hasHeaders) {
    throw new TypeError(`headers: the transport '${transport}' has none; try { transport: 'header' }`);
  }
  if (sasl !== undefined && typeof sasl?.begin !== 'function') {
    throw new TypeError(
      `sasl: expected a mechanism such as saslPlain('user', 'password'), got ${String(sasl)}`,
    );
  }
  if (sasl !== undefined && (transport !== 'buffered' || zlib)) {
    const other = zlib ? 'zlib' : `transport: '${transport}'`;
    throw new TypeError(`sasl: it has frames of its own, ${other} does not go with it`);
  }
  if (typeof zlib !== 'boolean') throw new TypeError(`zlib: expected true or false, got ${String(zlib)}`);
  if (zlib && transport === 'ttheader') throw new TypeError('zlib: Kitex knows no compression in TTHeader');
  const target = parseAddress(address);
  const compressesMessages = zlib && transport === 'header';
  const dial = socketDial(target, {
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
    ...(sasl === undefined ? {} : { sasl }),
    zlib: zlib && !compressesMessages,
  });
  return new ReconnectingChannel(addressText(target), dial, {
    dialect: dialects[protocol],
    transport: sasl === undefined ? transports[transport] : saslFramed,
    headers: headersOf(headers),
    zlib: compressesMessages,
    limits: withLimits(limits),
  });
}

function checkOneOf(what: string, given: string, known: readonly string[]): void {
  if (known.includes(given)) return;
  throw new TypeError(
    `${what}: expected one of ${known.map(name => `'${name}'`).join(', ')}; got '${String(given)}'`,
  );
}

function headersOf(option: HeadersOption | undefined): () => Headers {
  if (option === undefined) return () => noHeaders;
  if (typeof option === 'function') return () => checkHeaders(option());
  const fixed = checkHeaders(option);
  return () => fixed;
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
