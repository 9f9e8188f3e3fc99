import type { ClientInvocation, Interceptor, NextOptions, ServerInvocation } from '../rpc/interceptor.ts';

export type Next = (options?: NextOptions) => Promise<unknown>;

/** An interceptor that means something to clients alone. Elsewhere every call fails, and says why. */
export function forClients(
  name: string,
  intercept: (call: ClientInvocation, next: Next) => unknown,
): Interceptor {
  return (call, next) => {
    if (call.side === 'client') return intercept(call, next);
    throw new TypeError(`${name} is an interceptor for clients, and stands around a server's ${call.method}`);
  };
}

/** The same, for servers. */
export function forServers(
  name: string,
  intercept: (call: ServerInvocation, next: Next) => unknown,
): Interceptor {
  return (call, next) => {
    if (call.side === 'server') return intercept(call, next);
    throw new TypeError(`${name} is an interceptor for servers, and stands around a client's ${call.method}`);
  };
}
