import { type CodecOf, ownedCodec } from './contender.ts';
import { packageOf } from './packages.ts';

interface Packr {
  pack(value: unknown): Uint8Array;
  unpack(bytes: Uint8Array): unknown;
}

interface MsgpackrPackage {
  readonly Packr: new (options: object) => Packr;
}

/** MessagePack: with its extension of records, whose keys both ends remember, or as it is specified. */
export function msgpackr(variant: 'records' | 'plain'): CodecOf {
  const { Packr } = packageOf<MsgpackrPackage>('msgpackr');
  return () => {
    const packr = new Packr(variant === 'records' ? { structures: [] } : { useRecords: false });
    return ownedCodec(
      value => value,
      value => packr.pack(value),
      bytes => packr.unpack(bytes),
    );
  };
}
