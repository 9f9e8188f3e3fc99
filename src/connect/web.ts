import type { ConnectionOptions } from 'node:tls';
import { withLimits } from '../limits.ts';
import { checkOptions } from '../options.ts';
import type { WebAddress } from '../rpc/address.ts';
import type { Channel } from '../rpc/channel.ts';
import { HttpChannel } from '../rpc/channels/http/channel.ts';
import { ReconnectingChannel } from '../rpc/channels/reconnecting.ts';
import { webSocketDial } from '../rpc/channels/websocket.ts';
import { dialects } from '../rpc/dialect.ts';
import { noHeaders } from '../transport/envelope.ts';
import { transports } from '../transport/transports.ts';
import { poolOf } from './connections.ts';
import { headersOf } from './headers.ts';
import { isUnidentified } from './identity.ts';
import { keepaliveOf } from './keepalive.ts';
import type { ChannelOptions, HttpOptions } from './options.ts';

/** A channel over HTTP or WebSocket. Throws a TypeError for options that do not go with it. */
export function openWeb(address: WebAddress, options: ChannelOptions): Channel {
  const { protocol = 'binary', transport = 'buffered', sasl, zlib, keepalive } = options;
  const isHttp = address.kind === 'http';
  const { agent, cookies = false, socketPath } = checkHttp(address, options.http);
  const tls = webTls(address, options.tls);
  if (transport !== 'buffered' && (isHttp || transport !== 'framed')) {
    const known = isHttp ? "'buffered'" : "'buffered' or 'framed'";
    throw new TypeError(`transport: over ${address.url.protocol}// it is ${known}, got '${transport}'`);
  }
  if (sasl !== undefined || zlib === true) {
    throw new TypeError(`${zlib ? 'zlib' : 'sasl'}: ${address.url.protocol}// goes without`);
  }
  for (const name of ['connections', 'reconnect', 'keepalive'] as const) {
    if (isHttp && options[name] !== undefined)
      throw new TypeError(`${name}: over ${address.url.protocol}// try { http: { agent } }, whose they are`);
  }
  const limits = withLimits(options.limits);
  const [dialect, headers] = [dialects[protocol], headersOf(options.headers)];
  if (isHttp) return new HttpChannel(address, { dialect, limits, headers, tls, agent, cookies, socketPath });
  // A frame's length is no text.
  const text = protocol === 'json' && transport === 'buffered';
  const pool = poolOf(options);
  const dial = webSocketDial(address, { headers, tls, socketPath, maxPayload: limits.message, text });
  const settings = {
    dialect,
    transport: transports[transport],
    headers: () => noHeaders,
    zlib: false,
    isUnidentified: address.isSecure && isUnidentified(tls),
    limits,
    ...keepaliveOf(keepalive, dialect, !text),
  };
  // The frames of streams are no text.
  return new ReconnectingChannel(address.text, dial, settings, pool, !text);
}

function checkHttp({ kind, url }: WebAddress, options: HttpOptions | undefined): HttpOptions {
  if (options === undefined) return {};
  checkOptions('http', options, ['agent', 'cookies', 'socketPath']);
  for (const name of ['agent', 'cookies'] as const) {
    if (kind === 'websocket' && options[name] !== undefined)
      throw new TypeError(`http.${name}: not for ${url.protocol}//`);
  }
  const { agent, cookies = false, socketPath } = options;
  if (agent !== undefined && typeof agent.createConnection !== 'function') {
    throw new TypeError(`http.agent: expected an Agent of node:http or node:https, got ${String(agent)}`);
  }
  if (typeof cookies !== 'boolean') {
    throw new TypeError(`http.cookies: expected true or false, got ${String(cookies)}`);
  }
  if (socketPath !== undefined && (typeof socketPath !== 'string' || socketPath === '')) {
    throw new TypeError(`http.socketPath: expected the path of a Unix socket, got ${String(socketPath)}`);
  }
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
