import { readFileSync, realpathSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkValueOptions, configFor } from './config.ts';
import type { Diagnostic } from './errors/idl-error.ts';
import { Diagnostics } from './idl/diagnostics.ts';
import { checkOptions } from './options.ts';
import type { ModuleDescriptor } from './schema/descriptor.ts';
import {
  type FoundFile,
  gather,
  type IncludeRequest,
  type MissingFile,
  type SourceGraph,
} from './schema/graph.ts';
import { link } from './schema/link.ts';
import type { ValueOptions } from './schema/types.ts';
import { Workspace } from './schema/workspace.ts';
import { type DynamicModule, moduleOf } from './values/module.ts';

/** What `"livethrift"` in the nearest package.json says goes for the options that are not given. */
export interface LoadOptions {
  /** Where includes are looked for, after the directory of the including file. Relative to the working directory. */
  readonly includeDirs?: readonly string[];
  /** Counts warnings as errors. */
  readonly strict?: boolean;
  /** What an i64 decodes to: `bigint` (default), or a `number` that is refused beyond 2^53-1. */
  readonly int64?: 'bigint' | 'number';
  /** What a map with string keys decodes to: `Map` (default), or an object without a prototype. */
  readonly maps?: 'map' | 'object';
  /** Invalid UTF-8 in a string: refused (default), or replaced by U+FFFD. */
  readonly utf8?: 'strict' | 'replace';
  /** Given each warning of a load that succeeds. Default: `process.emitWarning`. */
  readonly onWarning?: (warning: Diagnostic) => void;
}

export interface LoadSourceOptions extends LoadOptions {
  /** What the text is called in errors, and its prefix. Default: `source.thrift`. */
  readonly name?: string;
  /** Gives the text of an include; undefined when there is none of that name. `from` is the including file. */
  readonly include?: (path: string, from: string) => string | undefined;
}

/**
 * Loads a `.thrift` file and all that it includes. `M` is the module's type, `typeof import('./foo.thrift')` or an
 * interface of what it defines; without it the module is loosely typed. Rejects with an IdlError that holds every
 * finding of every file, and with the system's error when the file itself cannot be read.
 */
export async function load<M extends object = DynamicModule>(
  path: string | URL,
  options: LoadOptions = {},
): Promise<M> {
  const file = await realpath(toPath(path));
  const settings = settingsFor(options, file);
  const loading = new Loading({ file, text: await readText(file) }, settings);
  while (loading.request !== undefined) {
    const { candidates, missing } = search(loading.request, settings);
    let found: FoundFile | undefined;
    for (const candidate of candidates) {
      try {
        found = { file: await realpath(candidate), text: await readText(candidate) };
        break;
      } catch (error) {
        refuseUnreadable(error);
      }
    }
    loading.answer(found ?? missing);
  }
  return moduleOf(loading.finish()) as M;
}

/** `load`, at once. */
export function loadSync<M extends object = DynamicModule>(path: string | URL, options: LoadOptions = {}): M {
  return moduleOf(loadModule(path, options)) as M;
}

/** What `loadSync` makes its module of: for tools that have no use for classes. */
export function loadModule(path: string | URL, options: LoadOptions = {}): ModuleDescriptor {
  const file = realpathSync(toPath(path));
  return loadFile(file, settingsFor(options, file));
}

/** Loads IDL from memory. Includes come from `options.include`; nothing is read from the disk. */
export function loadSource<M extends object = DynamicModule>(
  text: string,
  options: LoadSourceOptions = {},
): M {
  const { name = 'source.thrift', include, ...others } = options;
  const find = ({ path, from }: IncludeRequest) => {
    const found = include?.(path, from);
    return found === undefined ? { searched: [] } : { file: path, text: found };
  };
  return loadFiles<M>({ file: name, text }, find, others);
}

/** The same where `find` says which file an include is: files of one path may be several, one may have many paths. */
export function loadFiles<M extends object = DynamicModule>(
  root: FoundFile,
  find: (request: IncludeRequest) => FoundFile | MissingFile,
  options: LoadOptions,
): M {
  return moduleOf(drive(root, find, settingsFor(options, undefined))) as M;
}

/** One workspace for each way that values may look. */
const shared = new Map<string, Workspace>();

/**
 * Loads a file as `import './foo.thrift'` does: with nothing but its package's configuration, and once. What it
 * shares with others that are imported it shares as an object, as modules do.
 */
