import { RpcError } from '../../errors/rpc-error.ts';
import type { StatusCode } from '../../errors/status.ts';
import type { Call } from '../call.ts';

/** Why no server can be given a call: the error of each call that waits, or of who waits for a connection. */
export type Refusal = (call: Call | undefined) => RpcError;

function refusal(code: StatusCode, peer: string, text: string, cause?: unknown): Refusal {
  return call => {
    const method = call?.method.fullName;
    const init = {
      peer,
      phase: 'unsent' as const,
      ...(cause === undefined ? {} : { cause }),
      ...(method === undefined ? {} : { method }),
    };
    return new RpcError(code, method === undefined ? text : `${method}: ${text}`, init);
  };
}

/** The resolver has found out nothing yet but that it cannot. */
export function unresolved(name: string, cause: Error): Refusal {
  return refusal('UNAVAILABLE', name, `cannot find the servers of ${name}: ${cause.message}`, cause);
}

/** The resolver says that there are no servers. */
export function deserted(name: string): Refusal {
  return refusal('UNAVAILABLE', name, `${name} names no server at present`);
}

/** All servers that might be tried were. */
export function unreachable(name: string, servers: number, reason: unknown): Refusal {
  const known = reason instanceof RpcError;
  const message = reason instanceof Error ? reason.message : String(reason);
  // What took too long is the connection, not the call.
  const code = known && reason.code !== 'DEADLINE_EXCEEDED' ? reason.code : 'UNAVAILABLE';
  const text =
    servers === 1
      ? message
      : `none of the ${servers} servers of ${name} can be reached; the last: ${message}`;
  return refusal(code, (known ? reason.peer : undefined) ?? name, text, reason);
}

/** A call that must go to one server, which is not among those that are known. */
export function unknownBackend(name: string, backend: string, known: readonly string[]): Refusal {
  const text = `backend: ${backend} is none of the servers of ${name}; there are ${known.join(', ')}`;
  return refusal('UNAVAILABLE', name, text);
}

/** The time was over before there was a server to send the call to. */
export function expiredWaiting(call: Call, name: string, backend: string | undefined): RpcError {
  const what = backend === undefined ? `no word of where ${name} is` : `no connection to ${backend}`;
  return refusal(
    'DEADLINE_EXCEEDED',
    backend ?? name,
    `${what} within ${call.timeout} ms; nothing was sent`,
  )(call);
}
