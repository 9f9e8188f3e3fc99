import type { StatusCode } from '../errors/status.ts';
import type { Headers } from '../transport/envelope.ts';

/** What a server says of a call, beside the exception message that answers it. */
export interface RefusalCode {
  readonly code: StatusCode;
  /** There where nothing was done for the call. */
  readonly details?: { readonly retryAfter: number };
}

const notBegun: RefusalCode = { code: 'RESOURCE_EXHAUSTED', details: { retryAfter: 0 } };

/**
 * The header `ex` of fbthrift's servers, in THeader (thrift/lib/cpp2/async/ResponseChannel.cpp). It knows more than the
 * exception's type: one that shuts down answers INTERNAL_ERROR, and Python's UNKNOWN where its queue is full. The first
 * two are those that fbthrift's own clients may send again; an overload of the handler's own word it may have begun.
 */
const codes: ReadonlyMap<string, RefusalCode> = new Map([
  ['1', notBegun], // kOverloadedErrorCode
  ['5', notBegun], // kQueueOverloadedErrorCode, while it shuts down too
  ['22', { code: 'RESOURCE_EXHAUSTED' }], // kAppOverloadedErrorCode
  ['2', { code: 'DEADLINE_EXCEEDED' }], // kTaskExpiredErrorCode
  ['15', { code: 'DEADLINE_EXCEEDED' }], // kServerQueueTimeoutErrorCode
]);

/** The code that stands in the headers of an exception message; undefined for none, and for those that say no more. */
export function refusalCode(headers: Headers): RefusalCode | undefined {
  const text = headers.size === 0 ? undefined : headers.get('ex');
  return text === undefined ? undefined : codes.get(text);
}
