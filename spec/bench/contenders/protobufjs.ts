import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { structNames } from '../workloads/values.ts';
import { type CodecOf, ownedCodec } from './contender.ts';
import { packageOf } from './packages.ts';

export interface ProtobufRoot {
  lookupType(name: string): {
    fromObject(value: object): object;
    encode(message: object): { finish(): Uint8Array };
    decode(bytes: Uint8Array): object;
  };
  resolveAll(): ProtobufRoot;
  /** Once `protobufjs/ext/descriptor` is loaded. */
  toDescriptor(edition: string): object;
}

/** The schema of bench.proto. */
export function protobufRoot(): ProtobufRoot {
  const { parse } = packageOf<{ parse(text: string): { root: ProtobufRoot } }>('protobufjs');
  return parse(readFileSync(resolve('spec/bench/workloads/bench.proto'), 'utf8')).root;
}

/** protobufjs as it is used without its compiler: code made at run time, Long for int64. */
export function protobufjs(): CodecOf {
  const root = protobufRoot();
  return struct => {
    const type = root.lookupType(`bench.${structNames[struct]}`);
    return ownedCodec(
      value => type.fromObject(value),
      message => type.encode(message).finish(),
      bytes => type.decode(bytes),
    );
  };
}
