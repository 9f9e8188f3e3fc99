import { inspect } from 'node:util';
import { checkOptions } from '../options.ts';
import type { KeepaliveSettings } from '../rpc/channels/keepalive.ts';
import type { Dialect } from '../rpc/dialect.ts';
import { type HeartbeatSettings, heartbeatOf } from '../rpc/streaming/heartbeat.ts';
import { type Service, serviceDescriptor } from '../values/service.ts';

/**
 * How a silent server is asked whether it lives. A connection with streams has a way of its own, if the server is one of
 * ours; else Thrift has no ping, but any method without arguments is one.
 */
export interface KeepaliveOptions {
  /** The service that is asked, such as `fb303().service`. Without it connections with streams alone are asked on. */
  readonly service?: Service;
  /** Its method. Default: `getStatus`, as fb303 has it. */
  readonly method?: string;
  /** The name by which a multiplexing server knows the service. */
  readonly serviceName?: string;
  /** ms without a byte received before it is asked. Default: 30,000; with streams 20,000. */
  readonly interval?: number;
  /** ms that it has for an answer, whatever that is; without one the connection is ended. Default: 5,000; with streams 20,000. */
  readonly timeout?: number;
}

/** What connections have of it. */
export interface KeptAliveSettings {
  readonly keepalive?: KeepaliveSettings;
  readonly heartbeat?: HeartbeatSettings;
}

/** What the options say; nothing where there are none. Throws a TypeError for values that make no sense. */
export function keepaliveOf(
  options: KeepaliveOptions | undefined,
  dialect: Dialect,
  carriesStreams: boolean,
): KeptAliveSettings {
  if (options === undefined) return {};
  checkOptions('keepalive', options, ['service', 'method', 'serviceName', 'interval', 'timeout']);
  const { service, method, serviceName, interval, timeout } = options;
  const heartbeat = heartbeatOf('keepalive', {
    ...(interval === undefined ? {} : { interval }),
    ...(timeout === undefined ? {} : { timeout }),
  });
  if (service !== undefined) return { keepalive: askedOf(service, options, dialect), heartbeat };
  const other = Object.entries({ method, serviceName }).find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined)
    throw new TypeError(`keepalive.${other}: it goes with a service, and there is none`);
  if (!carriesStreams)
    throw new TypeError('keepalive.service: expected one, for here are no streams, which are asked without');
  return { heartbeat };
}

function askedOf(service: Service, options: KeepaliveOptions, dialect: Dialect): KeepaliveSettings {
  const { method: name = 'getStatus', serviceName, interval = 30_000, timeout = 5000 } = options;
  const descriptor = serviceDescriptor(service);
  const method = dialect.methodsOf(descriptor).get(name);
  if (method === undefined || method.arity > 0 || method.oneway || method.streams) {
    const text = `${descriptor.name} has no such method without arguments, and with an answer`;
    throw new TypeError(`keepalive.method: ${text}: ${inspect(name)}`);
  }
  const callee = {
    method,
    service: descriptor.name,
    name: serviceName === undefined ? name : `${serviceName}:${name}`,
  };
  return { callee, interval, timeout };
}
