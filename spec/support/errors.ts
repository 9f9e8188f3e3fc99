import { RpcError } from '../../src/index.ts';

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${String(value)}`);
}

/** The RpcError that a promise rejects with. */
export async function rpcError(promise: Promise<unknown>): Promise<RpcError> {
  const error = await rejection(promise);
  if (!(error instanceof RpcError)) throw error;
  return error;
}
