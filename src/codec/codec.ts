import type { Protocol } from '../protocol/protocol.ts';
import type { TypeDescriptor } from '../schema/descriptor.ts';
import type { ByteReader } from '../wire/reader.ts';
import type { ByteWriter } from '../wire/writer.ts';
import type { CodecPlan } from './plan.ts';

/**
 * Writes a value at a position and returns where it ends. A value that does not fit makes it throw `REFUSED`;
 * `encodeChecked` turns that into a ValueError.
 */
export type Encode = (w: ByteWriter, value: unknown, at: number, depth: number) => number;
/** Reads a value at `r.pos`, which it moves. Gives undefined for a container whose elements are of other types. */
export type Decode = (r: ByteReader, depth: number) => unknown;

/** Encoder and decoder of one type. Callers keep the object: its functions replace themselves when first called. */
export interface Codec {
  encode: Encode;
  decode: Decode;
}

/** Where a codec finds those of its parts. */
export interface CodecFinder {
  readonly protocol: Protocol;
  of(type: TypeDescriptor): Codec;
}

/** A way to make the functions of a plan. */
export interface CodecMaker {
  encoder(plan: CodecPlan, codecs: CodecFinder): Encode;
  decoder(plan: CodecPlan, codecs: CodecFinder): Decode;
}
