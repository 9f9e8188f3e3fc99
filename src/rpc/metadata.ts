import { inspect } from 'node:util';
import type { Headers } from '../transport/envelope.ts';

/** A text, or under a name that ends in `-bin`, bytes. */
export type MetadataValue = string | Uint8Array;

/** What metadata is made from: an object of values by name, or pairs. */
export type MetadataInit =
  | Readonly<Record<string, MetadataValue>>
  | Iterable<readonly [name: string, value: MetadataValue]>;

type BytesName = `${string}-bin`;

/**
 * What travels beside a call or a reply, by name: texts, and bytes under names that end in `-bin`, which travel as
 * base64 (the convention of gRPC). Names differ by case, as they were sent. A TypeError for what is none of these.
 */
export class Metadata implements Iterable<[name: string, value: MetadataValue]> {
  readonly #headers = new Map<string, string>();

  constructor(init?: MetadataInit) {
    if (init === undefined) return;
    if (typeof init !== 'object' || init === null) {
      throw new TypeError(`metadata: expected an object of values by name, got ${String(init)}`);
    }
    const pairs = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name, value] of pairs as Iterable<readonly [string, MetadataValue]>) this.set(name, value);
  }

  /** What came with a message. */
  static received(headers: Iterable<readonly [string, string]>): Metadata {
    const made = new Metadata();
    for (const [name, text] of headers) made.#headers.set(name, text);
    return made;
  }

  get size(): number {
    return this.#headers.size;
  }

  /** As it travels: bytes are base64. */
  get headers(): Headers {
    return this.#headers;
  }

  has(name: string): boolean {
    return this.#headers.has(name);
  }

  get(name: BytesName): Uint8Array | undefined;
  get(name: string): string | undefined;
  get(name: string): MetadataValue | undefined {
    const text = this.#headers.get(name);
    return text === undefined ? undefined : readValue(name, text);
  }

  set(name: BytesName, value: Uint8Array): this;
  set(name: string, value: MetadataValue): this;
  set(name: string, value: MetadataValue): this {
    this.#headers.set(checkName(name), textOf(name, value));
    return this;
  }

  delete(name: string): boolean {
    return this.#headers.delete(name);
  }

  *[Symbol.iterator](): Generator<[name: string, value: MetadataValue]> {
    for (const [name, text] of this.#headers) yield [name, readValue(name, text)];
  }
}

// Not inside: its name is no text that declarations could be made from.
Object.defineProperty(Metadata.prototype, inspect.custom, {
  value(this: Metadata) {
    return new Map(this);
  },
});

function isBytes(name: string): name is BytesName {
  return name.endsWith('-bin');
}

function readValue(name: string, text: string): MetadataValue {
  return isBytes(name) ? Uint8Array.from(Buffer.from(text, 'base64')) : text;
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.isWellFormed()) return name;
  throw new TypeError(`metadata: expected a name, got ${inspect(name)}`);
}

function textOf(name: string, value: unknown): string {
  if (isBytes(name)) {
    if (value instanceof Uint8Array) {
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
    }
    throw new TypeError(`metadata.${name}: names that end in -bin are for bytes, got ${inspect(value)}`);
  }
  if (typeof value !== 'string') {
    const hint = value instanceof Uint8Array ? '; bytes go under a name that ends in -bin' : '';
    throw new TypeError(`metadata.${name}: expected a text, got ${inspect(value)}${hint}`);
  }
  if (!value.isWellFormed()) throw new TypeError(`metadata.${name}: half a surrogate pair has no UTF-8`);
  return value;
}
