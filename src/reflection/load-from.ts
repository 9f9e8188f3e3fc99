import { type ClientOptions, makeClient } from '../client.ts';
import { checkValueOptions } from '../config.ts';
import type { Target } from '../connect/connect.ts';
import { RpcError } from '../errors/rpc-error.ts';
import { type LoadOptions, loadFiles } from '../load.ts';
import type { Channel } from '../rpc/channel.ts';
import { type DynamicModule, describe } from '../values/module.ts';
import { reflectionModule, type Schema } from './contract.ts';
import { checkCount, checkReceived, unusable } from './received.ts';

/** How to connect, and how values look. */
export interface LoadFromOptions
  extends Omit<ClientOptions, 'serviceName'>,
    Omit<LoadOptions, 'includeDirs'> {
  /** The file of this service is loaded. Default: the server's first. */
  readonly service?: string;
}

const loadOptions = ['strict', 'int64', 'maps', 'utf8', 'onWarning'];

/**
 * Asks a server with `reflection()` for its IDL, and loads it as `load` loads files: the result is the module of the
 * file that defines its first service. Nothing is read from the disk. Rejects with an RpcError where the server cannot
 * be reached, has no reflection, or tells what is none; with an IdlError where its IDL is in error.
 */
export async function loadFrom<M extends object = DynamicModule>(
  target: Target | Channel,
  options: LoadFromOptions = {},
): Promise<M> {
  const { service, ...others } = options;
  const entries = Object.entries(others);
  const pick = (isWanted: (name: string) => boolean) =>
    Object.fromEntries(entries.filter(([name]) => isWanted(name)));
  const loading: LoadOptions = pick(name => loadOptions.includes(name));
  checkValueOptions('loadFrom', loading);
  const [schema, peer] = await ask(
    target,
    pick(name => !loadOptions.includes(name)),
  );
  checkReceived(schema, peer);
  return loadService<M>(schema, service, peer, loading);
}

async function ask(target: Target | Channel, options: ClientOptions): Promise<[Schema, peer: string]> {
  // Its plain name could be a method of the server's first service.
  const own = { serviceName: 'ThriftReflection', ...options };
  const client = makeClient(reflectionModule().ThriftReflection, target, own);
  const { peer } = client.$channel;
  try {
    return [await client.getThriftSchema(), peer];
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'UNIMPLEMENTED') throw error;
    const text = `${peer} does not tell its IDL: it has no service ThriftReflection`;
    throw new RpcError(
      'UNIMPLEMENTED',
      `${text}; server.add(reflection()) adds it, where the server is ours`,
      {
        peer,
        method: 'ThriftReflection.getThriftSchema',
        cause: error,
      },
    );
  } finally {
    await client.$close({ grace: 0 });
  }
}

function loadService<M extends object>(
  { services, files }: Schema,
  wanted: string | undefined,
  peer: string,
  options: LoadOptions,
): M {
  const chosen = wanted === undefined ? services[0] : services.find(({ name }) => name === wanted);
  if (chosen === undefined) {
    const names = services.slice(0, 20).map(({ name }) => JSON.stringify(name));
    const missing = wanted === undefined ? 'no service' : `no service ${JSON.stringify(wanted)}`;
    throw unusable(peer, 'NOT_FOUND', `${missing}; there are ${names.join(', ') || 'none'}`);
  }
  // Findings say from where the text is.
  const place = (name: string) => `${peer}/${name}`;
  const byPlace = new Map(files.map(file => [place(file.name), file]));
  const byName = new Map(files.map(file => [file.name, file]));
  let count = 0;
  const module = loadFiles<M>(
    { file: place(chosen.file), text: byName.get(chosen.file)!.text },
    ({ path, from }) => {
      const { name, includes } = byPlace.get(from)!;
      const file = byName.get(includes.get(path) ?? '');
      const written = `${name} includes ${JSON.stringify(path.slice(0, 100))}`;
      if (file === undefined)
        throw unusable(peer, 'INTERNAL', `${written}, and does not say which file that is`);
      checkCount(peer, ++count, 'includes');
      return { file: place(file.name), text: file.text };
    },
    options,
  );
  if (describe(module).definitions.some(({ kind, name }) => kind === 'service' && name === chosen.name))
    return module;
  throw unusable(peer, 'INTERNAL', `${chosen.file} defines no service ${JSON.stringify(chosen.name)}`);
}
