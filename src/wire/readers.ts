import type { Limits } from '../limits.ts';
import { ByteReader } from './reader.ts';

/** As many as are ever in use at once: what one reads may make another read, in the same process. */
const MOST = 16;

const free: ByteReader[] = [];

/** A reader for as long as bytes are being read: what lies idle has none. Whoever has done with it gives it back. */
export function takeReader({ depth, name }: Limits): ByteReader {
  const reader = free.pop() ?? new ByteReader({ depth, name });
  reader.maxDepth = depth;
  reader.maxName = name;
  return reader;
}

/** Takes a reader back, which lets go of its bytes: a pause between messages keeps no chunk alive. */
export function giveReader(reader: ByteReader): void {
  reader.detach();
  if (free.length < MOST) free.push(reader);
}
