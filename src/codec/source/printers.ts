import type { CodecFinder, Decode, Encode } from '../codec.ts';
import type { CodecPlan } from '../plan.ts';
import { BinaryDecodePrinter } from './binary-decode.ts';
import { BinaryEncodePrinter } from './binary-encode.ts';
import { CompactDecodePrinter } from './compact-decode.ts';
import { CompactEncodePrinter } from './compact-encode.ts';

const printers = {
  binary: { encode: BinaryEncodePrinter, decode: BinaryDecodePrinter },
  compact: { encode: CompactEncodePrinter, decode: CompactDecodePrinter },
} as const;

/** An encoder as generated source. */
export function sourceEncoder(plan: CodecPlan, codecs: CodecFinder): Encode {
  return new printers[codecs.protocol.name].encode(codecs).print(plan);
}

/** A decoder as generated source. */
export function sourceDecoder(plan: CodecPlan, codecs: CodecFinder): Decode {
  return new printers[codecs.protocol.name].decode(codecs).print(plan);
}
