import { withLimits } from '../limits.ts';
import { checkOptions } from '../options.ts';
import {
  type Address,
  addressText,
  isProcess,
  isSecure,
  type ProcessAddress,
  parseAddress,
  parseWebAddress,
} from '../rpc/address.ts';
import type { Endpoint } from '../rpc/balance/resolver.ts';
import type { Channel } from '../rpc/channel.ts';
import { socketDial } from '../rpc/channels/dial.ts';
import type { Dial } from '../rpc/channels/link.ts';
import { processDial } from '../rpc/channels/process.ts';
import { ReconnectingChannel } from '../rpc/channels/reconnecting.ts';
import { dialects } from '../rpc/dialect.ts';
import { saslFramed } from '../transport/sasl/transport.ts';
import { transports } from '../transport/transports.ts';
import { openBalanced, resolverOf, type Targets } from './balance.ts';
import { poolOf } from './connections.ts';
import { atOnce, headersOf } from './headers.ts';
import { isUnidentified } from './identity.ts';
import { keepaliveOf } from './keepalive.ts';
import { type ChannelOptions, channelOptions, checkOneOf } from './options.ts';
import { openWeb } from './web.ts';

/**
 * Whom to connect to: the address of a server, or a program that serves over its standard input and output. Or several
 * servers of the same services, among which calls are shared out: a list of addresses, `dns:///host:port`, or a resolver.
 */
export type Target = Address | ProcessAddress | Targets;

/** A channel that several clients share. It connects when first used, and again when the connection was lost. */
export function connect(target: Target, options: ChannelOptions = {}): Channel {
  checkOptions('connect', options, channelOptions);
  return openChannel(target, options);
}

/** The same for options that were checked. Throws a TypeError for values that make no sense. */
export function openChannel(target: Target, options: ChannelOptions): Channel {
  const resolver = resolverOf(target);
  if (resolver !== undefined) {
    const { balance: _, ...others } = options;
    const open = ({ address, serverName }: Endpoint) => openOne(address, others, serverName);
    return openBalanced(resolver, options, open);
  }
  if (options.balance !== undefined) {
    const known = "['host:port', 'host:port'], 'dns:///host:port' or a resolver";
    throw new TypeError(`balance: there is one server only; several are given as ${known}`);
  }
  return openOne(target as Address | ProcessAddress, options);
}

/** A channel to one server. `serverName` is what its certificate is checked against in the place of its host. */
function openOne(target: Address | ProcessAddress, given: ChannelOptions, serverName?: string): Channel {
  const options = serverName === undefined ? given : withServerName(target, given, serverName);
  const {
    protocol = 'binary',
    transport = 'buffered',
    zlib = false,
    sasl,
    headers,
    limits,
    keepalive,
  } = options;
  checkOneOf('protocol', protocol, Object.keys(dialects));
  checkOneOf('transport', transport, Object.keys(transports));
  const { tls } = options;
  if (tls !== undefined && typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError(`tls: expected true or an object of options, got ${String(tls)}`);
  }
  if (typeof zlib !== 'boolean') throw new TypeError(`zlib: expected true or false, got ${String(zlib)}`);
  const web = isProcess(target) ? undefined : parseWebAddress(target);
  if (web !== undefined) return openWeb(web, options);
  checkTogether(options);
  const [peer, dial] = isProcess(target) ? dialProcess(target, options) : dialAddress(target, options);
  // Another connection to a program would be another program; and SASL has frames of its own.
  const carriesStreams = !isProcess(target) && sasl === undefined;
  const settings = {
    dialect: dialects[protocol],
    transport: sasl === undefined ? transports[transport] : saslFramed,
    headers: atOnce(headersOf(headers)),
    zlib: zlib && transport === 'header',
    limits: withLimits(limits),
    isUnidentified: !isProcess(target) && isUnidentified(tls ?? isSecure(target)),
    ...keepaliveOf(keepalive, dialects[protocol], carriesStreams),
  };
  const pool = isProcess(target) ? poolOf(options, 1) : poolOf(options);
  return new ReconnectingChannel(peer, dial, settings, pool, carriesStreams);
}

/** For servers whose addresses are not what they are called: the name stands behind what the options say. */
function withServerName(target: Target, options: ChannelOptions, servername: string): ChannelOptions {
  const { tls = /^(thrifts|https|wss):/i.test(String(target)) } = options;
  return tls === false ? options : { ...options, tls: { servername, ...(tls === true ? {} : tls) } };
}

function dialAddress(address: Address, options: ChannelOptions): [string, Dial] {
  const { tls = isSecure(address), sasl, zlib = false, transport } = options;
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
function checkTogether(options: ChannelOptions): void {
  const { protocol = 'binary', transport = 'buffered', headers, sasl, zlib, http } = options;
  if (http !== undefined) throw new TypeError("http: the address does not begin with 'http' or 'ws'");
  if (transport === 'ttheader' && protocol !== 'binary') {
    throw new TypeError(`protocol: Kitex speaks nothing but binary in TTHeader, got '${protocol}'`);
  }
  if (headers !== undefined && !transports[transport].hasHeaders) {
    throw new TypeError(`headers: the transport '${transport}' has none; try { transport: 'header' }`);
  }
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
