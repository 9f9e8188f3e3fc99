import type { DynamicModule, StructClass } from 'livethrift';
import { type BenchClient, handler } from '../workloads/calls.ts';
import { type Chunk, checkChunk, chunkOf } from '../workloads/chunks.ts';
import { type EchoMethod, type Medium, structNames } from '../workloads/values.ts';
import { type CodecOf, type Contender, type Entrant, ownedCodec } from './contender.ts';
import { OursBuild, raised } from './ours-files.ts';
import { callerOf } from './promises.ts';

export async function ours({
  build,
  transport = 'buffered',
  protocol = 'binary',
}: Entrant): Promise<Contender> {
  const files = await OursBuild.of(build);
  const { makeClient, makeServer } = files.api;
  const module = files.schema();
  const { Streams } = files.streams();
  return {
    async serve() {
      const server = makeServer(module.Bench, handler, { limits: raised }).add(Streams, pouring);
      const address = await server.listen({ port: 0 });
      if (!('port' in address)) throw new Error('expected a port');
      return address.port;
    },
    async connect(port) {
      const options = { transport, protocol, limits: raised };
      const client = makeClient(module.Bench, { host: '127.0.0.1', port }, options);
      await client.$ready();
      const close = (): void => void client.$close({ grace: 0 });
      const native = (struct: EchoMethod, value: object): object => nativeOf(module, struct, value);
      const streams = makeClient(Streams, client.$channel);
      return {
        ...callerOf(client as unknown as BenchClient, native, close),
        async pour(ms) {
          const end = performance.now() + ms;
          let i = 0;
          for await (const chunk of streams.pour(chunkOf(0)) as AsyncIterable<Chunk>) {
            checkChunk(chunk, i++);
            if (i % 64 === 0 && performance.now() > end) break;
          }
          return { calls: i, latencies: [] };
        },
      };
    },
  };
}

const pouring = {
  async *pour(): AsyncGenerator<Chunk> {
    for (let i = 0; ; i++) yield chunkOf(i);
  },
};

/** As a program has it, by `serialize` and `deserialize`; or as a connection has it. */
export async function oursCodec({ build, variant, protocol = 'binary' }: Entrant): Promise<CodecOf> {
  const files = variant === 'owned' ? await OursBuild.of(build) : await OursBuild.inside(build);
  const { serialize, deserialize } = files.api;
  const module = files.schema();
  return struct => {
    const Class = module[structNames[struct]] as StructClass;
    const owned = ownedCodec(
      value => nativeOf(module, struct, value),
      native => serialize(Class, native, { protocol }),
      bytes => deserialize(Class, bytes, { protocol }),
    );
    return variant === 'owned' ? owned : { ...owned, ...files.inPlace(Class, protocol) };
  };
}

/** Instances of the loaded classes, as decoding makes them: bigint for i64, maps for maps. */
function nativeOf(module: DynamicModule, struct: EchoMethod, value: object): object {
  const Class = module[structNames[struct]] as new (fields: object) => object;
  return new Class(fieldsOf(struct, value));
}

function fieldsOf(struct: EchoMethod, value: object): object {
  if (struct === 'medium') {
    const { id, attributes, ...others } = value as Medium;
    return { id: BigInt(id), ...others, attributes: new Map(Object.entries(attributes)) };
  }
  if (struct === 'counts') {
    const { values } = value as { values: Record<string, number> };
    return { values: new Map(Object.entries(values)) };
  }
  return value;
}
