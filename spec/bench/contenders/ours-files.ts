import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DynamicModule, Limits, StructClass } from 'livethrift';

const IDL = 'spec/bench/workloads/bench.thrift';
const STREAMS = 'spec/bench/workloads/streams.thrift';
const large = 256 * 1024 * 1024;
/** Beyond what any workload needs: what growth is measured with must get through. */
export const raised: Partial<Limits> = { frame: large, message: large, unsent: large };

/** Where the compiler puts each file by itself: what users have is bundled, and lets nobody inside. */
export const FILES = 'spec/bench/build/ours';

/** A build of ours: JavaScript as users run it, transpiled by nobody at run time. */
export class OursBuild {
  readonly api: typeof import('livethrift');
  readonly #files: InnerFiles | undefined;

  private constructor(api: typeof import('livethrift'), files?: InnerFiles) {
    this.api = api;
    this.#files = files;
  }

  /** As users have it. */
  static async of(folder = 'dist'): Promise<OursBuild> {
    return new OursBuild((await importFrom(folder, 'index.js')) as typeof import('livethrift'));
  }

  /** With what is not exported: `parse` and `inPlace`. */
  static async inside(folder: string = FILES): Promise<OursBuild> {
    const { api } = await OursBuild.of(folder);
    const inner = await Promise.all(
      [
        'codec/by-protocol.js',
        'wire/writer.js',
        'wire/reader.js',
        'limits.js',
        'idl/parse.js',
        'idl/source.js',
        'idl/diagnostics.js',
      ].map(name => importFrom(folder, name)),
    );
    return new OursBuild(api, Object.assign({}, ...inner) as InnerFiles);
  }

  get #inner(): InnerFiles {
    if (this.#files === undefined) throw new Error('this build was not opened by OursBuild.inside');
    return this.#files;
  }

  /** bench.thrift, loaded anew. */
  schema(): DynamicModule {
    return this.api.loadSync(resolve(IDL));
  }

  /** streams.thrift, loaded anew. */
  streams(): DynamicModule {
    return this.api.loadSync(resolve(STREAMS));
  }

  /** Parses alone: no linking, no classes. */
  parse(text: string): unknown {
    const { parse, SourceText, Diagnostics } = this.#inner;
    return parse(new SourceText('bench.thrift', text), new Diagnostics());
  }

  /** A struct's codec as a connection has it: into its buffer, out of the chunk that came. */
  inPlace(Class: StructClass, protocol: 'binary' | 'compact'): InPlace {
    const { ByteReader, ByteWriter, codecsByProtocol, defaultLimits } = this.#inner;
    const codec = codecsByProtocol[protocol]!.of(this.api.describe(Class));
    const writer = new ByteWriter(64 * 1024, defaultLimits.depth);
    const reader = new ByteReader(defaultLimits);
    return {
      encode: value => codec.encode(writer, value, 0, 0),
      decoder(messages) {
        const ends = [0];
        for (const { length } of messages) ends.push(ends.at(-1)! + length);
        reader.attach(Buffer.concat(messages));
        return i => {
          reader.window(ends[i]!, ends[i + 1]!, false);
          return codec.decode(reader, 0);
        };
      },
    };
  }
}

async function importFrom(folder: string, name: string): Promise<object> {
  return (await import(pathToFileURL(resolve(folder, name)).href)) as object;
}

export interface InPlace {
  encode(value: unknown): unknown;
  decoder(messages: readonly Uint8Array[]): (i: number) => unknown;
}

/** What is used of the files that the package does not export. */
interface InnerFiles {
  readonly codecsByProtocol: Readonly<Record<string, { of(type: object): Codec }>>;
  readonly ByteWriter: new (capacity: number, maxDepth: number) => object;
  readonly ByteReader: new (limits: Limits) => Reader;
  readonly defaultLimits: Limits;
  readonly SourceText: new (file: string, text: string) => object;
  readonly Diagnostics: new () => object;
  parse(source: object, diagnostics: object): unknown;
}

interface Codec {
  encode(writer: object, value: unknown, at: number, depth: number): number;
  decode(reader: Reader, depth: number): unknown;
}

interface Reader {
  attach(bytes: Buffer): void;
  window(start: number, end: number, growing: boolean): void;
}
