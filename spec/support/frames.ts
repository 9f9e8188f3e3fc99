import { framed, hex, i32 } from './hex.ts';

const u16 = (value: number) => Buffer.of((value >> 8) & 0xff, value & 0xff);

/** What a frame with headers is made of, each part as it pleases: nothing is checked here. */
export interface FrameParts {
  readonly magic?: number;
  readonly flags?: number;
  readonly seqid?: number;
  /** Bytes of the header, in hex, before padding. */
  readonly header?: string | Uint8Array;
  /** Bytes of padding; by default as many as make words of the header. */
  readonly padding?: number;
  readonly words?: number;
}

/** A frame as THeader and TTHeader have it, around a message. */
export function headerFrame(message: Uint8Array, parts: FrameParts = {}): Buffer {
  const header = typeof parts.header === 'string' ? hex(parts.header) : (parts.header ?? hex('00 00'));
  const { magic = 0x0fff, flags = 0, seqid = 7, padding = (4 - (header.length % 4)) % 4 } = parts;
  const { words = Math.ceil((header.length + padding) / 4) } = parts;
  const fixed = [u16(magic), u16(flags), i32(seqid), u16(words)];
  return framed(Buffer.concat([...fixed, header, Buffer.alloc(padding), message]));
}

/** The same for TTHeader. */
export function ttFrame(message: Uint8Array, parts: FrameParts = {}): Buffer {
  return headerFrame(message, { magic: 0x1000, ...parts });
}

/** A text behind one byte of length, as THeader has them when they are short. */
export function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** A text behind two bytes of length, as TTHeader has them. */
export function medium(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u16(bytes.length), bytes]);
}

/** A block of pairs in a THeader: 1 for this message, 2 to keep. */
export function pairs(block: number, headers: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat([Buffer.of(block, headers.length), ...headers.flat().map(short)]);
}
