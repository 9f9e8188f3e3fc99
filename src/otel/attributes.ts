import { isIP } from 'node:net';
import type { Attributes } from '@opentelemetry/api';
import type { Invocation } from '../rpc/interceptor.ts';
import type { Outcome } from './outcome.ts';

/*
 * Names from OpenTelemetry's semantic conventions for RPC, as they are stable in their version 1.45. They have no
 * name for this system; `thrift` is as plain as those they have.
 */

/** `PingPong/login`: the name of the span, too. */
export function methodName({ descriptor }: Invocation): string {
  return `${descriptor.service}/${descriptor.name}`;
}

/** What is known of a call before it begins. */
export function spanAttributes(call: Invocation, method: string): Attributes {
  const { address, port } = endpointOf(call.peer);
  // One by one: names that are put together, and spreads, were measured to cost several times as much.
  const attributes: Attributes = { 'rpc.system.name': 'thrift', 'rpc.method': method };
  if (call.side === 'client') {
    attributes['server.address'] = address;
    if (port !== undefined) attributes['server.port'] = port;
  } else {
    attributes['client.address'] = address;
    if (port !== undefined) attributes['client.port'] = port;
  }
  if (isIP(address) !== 0) {
    attributes['network.peer.address'] = address;
    if (port !== undefined) attributes['network.peer.port'] = port;
  }
  return attributes;
}

/** What is measured apart. Not who calls a server: those are too many. */
export function metricAttributes(call: Invocation, method: string): Attributes {
  const attributes: Attributes = { 'rpc.system.name': 'thrift', 'rpc.method': method };
  if (call.side === 'client') {
    const { address, port } = endpointOf(call.peer);
    attributes['server.address'] = address;
    if (port !== undefined) attributes['server.port'] = port;
  }
  return attributes;
}

/** Adds how the call ended. */
export function addOutcome(attributes: Attributes, { status, fault }: Outcome): void {
  if (status !== undefined) attributes['rpc.status_code'] = status;
  if (fault !== undefined) attributes['error.type'] = fault.type;
}

interface Endpoint {
  readonly address: string;
  readonly port: number | undefined;
}

const hostAndPort = /^(?:\[([^\]]+)\]|([^:,]+)):(\d+)$/;

/** What a call's `peer` names: `127.0.0.1:9000`, `[::1]:9000`, `unix:/run/s.sock`, `https://host/path`, or just a name. */
function endpointOf(peer: string): Endpoint {
  if (peer.startsWith('unix:')) return { address: peer.slice('unix:'.length), port: undefined };
  const match = hostAndPort.exec(/^(?:http|ws)s?:\/\//.test(peer) ? hostOf(new URL(peer)) : peer);
  if (match === null) return { address: peer, port: undefined };
  return { address: (match[1] ?? match[2])!, port: Number(match[3]) };
}

function hostOf({ protocol, hostname, port }: URL): string {
  const usual = protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
  return `${hostname}:${port === '' ? usual : port}`;
}
