import { giveBuffer } from './pool.ts';
import { ByteWriter } from './writer.ts';

const INITIAL = 4096;
/** A buffer that one large message made larger than this is not kept as a writer's. */
const KEPT = 1024 * 1024;
/** Bytes that may lie here unused, in all of the process. */
const MOST_HELD = 4 * 1024 * 1024;

const free: ByteWriter[] = [];
let held = 0;

/**
 * An empty writer, for as long as messages are being written: whoever has done with its bytes gives it back. What lies
 * idle has none: a buffer for each connection would be most of what it holds.
 */
export function takeWriter(maxDepth: number): ByteWriter {
  const writer = free.pop();
  if (writer === undefined) return new ByteWriter(INITIAL, maxDepth);
  held -= writer.size;
  writer.maxDepth = maxDepth;
  return writer;
}

/** Takes a writer back that nobody writes to any more, nor reads from. */
export function giveWriter(writer: ByteWriter): void {
  const { size } = writer;
  if (size > KEPT) giveBuffer(writer.bytes);
  else if (held + size <= MOST_HELD) {
    held += size;
    free.push(writer);
  }
}
