import { decodeChecked } from '../codec/checked.ts';
import { locate } from '../codec/locate.ts';
import { planTuple } from '../codec/plan.ts';
import { DecodeError } from '../errors/decode-error.ts';
import { RpcError, type RpcErrorInit } from '../errors/rpc-error.ts';
import { applicationType } from '../errors/status.ts';
import type { MessageHeader, Protocol } from '../protocol/protocol.ts';
import { messageType, wireType } from '../protocol/types.ts';
import type { Headers } from '../transport/envelope.ts';
import type { ByteReader } from '../wire/reader.ts';
import { fromApplicationException } from './application-exception.ts';
import { readStatus } from './biz-status.ts';
import type { Call } from './call.ts';
import type { Dialect } from './dialect.ts';
import { Metadata } from './metadata.ts';
import { refusalCode } from './refusal-code.ts';

/** Throws a DecodeError for a message that is no reply to this call, which was written in `own`. */
export function checkReply(
  r: ByteReader,
  { type, name }: MessageHeader,
  { method, callee }: Call,
  protocol: Protocol,
  own: Protocol,
): void {
  const refuse = (text: string) => r.error('invalid-data', r.start, text);
  if (type !== messageType.reply && type !== messageType.exception) {
    throw refuse(`a message of type ${type} is no reply`);
  }
  // Who could not read the call does not know its name, and answers in a protocol that need not be the call's.
  if (type === messageType.exception && name === '') return;
  if (name !== method.name && name !== callee.name) {
    throw refuse(`the reply to "${method.name}" is named "${name}"`);
  }
  if (type === messageType.reply && protocol !== own) {
    throw refuse(`expected a reply in ${own.name}, as the call was, got one in ${protocol.name}`);
  }
}

/**
 * Reads the body of a reply and settles its call. Moves the reader to the end of the body, also when the body
 * is not what it should be but its end can be found; throws the DecodeError when it cannot. Gives the failure that the
 * peer has told of, if it has.
 */
export function settle(
  call: Call,
  r: ByteReader,
  type: number,
  dialect: Dialect,
  peer: string,
  headers: Headers,
): RpcError | undefined {
  const from = r.pos;
  const { fullName: method } = call.method;
  try {
    if (headers.size > 0 || call.settings.onHeaders !== undefined || type === messageType.exception)
      return settleUnusual(call, r, type, dialect, peer, headers);
    settleResult(call, r, dialect, peer);
  } catch (error) {
    if (!(error instanceof DecodeError) || isUnfinished(r, error)) throw error;
    r.pos = from;
    skipBody(r, dialect.protocol, error);
    call.reject(
      new RpcError('INTERNAL', `${method}: ${peer} sent a reply that does not fit: ${error.message}`, {
        method,
        peer,
        phase: 'answered',
        cause: error,
      }),
    );
  }
  return undefined;
}

/** Settles by what is not a result alone: an exception, or headers, which are told first, and may hold a status. */
function settleUnusual(
  call: Call,
  r: ByteReader,
  type: number,
  dialect: Dialect,
  peer: string,
  headers: Headers,
): RpcError | undefined {
  const init: RpcErrorInit = {
    method: call.method.fullName,
    peer,
    phase: 'answered',
    ...(headers.size > 0 ? { metadata: headers } : {}),
  };
  let failure = headers.size > 0 ? readStatus(headers, init) : undefined;
  const { onHeaders } = call.settings;
  try {
    onHeaders?.(Metadata.received(headers));
  } catch (error) {
    skipBody(r, dialect.protocol);
    call.reject(error);
    return undefined;
  }
  if (type === messageType.exception) {
    const body = dialect.exception.decode(r, 0) as object;
    dialect.protocol.readMessageEnd(r);
    failure ??= fromApplicationException(body, init, refusalCode(headers));
  } else if (failure !== undefined) skipBody(r, dialect.protocol);
  else settleResult(call, r, dialect, peer);
  if (failure !== undefined) call.reject(failure);
  return failure;
}

function settleResult(call: Call, r: ByteReader, dialect: Dialect, peer: string): void {
  const { method } = call;
  const { protocol } = dialect;
  const values = decodeChecked(method.result, r, (from, fault) =>
    locate(protocol, planTuple(method.resultFields), method.fullName, r, from, fault),
  ) as readonly unknown[];
  protocol.readMessageEnd(r);
  for (let i = method.isVoid ? 0 : 1; i < values.length; i++)
    if (values[i] !== undefined) return call.reject(values[i]);
  if (method.isVoid) call.resolve(undefined);
  else if (values[0] !== undefined) call.resolve(values[0]);
  else {
    const why = 'the reply holds neither a result nor an exception that this IDL declares';
    const init: RpcErrorInit = {
      method: method.fullName,
      peer,
      phase: 'answered',
      applicationType: applicationType.missingResult,
    };
    call.reject(new RpcError('INTERNAL', `${method.fullName}: ${why}`, init));
  }
}

/**
 * Moves over a body that is not read, or could not be. Where its end cannot be found it throws `reason`, why it
 * could not be read, or what is wrong with it.
 */
export function skipBody(r: ByteReader, protocol: Protocol, reason?: DecodeError): void {
  try {
    protocol.skip(r, wireType.struct, 0);
    protocol.readMessageEnd(r);
  } catch (error) {
    // The end of a frame, and of a message that was scanned, is known.
    if (!r.growing) return;
    throw isUnfinished(r, error) ? error : (reason ?? error);
  }
}

/** Whether a message only ends too soon because the rest of it has not come yet. */
export function isUnfinished(r: ByteReader, error: unknown): boolean {
  return r.growing && error instanceof DecodeError && error.code === 'truncated';
}
