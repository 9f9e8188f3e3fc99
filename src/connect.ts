import type { ConnectionOptions } from 'node:tls';
import { type Limits, withLimits } from './limits.ts';
import { checkOptions } from './options.ts';
import type { ProtocolName } from './protocol/protocol.ts';
import {
  type Address,
  addressText,
  isProcess,
  isSecure,
  type ProcessAddress,
  parseAddress,
} from './rpc/address.ts';
import type { Channel } from './rpc/channel.ts';
import { socketDial } from './rpc/channels/dial.ts';
import type { Dial } from './rpc/channels/link.ts';
import { processDial } from './rpc/channels/process.ts';
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

/** Whom to connect to: the address of a server, or a program that serves over its standard input and output. */
export type Target = Address | ProcessAddress;

/** A channel that several clients share. It connects when first used, and again when the connection was lost. */
export function connect(target: Target, options: ChannelOptions = {}): Channel {
  checkOptions('connect', options, channelOptions);
  return openChannel(target, options);
}

/** The same for options that were checked. Throws a TypeError for values that make no sense. */
export function openChannel(target: Target, options: ChannelOptions): Channel {
  const { protocol = 'binary', transport = 'buffered', zlib = false, sasl, headers, limits } = options;
  checkOneOf('protocol', protocol, Object.keys(dialects));
  checkOneOf('transport', transport, Object.keys(transports));
  checkTogether(options);
  const [peer, dial] = isProcess(target) ? dialProcess(target, options) : dialAddress(target, options);
  return new ReconnectingChannel(peer, dial, {
    dialect: dialects[protocol],
    transport: sasl === undefined ? transports[transport] : saslFramed,
    headers: headersOf(headers),
    zlib: zlib && transport === 'header',
    limits: withLimits(limits),
  });
}

function dialAddress(address: Address, options: ChannelOptions): [string, Dial] {
  const { tls = isSecure(address), sasl, zlib = false, transport } = options;
  if (typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls: expected true or an object of options, got ${String(tls)}`);
  }
  const socket = parseAddress(address);
  const dial = socketDial(socket, {
    ...(tls === false ? {} : { tls: tls === true ? {} : tls }),
    ...(sasl === undefined ? {} : { sasl }),
    zlib: zlib && transport !== 'header',
  });
  return [addressText(socket), dial];
}

function dialProcess(address: ProcessAddress, options: ChannelOptions): [string, Dial] {
  checkOptions('the address', address, ['command', 'args', 'cwd', 'env']);
  for (const name of ['tls', 'sasl', 'zlib'] as const) {
    if (options[name] !== undefined) throw new TypeError(`${name}: a subprocess is spoken to without`);
  }
  return [`process:${address.command}`, processDial(address)];
}

/** What does not go with what. */
function checkTogether({
  protocol,
  transport = 'buffered',
  headers,
  sasl,
  zlib = false,
}: ChannelOptions): void {
  if (transport === 'ttheader' && (protocol ?? 'binary') !== 'binary') {
    throw new TypeError(`protocol: Kitex speaks nothing but binary in TTHeader, got '${protocol}'`);
  }
  if (headers !== undefined && !transports[transport].hasHeaders) {
    throw new TypeError(`headers: the transport '${transport}' has none; try { transport: 'header' }`);
  }
  if (typeof zlib !== 'boolean') throw new TypeError(`zlib: expected true or false, got ${String(zlib)}`);
  if (zlib && transport === 'ttheader') throw new TypeError('zlib: Kitex knows no compression in TTHeader');
  if (sasl === undefined) return;
  if (typeof sasl?.begin !== 'function') {
    const text = `expected a mechanism such as saslPlain('user', 'password'), got ${String(sasl)}`;
    throw new TypeError(`sasl: ${text}`);
  }
  if (transport !== 'buffered' || zlib) {
    const other = zlib ? 'zlib' : `transport: '${transport}'`;
    throw new TypeError(`sasl: it has frames of its own, ${other} does not go with it`);
  }
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
