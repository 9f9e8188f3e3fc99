import { RpcError } from '../errors/rpc-error.ts';
import type { StatusCode } from '../errors/status.ts';
import type { Invocation } from '../rpc/interceptor.ts';
import { ownWord } from '../rpc/own-word.ts';

/** How a call ended. */
export interface Outcome {
  /**
   * `OK`, the name of an exception that the IDL declares, or a status code. Absent where a call failed without one: its
   * arguments were refused, or an interceptor threw.
   */
  readonly status: string | undefined;
  /** If that is an error: of what kind, and the error itself. */
  readonly fault: { readonly type: string; readonly error: unknown } | undefined;
}

const ok: Outcome = { status: 'OK', fault: undefined };

/** Statuses that are a server's own fault, and not its caller's: the line that the conventions draw for gRPC. */
const faults: ReadonlySet<StatusCode> = new Set<StatusCode>([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** A call that gave a result. */
export function success(call: Invocation): Outcome {
  return cutOff(call) ?? ok;
}

/** A call that threw. `declaredErrors`: whether a server's declared exceptions are errors. */
export function failure(call: Invocation, error: unknown, declaredErrors: boolean): Outcome {
  const cut = cutOff(call);
  if (cut !== undefined) return cut;
  const isClient = call.side === 'client';
  const declared = call.declared(error);
  if (declared !== undefined) return outcome(declared.name, error, isClient || declaredErrors);
  if (isClient) {
    if (error instanceof RpcError) return outcome(error.code, error, true);
    const type = error instanceof Error ? error.name : '_OTHER';
    return { status: undefined, fault: { type, error } };
  }
  const code = ownWord(error, call)?.code ?? 'INTERNAL';
  return outcome(code, error, faults.has(code));
}

/** What a handler gives when nobody waits for it any more does not count. */
function cutOff(call: Invocation): Outcome | undefined {
  if (call.side === 'client' || !call.isAborted) return undefined;
  const { reason } = call.signal;
  const code: StatusCode = reason instanceof RpcError ? reason.code : 'CANCELLED';
  return outcome(code, reason, faults.has(code));
}

function outcome(status: string, error: unknown, isError: boolean): Outcome {
  return { status, fault: isError ? { type: status, error } : undefined };
}
