import { RpcError } from '../errors/rpc-error.ts';
import type { StatusCode } from '../errors/status.ts';
import { hashOf, type Schema, type SchemaFile } from './contract.ts';
import { isName } from './names.ts';

type Measure = 'files' | 'characters' | 'includes' | 'characters in a name';

/** What a server may make of its clients: more than people write, and loaded within seconds at worst. */
const limits: Readonly<Record<Measure, number>> = {
  files: 1000,
  characters: 2 * 1024 * 1024,
  includes: 10_000,
  'characters in a name': 1000,
};

/** Throws an RpcError for more than is taken. */
export function checkCount(peer: string, count: number, what: Measure): void {
  if (count <= limits[what]) return;
  const text = `it has ${count} ${what}; no more than ${limits[what]} are taken`;
  throw unusable(peer, 'RESOURCE_EXHAUSTED', text);
}

/** An error about what a server has told of its IDL. */
export function unusable(peer: string, code: StatusCode, text: string): RpcError {
  return new RpcError(code, `the IDL that ${peer} tells: ${text}`, {
    peer,
    method: 'ThriftReflection.getThriftSchema',
  });
}

/** Throws an RpcError for a schema that is too large, breaks the contract's rules, or is not the one that was sent. */
export function checkReceived(schema: Schema, peer: string): void {
  const { services, files, hash } = schema;
  checkSize(schema, peer);
  const refuse = (text: string) => unusable(peer, 'INTERNAL', text);
  const known = new Set<string>();
  for (const { name, includes } of files) {
    if (!isName(name)) {
      throw refuse(`a file has the name ${JSON.stringify(name)}; expected a relative path without ".."`);
    }
    if (known.has(name)) throw refuse(`there are two files ${name}`);
    for (const [path, file] of includes) {
      if (known.has(file)) continue;
      const written = `${name} includes ${JSON.stringify(path)}`;
      // So that none can include itself, by whatever way.
      throw refuse(`${written}, ${JSON.stringify(file)}, which is not among the files before it`);
    }
    known.add(name);
  }
  for (const { name, file } of services) {
    if (!known.has(file)) {
      throw refuse(`service ${JSON.stringify(name)} is in ${JSON.stringify(file)}, which was not sent`);
    }
  }
  const actual = hashOf(schema);
  if (hash !== actual) {
    const text = `its SHA-256 is ${actual}, and should be ${JSON.stringify(hash.slice(0, 64))}: it has changed on its way`;
    throw unusable(peer, 'DATA_LOSS', text);
  }
}

function checkSize({ services, files }: Schema, peer: string): void {
  const total = (count: (file: SchemaFile) => number) => files.reduce((sum, file) => sum + count(file), 0);
  checkCount(peer, files.length, 'files');
  checkCount(
    peer,
    total(({ text }) => text.length),
    'characters',
  );
  checkCount(
    peer,
    total(({ includes }) => includes.size),
    'includes',
  );
  const names = files.flatMap(({ name, includes }) => [name, ...[...includes].flat()]);
  for (const name of [...names, ...services.flatMap(({ name, file }) => [name, file])]) {
    checkCount(peer, name.length, 'characters in a name');
  }
}
