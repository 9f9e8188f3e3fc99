import { DecodeError } from '../../errors/decode-error.ts';
import { RpcError, type RpcErrorInit } from '../../errors/rpc-error.ts';
import { applicationType } from '../../errors/status.ts';
import type { Call } from '../call.ts';

/** What is known of a stream that failed at its client. */
function initOf(call: Call, peer: string, isConnected: boolean): RpcErrorInit {
  return { method: call.method.fullName, peer, phase: isConnected ? 'sent' : 'unsent' };
}

/** The time of a stream is over. */
export function streamExpired(call: Call, peer: string, isConnected: boolean, isFresh: boolean): RpcError {
  const { fullName } = call.method;
  const what = isConnected ? `${peer} has not ended the stream` : `no connection to ${peer}`;
  const tip = isFresh
    ? '; it has answered nothing: does it know the method, and speak TTHeader Streaming?'
    : '; for a stream that stays open, try { timeout: Infinity }';
  const text = `${fullName}: ${what} within ${call.timeout} ms${isConnected ? tip : ''}`;
  return new RpcError('DEADLINE_EXCEEDED', text, initOf(call, peer, isConnected));
}

/** A message did not come in time. */
export function messageExpired(call: Call, peer: string, isConnected: boolean): RpcError {
  const { fullName } = call.method;
  const text = `${fullName}: no message from ${peer} within ${call.settings.messageTimeout} ms (messageTimeout)`;
  return new RpcError('DEADLINE_EXCEEDED', text, initOf(call, peer, isConnected));
}

/** The caller gave up. */
export function streamCancelled(call: Call, peer: string, isConnected: boolean, reason: unknown): RpcError {
  const text = reason instanceof Error ? reason.message : String(reason);
  const when = isConnected ? `before ${peer} ended the stream` : `before anything was sent to ${peer}`;
  const init = { ...initOf(call, peer, isConnected), cause: reason };
  return new RpcError('CANCELLED', `${call.method.fullName}: cancelled ${when}: ${text}`, init);
}

/** The connection was lost. `isFresh`: the other end has never said anything on it. */
export function streamLost(
  call: Call,
  peer: string,
  isFresh: boolean,
  cause: NodeJS.ErrnoException | undefined,
): RpcError {
  const why = cause instanceof DecodeError ? cause.message : (cause?.code ?? cause?.message);
  const how =
    why === undefined ? `${peer} closed the connection` : `the connection to ${peer} broke (${why})`;
  const tip = isFresh ? '; it has said nothing on it: does it speak TTHeader Streaming?' : '';
  const text = `${call.method.fullName}: ${how} before the stream ended${tip}`;
  return new RpcError('UNAVAILABLE', text, { ...initOf(call, peer, true), cause });
}

/** What came is no frame of a stream. */
export function streamGarbled(call: Call, peer: string, why: string, cause: unknown): RpcError {
  const text = `${call.method.fullName}: ${why}; the connection to ${peer} was closed`;
  return new RpcError('INTERNAL', text, { ...initOf(call, peer, true), cause });
}

/** A message does not fit the method's declaration. */
export function streamUnfit(call: Call, peer: string, cause: DecodeError): RpcError {
  const text = `${call.method.fullName}: ${peer} sent a message that does not fit: ${cause.message}`;
  return new RpcError('INTERNAL', text, { ...initOf(call, peer, true), phase: 'answered', cause });
}

/** The end of a stream that lacks what its method declares. */
export function streamUnanswered(call: Call, peer: string): RpcError {
  const text = `${call.method.fullName}: ${peer} ended the stream without the answer that this IDL declares`;
  const init = { ...initOf(call, peer, true), phase: 'answered' as const };
  return new RpcError('INTERNAL', text, { ...init, applicationType: applicationType.missingResult });
}
