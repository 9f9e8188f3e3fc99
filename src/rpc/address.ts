import { unescape as percentDecode } from 'node:querystring';
import { fileURLToPath } from 'node:url';

export interface TcpAddress {
  /** A host name, or an IP address of either family. */
  readonly host: string;
  readonly port: number;
}

/** A Unix domain socket. */
export interface UnixAddress {
  readonly path: string;
}

/** A program to be started, which speaks over its standard input and output. */
export interface ProcessAddress {
  /** Its name or path; no shell reads it. */
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Over this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a server listens. */
export type SocketAddress = TcpAddress | UnixAddress;

/**
 * What names a server: what `listen` returned, `host:port`, `thrift://host:port`, `unix:/path`, or the URL of one that
 * is reached over HTTP or WebSocket: `http://host:port/path`, `wss://host/path`.
 */
export type Address = SocketAddress | string | URL;

/** The port of an address that names none: Thrift's customary one. */
const DEFAULT_PORT = 9090;

export function isProcess(address: unknown): address is ProcessAddress {
  return typeof address === 'object' && address !== null && 'command' in address;
}

/** A server that is reached over HTTP or WebSocket. */
export interface WebAddress {
  readonly url: URL;
  readonly kind: 'http' | 'websocket';
  readonly isSecure: boolean;
  /** As errors name it: without what is secret in it. */
  readonly text: string;
  /** From the user and the password in the URL (RFC 7617). */
  readonly authorization: string | undefined;
}

/** Reads the URL of a server over HTTP or WebSocket; undefined for an address of any other kind. */
export function parseWebAddress(address: Address): WebAddress | undefined {
  const match = /^(http|ws)(s?):\/\//i.exec(String(address));
  if (match === null) return undefined;
  if (!URL.canParse(String(address))) throw invalid(address);
  const url = new URL(String(address));
  const { username, password, protocol, host, pathname } = url;
  url.username = url.password = url.hash = '';
  const credentials = percentDecode(`${username}:${password}`);
  return {
    url,
    kind: match[1]!.toLowerCase() === 'ws' ? 'websocket' : 'http',
    isSecure: match[2] !== '',
    text: `${protocol}//${host}${pathname}`,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

/** Reads the address of a socket. Throws a TypeError that says what was expected. */
export function parseAddress(address: Address): SocketAddress {
  if (address instanceof URL) return parseUrl(address);
  if (typeof address === 'string') return parseText(address);
  if (typeof address === 'object' && address !== null) {
    if ('path' in address && typeof address.path === 'string' && address.path !== '')
      return { path: address.path };
    if ('port' in address)
      return { host: checkHost(address.host ?? 'localhost'), port: checkPort(address.port) };
  }
  throw invalid(address);
}

/** True for `thrifts://host:port`: a client of that address speaks TLS. */
export function isSecure(address: Address): boolean {
  return /^thrifts:/i.test(String(address));
}

/** `127.0.0.1:9000`, `[::1]:9000`, `unix:/run/s.sock`. */
export function addressText(address: SocketAddress): string {
  if ('path' in address) return `unix:${address.path}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

function parseText(text: string): SocketAddress {
  const path = /^unix:(?:\/\/(?=\/))?(.+)/s.exec(text)?.[1];
  if (path !== undefined) return { path };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw invalid(text);
    return parseUrl(new URL(text));
  }
  // A bare number is a port that misses its host, though it could be read as an IP address.
  const match = /^(?:\[([^\]]+)\]|((?!\d+$)[^:/\s]+))(?::(\d+))?$/.exec(text);
  if (match === null) throw invalid(text);
  const port = match[3] === undefined ? DEFAULT_PORT : checkPort(Number(match[3]));
  return { host: (match[1] ?? match[2])!, port };
}

function parseUrl(url: URL): SocketAddress {
  if (url.protocol === 'unix:' && url.pathname !== '') return { path: decodeURIComponent(url.pathname) };
  if (url.protocol === 'file:') return { path: fileURLToPath(url) };
  if (/^(http|ws)s?:$/.test(url.protocol)) {
    const text = 'a server listens on a host and a port, and serves HTTP and WebSocket there beside all else';
    throw new TypeError(`${url}: ${text}`);
  }
  if (url.protocol !== 'thrift:' && url.protocol !== 'thrifts:') {
    const known = 'thrift://, thrifts://, unix:, http://, https://, ws:// or wss://';
    throw new TypeError(`${url}: addresses begin with ${known}; "${url.protocol}" is not supported`);
  }
  if (!['', '/'].includes(url.pathname)) throw invalid(url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host: checkHost(host), port: url.port === '' ? DEFAULT_PORT : Number(url.port) };
}

function checkHost(host: unknown): string {
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`host: expected a name or an IP address, got ${String(host)}`);
  return host;
}

function checkPort(port: unknown): number {
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) {
    throw new TypeError(`port: expected 0 to 65535, got ${String(port)}`);
  }
  return port as number;
}

function invalid(address: unknown): TypeError {
  const text = typeof address === 'string' ? JSON.stringify(address) : String(address);
  return new TypeError(
    `${text} is no address; expected 'host:port', { host, port }, { path }, 'thrift://host:port', 'unix:/path' or 'http://host:port/path'`,
  );
}
