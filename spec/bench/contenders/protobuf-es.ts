import { type EchoMethod, type Medium, structNames } from '../workloads/values.ts';
import { type CodecOf, ownedCodec } from './contender.ts';
import { packageOf } from './packages.ts';
import { protobufRoot } from './protobufjs.ts';

interface ProtobufEs {
  createFileRegistry(files: unknown): { getMessage(name: string): object | undefined };
  create(type: object, fields: object): object;
  toBinary(type: object, message: object): Uint8Array;
  fromBinary(type: object, bytes: Uint8Array): object;
}

interface DescriptorSet {
  readonly file: readonly { readonly messageType: readonly MessageType[] }[];
}

interface MessageType {
  readonly name: string;
  readonly field: readonly { typeName?: string }[];
  readonly nestedType: readonly MessageType[];
}

interface Descriptors {
  readonly FileDescriptorSet: { encode(message: object): { finish(): Uint8Array } };
}

/** protobuf-es from a schema that is known at run time, as its reflection has it. protobufjs reads the file. */
export function protobufEs(): CodecOf {
  const es = packageOf<ProtobufEs>('@bufbuild/protobuf');
  const { FileDescriptorSetSchema } = packageOf<{ FileDescriptorSetSchema: object }>(
    '@bufbuild/protobuf/wkt',
  );
  const { FileDescriptorSet } = packageOf<Descriptors>('protobufjs/ext/descriptor');
  const set = protobufRoot().resolveAll().toDescriptor('proto3');
  qualify(set as unknown as DescriptorSet);
  const files = es.fromBinary(FileDescriptorSetSchema, FileDescriptorSet.encode(set).finish());
  const registry = es.createFileRegistry(files);
  return struct => {
    const type = registry.getMessage(`bench.${structNames[struct]}`);
    if (type === undefined) throw new Error(`bench.proto has no message ${structNames[struct]}`);
    return ownedCodec(
      value => es.create(type, native(struct, value)),
      message => es.toBinary(type, message),
      bytes => es.fromBinary(type, bytes),
    );
  };
}

/** protobufjs writes names as they stand in the file; descriptors have them in full. */
function qualify({ file }: DescriptorSet): void {
  for (const { name, field, nestedType } of file.flatMap(({ messageType }) => messageType)) {
    for (const one of field) {
      if (!one.typeName) continue;
      const nested = nestedType.some(type => type.name === one.typeName);
      one.typeName = nested ? `.bench.${name}.${one.typeName}` : `.bench.${one.typeName}`;
    }
  }
}

function native(struct: EchoMethod, value: object): object {
  return struct === 'medium' ? { ...value, id: BigInt((value as Medium).id) } : value;
}
