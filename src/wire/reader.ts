import { DecodeError, type DecodeErrorCode } from '../errors/decode-error.ts';
import type { Limits } from '../limits.ts';
import { ownCopy, putBytes } from './copy.ts';
import { viewOf } from './writer.ts';

const empty: Buffer = Buffer.alloc(0);
const emptyView: DataView = viewOf(empty);

/** Bytes to decode, borrowed: whatever a decoder returns is a copy. `window` points it at the next message. */
export class ByteReader {
  bytes: Buffer = empty;
  view: DataView = emptyView;
  /** Where the next value begins. A decoder that throws leaves it anywhere. */
  pos = 0;
  /** No byte at or beyond this belongs to the message. */
  end = 0;
  /** Where the message begins; offsets in errors count from here. */
  start = 0;
  /** True while the message may go on in bytes that have not arrived: `truncated` then means "not yet". */
  growing = false;
  /** The value of a bool field whose header was read last, where the header has it (compact protocol). */
  flag = false;
  /** The bytes of the string at `apartAt`, where these are not in `bytes` but in memory of their own. */
  apart: Uint8Array | undefined;
  apartAt = 0;
  /** The most bytes that `own` was asked for, since this was 0. */
  mostOwned = 0;
  /** Nested structs and containers beyond this are refused. */
  maxDepth: number;
  /** Bytes of a message's name beyond this are refused. */
  maxName: number;

  constructor(limits: Pick<Limits, 'depth' | 'name'>) {
    this.maxDepth = limits.depth;
    this.maxName = limits.name;
  }

  /** Reads from other bytes. */
  attach(bytes: Buffer): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.apart = undefined;
  }

  /** Lets go of the bytes. */
  detach(): void {
    this.bytes = empty;
    this.view = emptyView;
    this.apart = undefined;
  }

  /** The bytes of a string as a value, in memory of their own. */
  own(at: number, length: number): Uint8Array {
    const { apart } = this;
    if (length > this.mostOwned) this.mostOwned = length;
    if (apart !== undefined && at === this.apartAt && length === apart.length) return apart;
    return ownCopy(this.bytes, at, length);
  }

  /** Puts what stands apart into its place, for who reads the bytes themselves. */
  join(): void {
    if (this.apart !== undefined) putBytes(this.bytes, this.apartAt, this.apart);
    this.apart = undefined;
  }

  /** Points at the message between `start` and `end`. */
  window(start: number, end: number, growing: boolean): void {
    this.start = this.pos = start;
    this.end = end;
    this.growing = growing;
  }

  /** An error about the byte at `position`; the caller throws it. */
  error(code: DecodeErrorCode, position: number, reason: string): DecodeError {
    return new DecodeError(code, position - this.start, reason);
  }

  /** `need` bytes were due at `position` and are not there. */
  truncated(position: number, need: number): DecodeError {
    const left = Math.max(0, this.end - position);
    return this.error('truncated', position, `expected ${need} more bytes, the message has ${left}`);
  }

  /** A length or element count that cannot be. */
  badSize(size: number, position: number, what: string): DecodeError {
    if (size < 0) return this.error('negative-size', position, `${what} has the negative size ${size}`);
    const left = this.end - position;
    return this.error(
      'truncated',
      position,
      `${what} claims a size of ${size}, the message has ${left} more bytes`,
    );
  }

  /** Structs or containers nested beyond the limit. */
  tooDeep(position: number): DecodeError {
    return this.error('depth-limit', position, `nested deeper than ${this.maxDepth} (limits.depth)`);
  }
}
