import { RpcError } from '../errors/rpc-error.ts';
import { isStatusCode } from '../errors/status.ts';
import { ValueError } from '../errors/value-error.ts';
import type { Invocation, ServerInvocation } from '../rpc/interceptor.ts';
import { ownWord } from '../rpc/own-word.ts';

/**
 * How a call ended, in a word: `OK`, a status code, or the class of an exception that its method declares. Of a
 * server's call it is what the client is told. There are no others, whatever is thrown.
 */
export type Outcome = string;

/** The outcome of a call, by what it failed with, if it did. */
export function outcomeOf(call: Invocation, failure: { readonly error: unknown } | undefined): Outcome {
  const late = call.side === 'server' ? givenUp(call) : undefined;
  if (late !== undefined) return late;
  return failure === undefined ? 'OK' : outcomeOfError(call, failure.error);
}

function outcomeOfError(call: Invocation, error: unknown): Outcome {
  const declared = call.declared(error);
  if (declared !== undefined) return declared.name;
  const status = call.side === 'server' ? ownWord(error, call) : error;
  if (status instanceof RpcError) return isStatusCode(status.code) ? status.code : 'INTERNAL';
  if (call.side === 'client') return error instanceof ValueError ? 'INVALID_ARGUMENT' : 'UNKNOWN';
  return 'INTERNAL';
}

/** What became of a call whose handler went on when nobody waited for it any more. */
function givenUp(call: ServerInvocation): Outcome | undefined {
  if (!call.isAborted) return undefined;
  const { reason } = call.signal;
  return reason instanceof RpcError ? reason.code : 'CANCELLED';
}
