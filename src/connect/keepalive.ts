import { inspect } from 'node:util';
import { checkMs, checkOptions } from '../options.ts';
import type { KeepaliveSettings } from '../rpc/channels/keepalive.ts';
import type { Dialect } from '../rpc/dialect.ts';
import { type Service, serviceDescriptor } from '../values/service.ts';

/** How a silent server is asked whether it lives: Thrift has no ping, but any method without arguments is one. */
export interface KeepaliveOptions {
  /** The service that is asked, such as `fb303().service`. */
  readonly service: Service;
  /** Its method. Default: `getStatus`, as fb303 has it. */
  readonly method?: string;
  /** The name by which a multiplexing server knows the service. */
  readonly serviceName?: string;
  /** ms without a byte received before it is asked. Default: 30,000. */
  readonly interval?: number;
  /** ms that it has for an answer, whatever that is; without one the connection is ended. Default: 5,000. */
  readonly timeout?: number;
}

/** What the options say. Throws a TypeError for values that make no sense. */
export function keepaliveOf(options: KeepaliveOptions, dialect: Dialect): KeepaliveSettings {
  checkOptions('keepalive', options, ['service', 'method', 'serviceName', 'interval', 'timeout']);
  const { service, method: name = 'getStatus', serviceName, interval = 30_000, timeout = 5000 } = options;
  const descriptor = serviceDescriptor(service);
  const method = dialect.methodsOf(descriptor).get(name);
  if (method === undefined || method.arity > 0 || method.oneway || method.streams) {
    const text = `${descriptor.name} has no such method without arguments, and with an answer`;
    throw new TypeError(`keepalive.method: ${text}: ${inspect(name)}`);
  }
  for (const [what, ms] of Object.entries({ interval, timeout })) {
    if (checkMs(`keepalive.${what}`, ms) <= 0)
      throw new TypeError(`keepalive.${what}: expected ms above 0, got ${ms}`);
  }
  const callee = {
    method,
    service: descriptor.name,
    name: serviceName === undefined ? name : `${serviceName}:${name}`,
  };
  return { callee, interval, timeout };
}
