import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const src = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * What each layer stands on. A folder is a layer, and so is a file that stands in `src` itself; below, each may
 * import those before it that it names, and nothing else.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  limits: [],
  options: [],
  wire: ['errors', 'limits'],
  idl: ['errors', 'limits'],
  protocol: ['errors', 'limits', 'wire'],
  schema: ['errors', 'limits', 'idl'],
  values: ['errors', 'schema'],
  transport: ['errors', 'limits', 'wire', 'protocol'],
  codec: ['errors', 'limits', 'wire', 'protocol', 'schema', 'values'],
  rpc: ['errors', 'limits', 'options', 'wire', 'protocol', 'schema', 'values', 'transport', 'codec'],
  interceptors: ['errors', 'options', 'rpc'],
  auth: ['errors', 'options', 'rpc', 'interceptors'],
  config: ['options', 'schema'],
  load: ['errors', 'options', 'idl', 'schema', 'values', 'config'],
  serialize: ['limits', 'options', 'wire', 'protocol', 'schema', 'values', 'codec'],
  'simple-json': ['errors', 'limits', 'options', 'schema', 'values', 'codec'],
  types: ['schema', 'values'],
  inline: ['values', 'load', 'types'],
  connect: ['limits', 'protocol', 'options', 'values', 'transport', 'rpc'],
  client: ['errors', 'options', 'schema', 'values', 'rpc', 'interceptors', 'connect'],
  server: ['limits', 'options', 'values', 'rpc'],
  signals: ['options', 'server'],
  fb303: ['errors', 'options', 'rpc', 'inline', 'server'],
  reflection: [
    'errors',
    'options',
    'schema',
    'values',
    'rpc',
    'config',
    'load',
    'inline',
    'connect',
    'client',
    'server',
  ],
  apache: [
    'errors',
    'limits',
    'options',
    'wire',
    'protocol',
    'schema',
    'values',
    'transport',
    'codec',
    'rpc',
  ],
  registries: ['options', 'rpc'],
  otel: ['errors', 'options', 'rpc'],
  typegen: ['schema', 'values'],
  register: ['schema', 'values', 'load'],
  cli: ['errors', 'idl', 'schema', 'config', 'load', 'typegen'],
  index: [
    'errors',
    'limits',
    'schema',
    'values',
    'transport',
    'rpc',
    'interceptors',
    'load',
    'inline',
    'serialize',
    'connect',
    'simple-json',
    'client',
    'server',
    'signals',
    'fb303',
    'reflection',
  ],
};

interface Module {
  readonly file: string;
  readonly layer: string;
  /** Files of `src`, relative to it. */
  readonly imports: readonly string[];
  /** Everything else. */
  readonly packages: readonly string[];
}

const modules: readonly Module[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(read);

function read(file: string): Module {
  const text = readFileSync(join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const specifiers = Array.from(
    text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)';|import\('([^']+)'\)/gm),
    m => (m[1] ?? m[2])!,
  );
  const isOurs = (specifier: string) => specifier.startsWith('.');
  return {
    file,
    layer: layerOf(file),
    imports: specifiers.filter(isOurs).map(specifier => relative(src, join(src, dirname(file), specifier))),
    packages: specifiers.filter(specifier => !isOurs(specifier)),
  };
}

function layerOf(file: string): string {
  return file.split('/')[0]!.replace(/\.ts$/, '');
}

describe('architecture', () => {
  it('sees the imports it judges', () => {
    expect(modules.length).to.be.greaterThan(50);
    expect(modules.flatMap(({ imports }) => imports).length).to.be.greaterThan(200);
  });

  it('has a place for every file', () => {
    const homeless = modules.filter(({ layer }) => !Object.hasOwn(layers, layer)).map(({ file }) => file);
    expect(homeless).to.deep.equal([]);
  });

  it('has no arrow that points up', () => {
    const wrong = modules.flatMap(({ file, layer, imports }) =>
      imports
        .filter(target => layerOf(target) !== layer && !layers[layer]?.includes(layerOf(target)))
        .map(target => `${file} -> ${target}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('has no circle, not even of types', () => {
    const byFile = new Map(modules.map(module => [module.file, module]));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      else if (!done.has(file)) {
        for (const target of byFile.get(file)?.imports ?? []) visit(target, [...path, file]);
        done.add(file);
      }
    };
    for (const { file } of modules) visit(file, []);
    expect(circles).to.deep.equal([]);
  });

  it('imports no barrel from inside', () => {
    const barrels = modules.filter(({ imports }) => imports.some(target => target.endsWith('index.ts')));
    expect(barrels.map(({ file }) => file)).to.deep.equal([]);
  });

  it('needs chevrotain in idl alone, ws in rpc, thrift in apache, clients in registries and auth, OpenTelemetry in otel, and beside the tools nothing else but Node', () => {
    const allowed: Readonly<Record<string, readonly string[]>> = {
      idl: ['chevrotain'],
      rpc: ['ws'],
      apache: ['thrift'],
      registries: ['etcd3', 'node-zookeeper-client'],
      otel: ['@opentelemetry/api'],
      auth: ['jose', 'oauth4webapi'],
      typegen: ['@jridgewell/sourcemap-codec'],
      cli: ['commander', 'tinyglobby'],
    };
    const foreign = modules.flatMap(({ file, layer, packages }) =>
      packages
        .filter(name => !name.startsWith('node:') && !allowed[layer]?.includes(name))
        .map(name => `${file} -> ${name}`),
    );
    expect(foreign).to.deep.equal([]);
  });

  it('reads files in load and its configuration alone, but for the tools and the sockets that a server leaves behind', () => {
    const users = modules.filter(
      ({ layer, packages }) => layer !== 'cli' && packages.some(name => name.startsWith('node:fs')),
    );
    expect(users.map(({ file }) => file).sort()).to.deep.equal([
      'config.ts',
      'load.ts',
      'rpc/server/stale-socket.ts',
    ]);
  });

  it('is drawn in src/README.md with every layer', () => {
    const map = readFileSync(join(src, 'README.md'), 'utf8');
    expect(Object.keys(layers).filter(layer => !map.includes(layer))).to.deep.equal([]);
  });
});
