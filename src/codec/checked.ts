import { DecodeError } from '../errors/decode-error.ts';
import type { ValueError } from '../errors/value-error.ts';
import type { TypeDescriptor } from '../schema/descriptor.ts';
import type { ByteReader } from '../wire/reader.ts';
import { type ByteWriter, REFUSED } from '../wire/writer.ts';
import type { Codec, CodecFinder } from './codec.ts';
import { explainValue } from './explain.ts';
import { locateIn } from './locate.ts';

/** Encodes with a codec; a refused value becomes the error that `explain` finds. What a getter throws passes. */
export function encodeChecked(
  codec: Codec,
  w: ByteWriter,
  value: unknown,
  at: number,
  explain: () => ValueError,
): number {
  try {
    return codec.encode(w, value, at, 0);
  } catch (error) {
    if (error !== REFUSED) throw error;
    const refusal = explain();
    // The walk that found it is deep enough to push the caller out of the stack.
    Error.captureStackTrace(refusal, encodeChecked);
    throw refusal;
  }
}

/** Decodes with a codec; the path of the field at fault is added to what it throws. */
export function decodeChecked(
  codec: Codec,
  r: ByteReader,
  find: (from: number, fault: number) => string,
): unknown {
  const from = r.pos;
  try {
    return codec.decode(r, 0);
  } catch (error) {
    // Of a message that is not all there yet nobody asks where it stopped.
    if (!(error instanceof DecodeError) || (r.growing && error.code === 'truncated')) throw error;
    const path = find(from, r.start + error.offset);
    throw new DecodeError(error.code, error.offset, error.reason, path);
  }
}

/** Writes a value at `at`, and gives where it ends. Throws a ValueError with the path of what does not fit. */
export function serializeWith(
  codecs: CodecFinder,
  type: TypeDescriptor,
  value: unknown,
  w: ByteWriter,
  at: number,
): number {
  return encodeChecked(codecs.of(type), w, value, at, () =>
    explainValue(type, value, w.maxDepth, codecs.protocol),
  );
}

/** The value of bytes that hold nothing else. Throws a DecodeError with the path and offset of what is wrong. */
export function deserializeWith(codecs: CodecFinder, type: TypeDescriptor, r: ByteReader): unknown {
  const find = (from: number, fault: number) => locateIn(codecs.protocol, type, r, from, fault);
  const value = decodeChecked(codecs.of(type), r, find);
  if (value === undefined)
    throw new DecodeError(
      'invalid-data',
      0,
      `expected ${type}, the elements have another type`,
      String(type),
    );
  codecs.protocol.read.valueEnd(r);
  if (r.pos < r.end) {
    throw new DecodeError(
      'trailing-bytes',
      r.pos - r.start,
      `${r.end - r.pos} bytes follow the value`,
      String(type),
    );
  }
  return value;
}
