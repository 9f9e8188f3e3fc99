import { decodeChecked, deserializeWith, serializeWith } from '../../src/codec/checked.ts';
import { Codecs, type Engine } from '../../src/codec/codecs.ts';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { ValueError } from '../../src/errors/value-error.ts';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { binary } from '../../src/protocol/binary.ts';
import { compact } from '../../src/protocol/compact.ts';
import { json } from '../../src/protocol/json.ts';
import type { Protocol } from '../../src/protocol/protocol.ts';
import type { TypeDescriptor } from '../../src/schema/descriptor.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';

/** The engines that may be used here: under `--disallow-code-generation-from-strings` the closures alone. */
export const engines: readonly Engine[] =
  new Codecs(binary).engine === 'source' ? ['source', 'closures'] : ['closures'];

export const protocols: readonly Protocol[] = [binary, compact, json];

/** Those of a protocol: nobody prints source for JSON. */
export function enginesOf(protocol: Protocol): readonly Engine[] {
  return engines.filter(engine => new Codecs(protocol, engine).engine === engine);
}

/** Both engines, in specs that hold them to each other. They are not defined where there is only one. */
export const hasBoth: boolean = engines.length === 2;

export function hasBothOf(protocol: Protocol): boolean {
  return enginesOf(protocol).length === 2;
}

/** What one engine makes of values and bytes of any type. */
export class Subject {
  readonly engine: Engine;
  readonly #codecs: Codecs;
  readonly #limits: Limits;

  constructor(engine: Engine, protocol: Protocol = binary, limits: Partial<Limits> = {}) {
    this.engine = engine;
    this.#codecs = new Codecs(protocol, engine);
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** `capacity`: of the buffer at the start, so that growing it can be met anywhere. */
  encode(type: TypeDescriptor, value: unknown, capacity = 8): Buffer {
    const w = new ByteWriter(capacity, this.#limits.depth);
    const end = serializeWith(this.#codecs, type, value, w, 0);
    return w.bytes.subarray(0, end);
  }

  decode(type: TypeDescriptor, bytes: Uint8Array): unknown {
    return deserializeWith(this.#codecs, type, this.reader(bytes));
  }

  /** Decodes from the middle of other bytes, which must not be read. */
  decodeWithin(type: TypeDescriptor, bytes: Uint8Array, before: Uint8Array, after: Uint8Array): unknown {
    const reader = this.reader(Buffer.concat([before, bytes, after]));
    reader.window(before.length, before.length + bytes.length, false);
    return deserializeWith(this.#codecs, type, reader);
  }

  /** As a message that goes on behind the value: what follows is no error. */
  decodeStart(type: TypeDescriptor, bytes: Uint8Array): { value: unknown; end: number } {
    const reader = this.reader(bytes);
    const value = decodeChecked(this.#codecs.of(type), reader, () => '');
    return { value, end: reader.pos };
  }

  reader(bytes: Uint8Array): ByteReader {
    const reader = new ByteReader(this.#limits);
    reader.attach(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    reader.window(0, bytes.byteLength, false);
    return reader;
  }
}

/** What came of it, as data to compare. Any error but a refusal is thrown on: there should be none. */
export type Verdict = { value: unknown } | { code: string; path: string; offset?: number; message: string };

export function verdictOf(run: () => unknown): Verdict {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof ValueError) return { code: error.code, path: error.path, message: error.message };
    if (error instanceof DecodeError)
      return { code: error.code, path: error.path, offset: error.offset, message: error.message };
    throw error;
  }
}
