import type { Limits } from '../limits.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ByteWriter } from '../wire/writer.ts';
import type { WireType } from './types.ts';

/** What stands before a message's body. One instance is filled again and again. */
export class MessageHeader {
  /** The method's name, `Service:method` from a multiplexing client. */
  name = '';
  type = 0;
  seqid = 0;
  /** False for the binary protocol's old form, which carries no version. */
  strict = true;
}

export type ProtocolName = 'binary' | 'compact' | 'json';

/**
 * How values look as bytes. Everything here takes and gives positions; what a type means is the codec's
 * business. Writers make their own room.
 */
export interface Protocol {
  readonly name: ProtocolName;
  /** Whether values of a type have a form here. */
  holds(type: WireType): boolean;
  /** Whether an empty map names the types of its keys and values, as every other container does. */
  readonly typesEmptyMaps: boolean;

  /** Reads a header at `r.pos` and moves on to the body; false when the bytes end before it does. */
  readMessage(r: ByteReader, header: MessageHeader): boolean;
  writeMessage(w: ByteWriter, at: number, header: MessageHeader): number;
  /** What stands behind a message's body: nothing, but in a text protocol. */
  readMessageEnd(r: ByteReader): void;
  writeMessageEnd(w: ByteWriter, at: number): number;
  /** Where the next message begins, at or behind `at`, in a protocol that lets something stand between messages. */
  skipGap?(bytes: Buffer, at: number, end: number): number;
  /** Finds where messages end, however they are cut into chunks. */
  scanner(limits: Limits): MessageScanner;
  /** Moves over one value of a type, at `r.pos`. */
  skip(r: ByteReader, type: number, depth: number): void;
  /** The same for the field whose header was read last. */
  skipField(r: ByteReader, type: number, depth: number): void;

  readonly write: ValueWriter;
  /** Leaves in the place of a map's key. */
  readonly writeKey: LeafWriter;
  readonly read: ValueReader;
}

/** One value each, written at `at`; they return where it ends. Values are checked already, but for texts. */
export interface LeafWriter {
  bool(w: ByteWriter, at: number, value: boolean): number;
  i8(w: ByteWriter, at: number, value: number): number;
  i16(w: ByteWriter, at: number, value: number): number;
  i32(w: ByteWriter, at: number, value: number): number;
  i64(w: ByteWriter, at: number, value: bigint): number;
  float(w: ByteWriter, at: number, value: number): number;
  double(w: ByteWriter, at: number, value: number): number;
  string(w: ByteWriter, at: number, value: string): number;
  binary(w: ByteWriter, at: number, value: Uint8Array): number;
  uuid(w: ByteWriter, at: number, value: string): number;
}

/** What stands between values and around them: nothing, but in a text protocol. */
export interface PunctuationWriter {
  structBegin(w: ByteWriter, at: number): number;
  /** Behind a field's value. */
  fieldEnd(w: ByteWriter, at: number): number;
  /** Before each element of a list or set. */
  element(w: ByteWriter, at: number): number;
  listEnd(w: ByteWriter, at: number): number;
  /** Before the key of a map's entry, counted from 0. */
  entry(w: ByteWriter, at: number, index: number): number;
  /** Between a key and its value. */
  colon(w: ByteWriter, at: number): number;
  mapEnd(w: ByteWriter, at: number): number;
}

/** Leaves, and the heads of what is made of them. */
export interface ValueWriter extends LeafWriter, PunctuationWriter {
  /** The header of a field, `last` being the id of the one before, 0 for the first. */
  field(w: ByteWriter, at: number, type: WireType, id: number, last: number): number;
  /** Header and value in one: the compact protocol has the value in the header. */
  boolField(w: ByteWriter, at: number, value: boolean, id: number, last: number): number;
  stop(w: ByteWriter, at: number): number;
  list(w: ByteWriter, at: number, element: WireType, size: number): number;
  map(w: ByteWriter, at: number, key: WireType, value: WireType, size: number): number;
}

/** As `PunctuationWriter`, at `r.pos`. */
export interface PunctuationReader {
  structBegin(r: ByteReader): void;
  /** Behind a field's value, also behind one that was skipped. */
  fieldEnd(r: ByteReader): void;
  element(r: ByteReader): void;
  /** Not behind a list or map whose size was -1: all of it was skipped. */
  listEnd(r: ByteReader): void;
  entry(r: ByteReader, index: number): void;
  colon(r: ByteReader): void;
  mapEnd(r: ByteReader): void;
  /** Behind a value that stands alone, in no message. */
  valueEnd(r: ByteReader): void;
}

/** One value each, at `r.pos`, which they move; every length is checked against the message's end. */
export interface ValueReader extends PunctuationReader {
  bool(r: ByteReader): boolean;
  i8(r: ByteReader): number;
  i16(r: ByteReader): number;
  i32(r: ByteReader): number;
  i64(r: ByteReader): bigint;
  float(r: ByteReader): number;
  double(r: ByteReader): number;
  string(r: ByteReader, strict: boolean): string;
  binary(r: ByteReader): Uint8Array;
  uuid(r: ByteReader): string;
  /** The next field's `type << 16 | id & 0xffff`, 0 at the end of the struct. `last` as for writing. */
  field(r: ByteReader, last: number): number;
  /** The value of the bool field whose header was read last. */
  boolField(r: ByteReader): boolean;
  /**
   * The size of a list or set of `element`s. Elements of another type are skipped (`depth` counts them) and
   * the size is -1: a field whose type does not match is as good as absent.
   */
  list(r: ByteReader, element: WireType, depth: number): number;
  map(r: ByteReader, key: WireType, value: WireType, depth: number): number;
}

/** Remembers how far a message was scanned: one for each message. */
export interface MessageScanner {
  /**
   * Goes on where the last call stopped. The message begins at `r.start`, bytes are there
   * up to `r.end`. Returns where the message ends, or -1 when it goes on beyond. Throws a DecodeError for
   * bytes that cannot be a message and for one larger than the limit.
   */
  scan(r: ByteReader): number;
  /** Bytes that the message takes at least, as far as it was scanned. */
  readonly wanted: number;
  /** The bytes of the string that the scan stopped in, where it knows its length. */
  readonly string: Span | undefined;
}

/** Some bytes of a message, counted from its start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
