/** Bytes that outlive the buffer they stand in. */
export function ownCopy(bytes: Buffer, at: number, length: number): Uint8Array {
  const from = bytes.byteOffset + at;
  return new Uint8Array(bytes.buffer.slice(from, from + length) as ArrayBuffer);
}