export function loadShared(file: string, onWarning?: LoadOptions['onWarning']): ModuleDescriptor {
  const settings = settingsFor(onWarning === undefined ? {} : { onWarning }, file);
  const key = JSON.stringify(settings.values);
  const workspace = shared.get(key) ?? settings.workspace;
  shared.set(key, workspace);
  const known = workspace.files.get(file);
  if (known !== undefined) return workspace.linkers.get(known)!.module;
  return loadFile(file, { ...settings, workspace });
}

interface Settings {
  readonly values: ValueOptions;
  /** Absolute. */
  readonly includeDirs: readonly string[];
  readonly strict: boolean;
  readonly onWarning: (warning: Diagnostic) => void;
  readonly workspace: Workspace;
}

const known = ['includeDirs', 'strict', 'int64', 'maps', 'utf8', 'onWarning'];

/** The options over the configuration of the file's package over the defaults. */
function settingsFor(options: LoadOptions, file: string | undefined): Settings {
  checkOptions('load', options, known);
  checkValueOptions('load', options);
  const config = file === undefined ? {} : configFor(file);
  const values: ValueOptions = {
    int64: options.int64 ?? config.int64 ?? 'bigint',
    maps: options.maps ?? config.maps ?? 'map',
    utf8: options.utf8 ?? config.utf8 ?? 'strict',
  };
  return {
    values,
    includeDirs: options.includeDirs?.map(directory => resolvePath(directory)) ?? config.includeDirs ?? [],
    strict: options.strict ?? false,
    onWarning: options.onWarning ?? emitWarning,
    workspace: new Workspace(values),
  };
}

/** One load on its way: asks for includes, is given them, and ends in a linked module. */
class Loading {
  readonly #settings: Settings;
  readonly #diagnostics = new Diagnostics();
  readonly #steps: Generator<IncludeRequest, SourceGraph, FoundFile | MissingFile>;
  #step: IteratorResult<IncludeRequest, SourceGraph>;

  constructor(root: FoundFile, settings: Settings) {
    this.#settings = settings;
    this.#steps = gather(root, this.#diagnostics, settings.workspace.files);
    this.#step = this.#steps.next();
  }

  /** The include that is wanted next; undefined when there are all. */
  get request(): IncludeRequest | undefined {
    return this.#step.done === true ? undefined : this.#step.value;
  }

  answer(found: FoundFile | MissingFile): void {
    this.#step = this.#steps.next(found);
  }

  finish(): ModuleDescriptor {
    const { workspace, strict, onWarning } = this.#settings;
    const module = link(this.#step.value as SourceGraph, workspace, this.#diagnostics);
    const error = this.#diagnostics.toError(strict);
    if (error !== undefined) throw error;
    for (const warning of this.#diagnostics.all) onWarning(warning);
    return module;
  }
}

function loadFile(file: string, settings: Settings): ModuleDescriptor {
  const find = (request: IncludeRequest) => {
    const { candidates, missing } = search(request, settings);
    return firstReadable(candidates) ?? missing;
  };
  return drive({ file, text: readTextSync(file) }, find, settings);
}

function drive(
  root: FoundFile,
  find: (request: IncludeRequest) => FoundFile | MissingFile,
  settings: Settings,
): ModuleDescriptor {
  const loading = new Loading(root, settings);
  while (loading.request !== undefined) loading.answer(find(loading.request));
  return loading.finish();
}

function firstReadable(candidates: readonly string[]): FoundFile | undefined {
  for (const candidate of candidates) {
    try {
      return { file: realpathSync(candidate), text: readTextSync(candidate) };
    } catch (error) {
      refuseUnreadable(error);
    }
  }
  return undefined;
}

function emitWarning({ file, line, column, message, code }: Diagnostic): void {
  process.emitWarning(`${file}:${line}:${column}: ${message}`, { type: 'ThriftWarning', code });
}

function toPath(path: string | URL): string {
  return resolvePath(typeof path === 'string' && !path.startsWith('file:') ? path : fileURLToPath(path));
}

function search(
  request: IncludeRequest,
  { includeDirs }: Settings,
): { candidates: string[]; missing: MissingFile } {
  const directories = isAbsolute(request.path) ? [''] : [dirname(request.from), ...includeDirs];
  const candidates = directories.map(directory => resolvePath(directory, request.path));
  return { candidates, missing: { searched: candidates } };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw named(error, file);
  }
}

function readTextSync(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw named(error, file);
  }
}

/** The system's error for a directory does not say which. */
function named(error: unknown, file: string): unknown {
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code !== 'EISDIR') return error;
  const message = `EISDIR: expected a .thrift file, got the directory '${file}'`;
  return Object.assign(new Error(message), { errno, code, syscall, path: file });
}

/** A file that is not there is looked for elsewhere; one that cannot be read is an error of its own. */
function refuseUnreadable(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
}
