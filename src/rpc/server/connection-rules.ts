import { inspect } from 'node:util';
import { checkMs, checkOptions } from '../../options.ts';
import {
  defaultHeartbeat,
  type HeartbeatOptions,
  type HeartbeatSettings,
  heartbeatOf,
} from '../streaming/heartbeat.ts';

/** How many connections a server takes, and for how long. */
export interface ServerConnectionsOptions {
  /** At the same time, over all addresses it listens to. Further ones are closed at once. Default: any number. */
  readonly max?: number;
  /** At the same time from one IP address, which may be a load balancer's or a whole office's. Default: any number. */
  readonly maxPerPeer?: number;
  /** ms without calls after which a connection is closed. Default: never; over HTTP after 65,000. */
  readonly idle?: number;
  /**
   * ms after which a client is told to take another connection, where its transport can say so; the connection is
   * closed when it is idle, or 10,000 ms later. The age varies by a fifth. Default: never.
   */
  readonly maxAge?: number;
  /** When clients of ours that have streams are asked whether they are there, and are taken for dead. */
  readonly keepalive?: HeartbeatOptions;
}

/** The same with nothing left out; `Infinity` where there is no limit. */
export interface ConnectionRules extends Readonly<Required<ServerConnectionsOptions>> {
  readonly keepalive: HeartbeatSettings;
}

export const noRules: ConnectionRules = Object.freeze({
  max: Number.POSITIVE_INFINITY,
  maxPerPeer: Number.POSITIVE_INFINITY,
  idle: Number.POSITIVE_INFINITY,
  maxAge: Number.POSITIVE_INFINITY,
  keepalive: defaultHeartbeat,
});

/** Throws a TypeError for options that make no sense. */
export function connectionRules(options: ServerConnectionsOptions | undefined): ConnectionRules {
  checkOptions('connections', options, Object.keys(noRules));
  const { keepalive: heartbeat, ...others } = options ?? {};
  const keepalive = heartbeatOf('connections.keepalive', heartbeat);
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const isCount = name.startsWith('max') && name !== 'maxAge';
    const isWhole = value === Number.POSITIVE_INFINITY || Number.isInteger(value);
    if (checkMs(`connections.${name}`, value) > 0 && (isWhole || !isCount)) continue;
    const expected = isCount ? 'a whole number' : 'ms';
    throw new TypeError(`connections.${name}: expected ${expected} above 0, got ${inspect(value)}`);
  }
  if (given.length === 0 && heartbeat === undefined) return noRules;
  return Object.freeze({ ...noRules, ...Object.fromEntries(given), keepalive });
}
