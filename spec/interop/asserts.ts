// Node's comparison: maps and sets are the same where their values are, in whatever order, and -0 is not 0.
import assert from 'node:assert/strict';
import { RpcError } from '../../src/index.ts';

export const BYTES: Uint8Array = Uint8Array.from({ length: 256 }, (_, index) => index);
export const LARGE_BYTES: Uint8Array = Uint8Array.from({ length: 1 << 18 }, (_, index) => index);
export const LARGE_TEXT: string = 'ä中😀'.repeat(25_000);

export const same: (actual: unknown, expected: unknown) => void = assert.deepEqual;

export async function echoes(
  call: (value: never) => Promise<unknown>,
  values: Iterable<unknown>,
): Promise<void> {
  for (const value of values) same(await call(value as never), value);
}

export async function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    result => assert.fail(`expected a rejection, got ${String(result)}`),
    error => error,
  );
}

export async function status(call: Promise<unknown>): Promise<string> {
  const error = await rejection(call);
  if (!(error instanceof RpcError)) throw error;
  return error.code;
}
