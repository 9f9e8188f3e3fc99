import { inspect } from 'node:util';
import { RpcError } from '../errors/rpc-error.ts';
import type { ClientInvocation, Interceptor } from '../rpc/interceptor.ts';
import { type Ended, observed } from '../rpc/observed.ts';
import { isRepeatable } from './repeatable.ts';
import { forClients } from './sides.ts';
import { checkToken, type TokenSource } from './tokens.ts';
import { waitFor } from './waiting.ts';

/**
 * Says with each call who the client is: `authorization: Bearer <token>` in its metadata, for which it needs a transport
 * with headers, and TLS if others can listen. The token is a text; or what a function gives, which is asked for each
 * call; or from a source that keeps one until it expires: `cachedToken(...)`, `oauth2(...)` from `livethrift/auth`. Where a
 * server answers UNAUTHENTICATED and there is another token then, the call is made once more; a stream is not, nor is a
 * call with a generator or a file that was begun to be sent: there the next call has another token.
 */
export function bearer(token: string | (() => string | Promise<string>) | TokenSource): Interceptor {
  const source = sourceOf(token);
  /** What the source has not been told of yet. */
  let refused: string | undefined;
  return forClients('bearer', async (call, next) => {
    const before = refused;
    const first = await authorize(call, source, before);
    if (refused === before) refused = undefined;
    const ended: Ended = failure => {
      if (failure !== undefined && isRefusal(failure.error)) refused = first;
    };
    try {
      return await observed(next, ended);
    } catch (error) {
      if (!call.retry || !isRefusal(error) || !isRepeatable(call)) throw error;
      refused = undefined;
      if ((await authorize(call, source, first)) === first) throw error;
      return next();
    }
  });
}

/** Puts a token into the metadata of a call, and gives it. */
async function authorize(
  call: ClientInvocation,
  source: TokenSource,
  refused: string | undefined,
): Promise<string> {
  const got = source.get(refused);
  const token = checkToken(
    typeof got === 'string' ? got : await waitFor(call, 'its token', Promise.resolve(got)),
  );
  call.metadata.set('authorization', `Bearer ${token}`);
  return token;
}

function isRefusal(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'UNAUTHENTICATED' && error.phase === 'answered';
}

function sourceOf(token: string | (() => string | Promise<string>) | TokenSource): TokenSource {
  if (typeof token === 'string') {
    checkToken(token);
    return { get: () => token };
  }
  if (typeof token === 'function') return { get: () => token() };
  if (typeof token?.get === 'function') return token;
  throw new TypeError(
    `bearer: expected a token, a function that gives one, or a source of them, got ${inspect(token)}`,
  );
}
