import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { structNames } from '../workloads/values.ts';
import { type CodecOf, ownedCodec } from './contender.ts';
import { packageOf } from './packages.ts';

interface Struct {
  readonly Constructor: new (fields: object) => object;
  toBuffer(value: unknown): Uint8Array;
  fromBuffer(bytes: Uint8Array): unknown;
}

interface ThriftrwPackage {
  readonly Thrift: new (options: {
    source: string;
    strict: boolean;
  }) => {
    readonly models: Readonly<Record<string, Struct>>;
  };
}

/** thriftrw, which has no calls of its own. An i64 is a Long, its one form that is no bare buffer. */
export function thriftrw(): CodecOf {
  const { Thrift } = packageOf<ThriftrwPackage>('thriftrw');
  const { fromNumber } = packageOf<{ fromNumber(value: number): object }>('long');
  const text = readFileSync(resolve('spec/bench/workloads/bench.thrift'), 'utf8');
  const schema = new Thrift({ source: text.replaceAll('i64', "i64 (js.type = 'Long')"), strict: false });
  return struct => {
    const type = schema.models[structNames[struct]]!;
    return ownedCodec(
      value => {
        const long = struct === 'medium' ? { id: fromNumber((value as { id: number }).id) } : {};
        return new type.Constructor({ ...value, ...long });
      },
      native => type.toBuffer(native),
      bytes => type.fromBuffer(bytes),
    );
  };
}
