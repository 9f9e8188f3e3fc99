/** What a stream pours out, as each contender's users would write it. */
export interface Chunk {
  readonly number: number;
  readonly text: string;
}

/** Of each message's bytes. */
export const CHUNK = 1024;

/** The `i`th message. */
export function chunkOf(number: number): Chunk {
  return { number, text };
}

const text = 'x'.repeat(CHUNK);

/** Throws for a message that is not the `i`th. */
export function checkChunk(chunk: Chunk, i: number): void {
  if (chunk.number !== i || chunk.text.length !== CHUNK) {
    throw new Error(`expected message ${i} of ${CHUNK} bytes, got ${chunk.number} of ${chunk.text.length}`);
  }
}
