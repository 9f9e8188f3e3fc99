import type { ProtocolName } from '../../protocol/protocol.ts';
import type { CodecMaker } from '../codec.ts';
import { BinaryDecodePrinter } from './binary-decode.ts';
import { BinaryEncodePrinter } from './binary-encode.ts';
import { CompactDecodePrinter } from './compact-decode.ts';
import { CompactEncodePrinter } from './compact-encode.ts';

/** Encoders and decoders as generated source, for the protocols that have printers. */
export const sourceMakers: Readonly<Partial<Record<ProtocolName, CodecMaker>>> = {
  binary: {
    encoder: (plan, codecs) => new BinaryEncodePrinter(codecs).print(plan),
    decoder: (plan, codecs) => new BinaryDecodePrinter(codecs).print(plan),
  },
  compact: {
    encoder: (plan, codecs) => new CompactEncodePrinter(codecs).print(plan),
    decoder: (plan, codecs) => new CompactDecodePrinter(codecs).print(plan),
  },
};
