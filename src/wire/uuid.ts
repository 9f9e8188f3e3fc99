import type { ByteReader } from './reader.ts';
import type { ByteWriter } from './writer.ts';

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** True for text such as `123e4567-e89b-12d3-a456-426614174000`, in either case. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && form.test(value);
}

/** Writes the 16 bytes of what `isUuid`, in network order, where the caller has made room. */
export function writeUuid(w: ByteWriter, at: number, value: string): number {
  w.bytes.write(value.replaceAll('-', ''), at, 'hex');
  return at + 16;
}

/** The 16 bytes at `at` as lower-case text. */
export function readUuid(r: ByteReader, at: number): string {
  let text = '';
  for (let i = 0; i < 16; i++) {
    text += hex[r.bytes[at + i]!]!;
    if (i === 3 || i === 5 || i === 7 || i === 9) text += '-';
  }
  return text;
}
