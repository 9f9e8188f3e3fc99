import { RpcError } from '../errors/rpc-error.ts';
import type { Context } from './context.ts';

/**
 * What the caller of a call is told of an error that its handler threw, where no IDL declares it: an RpcError is the
 * handler's own word. One with a peer is not: that is the failure of a call that the handler made, and none of its
 * caller's business, unless it only ran out of the time that both had. Undefined for all that the caller is not told.
 */
export function ownWord(
  error: unknown,
  { method, deadline }: Pick<Context, 'method' | 'deadline'>,
): RpcError | undefined {
  if (!(error instanceof RpcError)) return undefined;
  if (error.peer === undefined) return error;
  if (error.code !== 'DEADLINE_EXCEEDED' || Date.now() < deadline) return undefined;
  return new RpcError('DEADLINE_EXCEEDED', `${method}: a call that it made took all of its time`, { method });
}
