import { giveBuffer, takeBuffer } from './pool.ts';

/**
 * Thrown by encoders at a value they refuse. No error object: the encoders only find out *that* a value is
 * wrong; `codec/explain.ts` walks it again, slowly, to say what and where.
 */
export const REFUSED: unique symbol = Symbol('refused value');

/**
 * A buffer that grows, and its view. Encoders keep their position to themselves and pass it on
 * (`encode(writer, value, position) -> position`), so that a refused value leaves no trace: nothing is
 * written until the owner takes the position over.
 */
export class ByteWriter {
  bytes: Buffer;
  view: DataView;
  /** Capacity in bytes: `bytes.length`, kept here because encoders compare with it all the time. */
  size: number;
  /** Nested structs and containers beyond this are refused. */
  maxDepth: number;

  constructor(capacity: number, maxDepth: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
    this.view = viewOf(this.bytes);
    this.size = capacity;
    this.maxDepth = maxDepth;
  }

  /** Makes room for `need` bytes at `position`; what stands before `position` is kept. */
  grow(position: number, need: number): void {
    const grown = takeBuffer(Math.max(this.size * 2, position + need));
    this.bytes.copy(grown, 0, 0, position);
    giveBuffer(this.bytes);
    this.use(grown);
  }

  /** Writes to other memory from now on. */
  use(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.size = bytes.length;
  }
}

/** Makes sure of `need` bytes at `at`. */
export function room(w: ByteWriter, at: number, need: number): void {
  if (at + need > w.size) w.grow(at, need);
}

/** The view over exactly the bytes of a buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
