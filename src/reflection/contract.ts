import { createHash } from 'node:crypto';
import { type InlineModule, idl } from '../inline/idl.ts';

/** Ours alone: fbthrift's ThriftMetadataService tells types without their files, docs and constants. */
const text = `
/** What a server tells of its IDL: the texts themselves, so that whoever calls it needs no file. */

struct ThriftFile {
  /** Relative, with "/" between its parts, none of which is ".." */
  1: required string name,
  2: required string text,
  /** Which file each include means: the path as written between the quotes, and the file's name. */
  3: required map<string, string> includes,
}

struct ServedThriftService {
  1: required string name,
  /** The file that defines it. */
  2: required string file,
}

struct ThriftSchema {
  /** In the order of the server: method names without a service lead to the first. */
  1: required list<ServedThriftService> services,
  /** What is included stands before those that include it. */
  2: required list<ThriftFile> files,
  /**
   * SHA-256 in hexadecimal of these, each as a netstring ("4:text,"): the number of services, and of each its name and
   * file; the number of files, and of each its name, text, number of includes, and of each of these path and file.
   * Services count in their order, files by name and includes by path in the order of their bytes.
   */
  3: required string hash,
}

service ThriftReflection {
  ThriftSchema getThriftSchema(),
}
`;

export type Reflection = InlineModule<typeof text>;

let loaded: Reflection | undefined;

/** The module of the contract, loaded when first asked for. */
export function reflectionModule(): Reflection {
  loaded ??= idl(text, { name: 'reflection.thrift' });
  return loaded;
}

export interface Schema {
  readonly services: readonly ServedService[];
  readonly files: readonly SchemaFile[];
  readonly hash: string;
}

export interface ServedService {
  readonly name: string;
  readonly file: string;
}

export interface SchemaFile {
  readonly name: string;
  readonly text: string;
  readonly includes: ReadonlyMap<string, string>;
}

/** The hash that belongs to services and files, as the contract says. */
export function hashOf({ services, files }: Omit<Schema, 'hash'>): string {
  const hash = createHash('sha256');
  const add = (part: string | number) => {
    const bytes = Buffer.from(String(part));
    hash.update(`${bytes.length}:`).update(bytes).update(',');
  };
  add(services.length);
  for (const { name, file } of services) [name, file].forEach(add);
  add(files.length);
  for (const { name, text, includes } of inOrder(files, file => file.name)) {
    [name, text, includes.size].forEach(add);
    for (const include of inOrder([...includes], ([path]) => path)) include.forEach(add);
  }
  return hash.digest('hex');
}

function inOrder<T>(all: readonly T[], key: (one: T) => string): T[] {
  const keyed = all.map(one => [Buffer.from(key(one)), one] as const);
  return keyed.sort(([a], [b]) => Buffer.compare(a, b)).map(([, one]) => one);
}
