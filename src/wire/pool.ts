import { LargeBuffers } from './large-buffers.ts';

/** Sizes that are kept are powers of two in this range; below it memory is cheap. */
const LEAST = 64 * 1024;
const MOST = 4 * 1024 * 1024;
/** Bytes that may lie here unused, in all of the process. */
const MOST_HELD = 16 * 1024 * 1024;

const free = new Map<number, Buffer[]>();
let held = 0;
/** Above that range. As many bytes as two messages of 64 MB need on their way, and what they were begun in. */
const large = new LargeBuffers(160 * 1024 * 1024);

/**
 * A buffer of `size` bytes or more, for a while: whoever has done with it gives it back. The kernel hands out fresh
 * memory page by page, each cleared first: measured, a call with 1 MB spent more on that than on all else.
 */
export function takeBuffer(size: number): Buffer {
  if (size < LEAST) return Buffer.allocUnsafeSlow(size);
  if (size > MOST) return large.take(size);
  const rounded = 2 ** Math.ceil(Math.log2(size));
  const found = free.get(rounded)?.pop();
  if (found === undefined) return Buffer.allocUnsafeSlow(rounded);
  held -= rounded;
  return found;
}

/** Takes a buffer back that nobody reads or writes any more. */
export function giveBuffer(buffer: Buffer): void {
  const size = buffer.length;
  if (size > MOST) return large.give(buffer);
  if (size < LEAST || 2 ** Math.round(Math.log2(size)) !== size) return;
  if (held + size > MOST_HELD) return;
  held += size;
  const same = free.get(size);
  if (same === undefined) free.set(size, [buffer]);
  else same.push(buffer);
}
