import type { ClientInvocation, Interceptor, NextOptions } from '../../src/index.ts';
import { RpcError, type RpcErrorInit, type StatusCode } from '../../src/index.ts';
import { compose } from '../../src/rpc/interceptor.ts';
import { Metadata } from '../../src/rpc/metadata.ts';
import { describe as describeType } from '../../src/values/module.ts';
import { loaded } from './services.ts';

/** What an attempt is given, and gives. */
export type Attempt = (call: ClientInvocation, options: NextOptions, nth: number) => unknown;

/** A client's call of `PingPong.<name>`, as interceptors see it. */
export function invocation(own: Partial<ClientInvocation> = {}, name = 'ping'): ClientInvocation {
  const service = describeType(loaded.PingPong);
  const descriptor = service.methods.get(name)!;
  return {
    side: 'client',
    method: `PingPong.${name}`,
    descriptor,
    peer: '127.0.0.1:9000',
    args: [],
    metadata: new Metadata(),
    deadline: Number.POSITIVE_INFINITY,
    signal: undefined,
    idempotent: false,
    retry: true,
    hashKey: undefined,
    hasHeaders: true,
    declared: () => undefined,
    responseMetadata: undefined,
    ...own,
  };
}

/** Calls that go through an interceptor. */
export interface Through {
  readonly call: (own?: Partial<ClientInvocation>, name?: string) => Promise<unknown>;
  /** How many attempts were made. */
  readonly count: number;
}

/** Calls through an interceptor, with attempts by hand. */
export function through(interceptor: Interceptor, attempt: Attempt): Through {
  let count = 0;
  const chain = compose<ClientInvocation>([interceptor], async (call, options) =>
    attempt(call, options, ++count),
  );
  return {
    call: (own: Partial<ClientInvocation> = {}, name = 'ping') => chain(invocation(own, name), {}),
    get count() {
      return count;
    },
  };
}

/** An error as a channel makes it. */
export function failure(code: StatusCode, phase: RpcErrorInit['phase'], init: RpcErrorInit = {}): RpcError {
  return new RpcError(code, `PingPong.ping: ${code}, ${phase}`, {
    method: 'PingPong.ping',
    peer: '127.0.0.1:9000',
    ...(phase === undefined ? {} : { phase }),
    ...init,
  });
}
