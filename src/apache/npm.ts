import thrift from 'thrift';
import { DecodeError } from '../errors/decode-error.ts';
import type { ApacheProtocol, ApacheTransport } from './protocol.ts';

/** What has to be known of the insides of npm's `thrift` 0.24, in one place. */

/**
 * How its protocols whose strings are bytes read them. By method, not by class: what a MultiplexedProcessor hands
 * on is a copy of a protocol's properties.
 */
const byteReaders: ReadonlySet<unknown> = new Set(
  [thrift.TBinaryProtocol, thrift.TCompactProtocol, thrift.THeaderProtocol].map(
    ({ prototype }) => prototype.readBinary,
  ),
);

/** True for the protocols in which a string is its bytes. */
export function holdsBytes(input: ApacheProtocol): boolean {
  return byteReaders.has(input.readBinary);
}

/** What a TJSONProtocol still has to read, innermost last. The message was parsed when it began. */
interface JsonProtocol {
  readonly rstack?: readonly unknown[];
}

/** True for a TJSONProtocol that is inside a message. */
export function isJson(input: ApacheProtocol): boolean {
  return Array.isArray((input as JsonProtocol).rstack);
}

/** How many elements the list, or entries the map, that a TJSONProtocol has just begun really has. */
export function present(input: ApacheProtocol, what: 'elements' | 'entries'): number {
  const [holder, last] = (input as JsonProtocol).rstack!.slice(-2);
  // A list's first element was taken out of it, and a map's entries are an object.
  if (what === 'elements') return Array.isArray(holder) ? holder.length + 1 : 0;
  return typeof last === 'object' && last !== null ? Object.keys(last).length : 0;
}

/** True when bytes ran out: the rest of the message may still come. */
export function isUnderrun(error: unknown): boolean {
  return error instanceof thrift.InputBufferUnderrunError;
}

/**
 * Moves to the end of a message that could not be read, where that is known: a frame's, or that of a text, which
 * was parsed as a whole. False where it is not.
 */
export function dropMessage(input: ApacheProtocol): boolean {
  if (isJson(input)) return true;
  const { trans } = input as { trans?: unknown };
  if (!(trans instanceof thrift.TFramedTransport)) return false;
  const frame = trans as {
    borrow(): { readIndex: number; writeIndex: number };
    consume(size: number): void;
  };
  const { readIndex, writeIndex } = frame.borrow();
  frame.consume(writeIndex - readIndex);
  return true;
}

/** Forgets what was written to one of its transports and not flushed. */
export function discard(transport: ApacheTransport): void {
  Object.assign(transport, { outBuffers: [], outCount: 0 });
}

/** The error that npm's protocols throw for what cannot be read. */
export function protocolError(
  type: 'INVALID_DATA' | 'NEGATIVE_SIZE' | 'SIZE_LIMIT' | 'DEPTH_LIMIT',
  message: string,
  cause?: unknown,
): Error {
  const { TProtocolException, TProtocolExceptionType } = thrift.Thrift;
  const error = new TProtocolException(TProtocolExceptionType[type], message);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** What went wrong in reading, as npm says it. A DecodeError's offset would be one in bytes that nobody has seen. */
export function asProtocolError(error: unknown): unknown {
  if (isUnderrun(error))
    return protocolError('INVALID_DATA', 'the frame ends before the message does', error);
  if (!(error instanceof DecodeError)) return error;
  const type = error.code === 'depth-limit' ? 'DEPTH_LIMIT' : 'INVALID_DATA';
  return protocolError(type, error.path === '' ? error.reason : `${error.path}: ${error.reason}`, error);
}
