import { addressText, parseAddress, type SocketAddress, type TcpAddress } from '../rpc/address.ts';
import type { Endpoint } from '../rpc/balance/resolver.ts';

/** Bytes of a value: a server writes a few hundred, and both registries take a megabyte. */
const LONGEST = 65_536;
/** As in DNS; a zone of IPv6 is shorter. */
const LONGEST_HOST = 255;
/** What Kitex gives a server that says no weight of its own. */
const KITEX_WEIGHT = 10;

/** A server as a registry knows it. */
export interface Instance extends Endpoint {
  readonly address: TcpAddress;
}

/**
 * Reads what a server wrote about itself: JSON as Kitex's registries write it (registry-etcd; registry-zookeeper,
 * where the name ends with the address), a member of a server set as Finagle writes it, or `host:port`. `name` is
 * the key or the path that the value is at; `endpoint` is one of a member's additional endpoints. None for a member
 * that is not alive, or has no such endpoint. Throws a TypeError that names the key for everything else.
 */
export function readInstance(name: string, value: Uint8Array, endpoint?: string): Instance | undefined {
  if (value.length > LONGEST) throw unreadable(name, `${value.length} bytes, more than ${LONGEST}`);
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString().trim();
  try {
    if (!text.startsWith('{')) return { address: addressOf(text) };
    const json: unknown = JSON.parse(text);
    const members = new Map(Object.entries(json as object));
    if (members.has('serviceEndpoint')) return memberOf(members, endpoint);
    return instanceOf(name, members);
  } catch (error) {
    throw unreadable(name, (error as Error).message, error);
  }
}

/** As Kitex's registries write it; registry-zookeeper takes the address from the node's name, and weight from here. */
export function kitexValue(address: TcpAddress, weight: number): Buffer {
  return json({ network: 'tcp', address: addressText(address), weight, tags: null });
}

/** As Finagle and Aurora write a member of a server set. */
export function serversetValue(address: TcpAddress): Buffer {
  const { host, port } = address;
  return json({ serviceEndpoint: { host, port }, additionalEndpoints: {}, status: 'ALIVE' });
}

/** The address that others are to call. Throws a TypeError for one that leads nowhere from another machine. */
export function checkPublicAddress(what: string, address: SocketAddress | string): TcpAddress {
  const parsed = parseAddress(address);
  if ('path' in parsed || parsed.port === 0 || ['0.0.0.0', '::'].includes(parsed.host)) {
    const expected =
      "expected the host and port that others reach this server at: { host: '10.1.2.3', port }";
    throw new TypeError(`${what}: ${addressText(parsed)} cannot be called from elsewhere; ${expected}`);
  }
  return parsed;
}

/** Throws a TypeError for what is no share of the calls. */
export function checkWeight(what: string, weight: number): number {
  if (!Number.isInteger(weight) || weight < 1)
    throw new TypeError(`${what}: expected a weight of 1 or more, got ${String(weight)}`);
  return weight;
}

function instanceOf(name: string, members: ReadonlyMap<string, unknown>): Instance {
  const network = members.get('network') ?? 'tcp';
  if (network !== 'tcp') throw new TypeError(`its network is ${quote(network)}, not "tcp"`);
  // registry-zookeeper writes no address, and the fields as Go names them.
  const isNamed = members.has('Weight') || members.has('weight');
  const address = members.get('address') ?? (isNamed ? name.slice(name.lastIndexOf('/') + 1) : undefined);
  const weight = members.get('weight') ?? members.get('Weight');
  const isWeight = typeof weight === 'number' && Number.isFinite(weight) && weight > 0;
  return { address: addressOf(address), weight: isWeight ? weight : KITEX_WEIGHT };
}

function memberOf(members: ReadonlyMap<string, unknown>, endpoint: string | undefined): Instance | undefined {
  if (members.get('status') !== 'ALIVE') return undefined;
  if (endpoint === undefined) return { address: hostAndPort(members.get('serviceEndpoint')) };
  const others = new Map(Object.entries((members.get('additionalEndpoints') ?? {}) as object));
  return others.has(endpoint) ? { address: hostAndPort(others.get(endpoint)) } : undefined;
}

function hostAndPort(value: unknown): TcpAddress {
  const { host, port } = (value ?? {}) as { readonly host?: unknown; readonly port?: unknown };
  if (typeof host !== 'string' || typeof port !== 'number')
    throw new TypeError(`expected { "host": "...", "port": ... }, got ${quote(value)}`);
  return addressOf(`${host.includes(':') ? `[${host}]` : host}:${port}`);
}

/** The port must be there: any word could be the name of a host. */
function addressOf(text: unknown): TcpAddress {
  const hasBoth = typeof text === 'string' && /^[^/]+:\d+$/.test(text);
  const address = hasBoth ? parseAddress(text) : undefined;
  if (address === undefined || 'path' in address || address.port === 0 || address.host.length > LONGEST_HOST)
    throw new TypeError(`expected "host:port", got ${quote(text)}`);
  return address;
}

function unreadable(name: string, reason: string, cause?: unknown): TypeError {
  const expected = 'expected JSON as Kitex or Finagle write it, or host:port';
  return new TypeError(`${quote(name)} does not say where a server is: ${reason}; ${expected}`, { cause });
}

/** What others wrote, short enough for a log. */
function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function json(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
