import { RpcError, type RpcErrorInit } from '../../errors/rpc-error.ts';
import { type FrameReader, frameType } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Context } from '../context.ts';
import type { Carrier } from './carrier.ts';
import { CANCEL_PATH, exceptionBody, readException } from './status.ts';

/** The client's end of what is given up. */
interface Resettable {
  readonly sid: number;
  readonly carrier: Carrier;
  /** The method's name, for the frame. */
  readonly method: string;
  /** The call that it was made for. */
  readonly parent: Context | undefined;
}

/**
 * Tells the server that a stream is given up: `status` is what it learns, `reason` that of who cancelled it here, which
 * may say what services it has come through.
 */
export function writeReset(
  { sid, carrier, method, parent }: Resettable,
  status: RpcError,
  reason?: unknown,
): void {
  const own = parent === undefined ? 'client' : parent.method.split('.')[0]!;
  const before = reason instanceof RpcError ? reason.metadata?.get(CANCEL_PATH) : undefined;
  const path = new Map([[CANCEL_PATH, before === undefined ? own : `${before},${own}`]]);
  carrier.write(sid, frameType.reset, method, path, exceptionBody(method, sid, status));
}

/** What the server is told. An RpcError that is no answer of a peer is the caller's own word; of others it learns nothing. */
export function statusFor(error: unknown, type: number): RpcError {
  const isOwn = error instanceof RpcError && error.peer === undefined;
  if (isOwn) return error;
  return new RpcError('CANCELLED', 'the client gave the stream up', { applicationType: type });
}

/** Why a stream was given up by its client, `peer`, or was ended by its server. */
export function readReset({ headers }: FrameReader, r: ByteReader, method: string, peer: string): RpcError {
  const init: RpcErrorInit = { method, peer, metadata: headers };
  return readException(r, init) ?? new RpcError('CANCELLED', `${method}: ${peer} ended the stream`, init);
}
