import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { cpuTime } from './ipc.ts';

/** A process that imports one module, loads one schema with it, says what that took, and ends. */
export interface ImportRole {
  /** A file, or the name of a module of Node's. */
  readonly module: string;
  /** The function that loads a schema, and what it is given. */
  readonly load?: { readonly how: 'ours' | 'thriftrw' | 'protobufjs'; readonly file: string };
  /** What is loaded a schema with, where it is another module: proto-loader for gRPC. */
  readonly loader?: { readonly module: string; readonly file: string };
}

interface Loaders {
  loadSync(file: string, options?: object): unknown;
  readonly default: {
    readonly Thrift: new (options: { source: string; strict: boolean }) => unknown;
    parse(text: string): unknown;
  };
}

const { module, load, loader } = JSON.parse(process.argv[2]!) as ImportRole;
const urlOf = (name: string): string => (name.startsWith('/') ? pathToFileURL(name).href : name);

const [before, cpuBefore] = [performance.now(), cpuTime()];
const imported = (await import(urlOf(module))) as Loaders;
const between = performance.now();
if (loader !== undefined) ((await import(urlOf(loader.module))) as Loaders).loadSync(loader.file);
if (load?.how === 'ours') imported.loadSync(load.file);
if (load?.how === 'thriftrw')
  new imported.default.Thrift({ source: readFileSync(load.file, 'utf8'), strict: false });
if (load?.how === 'protobufjs') imported.default.parse(readFileSync(load.file, 'utf8'));
const end = performance.now();
console.log(JSON.stringify({ ms: end - before, load: end - between, cpu: (cpuTime() - cpuBefore) / 1000 }));
