import { RpcError } from '../errors/rpc-error.ts';

/*
 * Calls that a server has refused before it did anything for them, and how it says so: by `details: { retryAfter }`.
 */

/** fbthrift's type of TApplicationException by which a server says that it has too much to do. */
const LOADSHEDDING = 11;

/** The answer to a call that was not begun, and will not be: whoever likes may send it again, here or elsewhere. */
export function notBegun(code: 'RESOURCE_EXHAUSTED' | 'UNAVAILABLE', text: string): RpcError {
  const details = { retryAfter: 0 };
  if (code === 'UNAVAILABLE') return new RpcError(code, text, { details });
  return new RpcError(code, text, { details, applicationType: LOADSHEDDING });
}

/** ms after which a server takes the call that it has not begun, if it says so. */
export function retryAfter({ code, phase, details }: RpcError): number | undefined {
  if (phase !== 'answered' || (code !== 'RESOURCE_EXHAUSTED' && code !== 'UNAVAILABLE')) return undefined;
  if (typeof details !== 'object' || details === null || !('retryAfter' in details)) return undefined;
  const { retryAfter: ms } = details;
  return typeof ms === 'number' && ms >= 0 ? ms : undefined;
}

/** Whether a server will take no more calls on this connection: it has refused one, and not because it is busy. */
export function isLeaving(error: RpcError): boolean {
  return error.code === 'UNAVAILABLE' && retryAfter(error) !== undefined;
}
