import type { Span } from '../protocol/protocol.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { Envelope } from './envelope.ts';

/** Who takes messages. */
export interface MessageTaker {
  /**
   * Given each message as a window of the reader. It leaves `r.pos` at the message's end, and answers whether to
   * go on with the next one; after a no, `resume` does. While `r.growing` it may throw a `truncated` DecodeError
   * to be asked again when the whole message is there.
   */
  take(r: ByteReader, envelope: Envelope): boolean;
}

/** Cuts messages out of bytes: one for each transport. */
export interface Cutter {
  /**
   * Hands on the messages between `at` and `end`, and returns where the first one begins that is not whole,
   * or that was not asked for any more. Throws a DecodeError for bytes that no message begins with.
   */
  cut(r: ByteReader, at: number, end: number, taker: MessageTaker): number;
  /** Bytes that the message at the front takes at least, as far as known: room to make at once. */
  readonly wanted: number;
  /** A string in that message, of which all the bytes stand together and the last ones are still to come; where known. */
  readonly string?: Span | undefined;
}
