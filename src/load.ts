import { readFileSync, realpathSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from './errors/idl-error.ts';
import { Diagnostics } from './idl/diagnostics.ts';
import {
  type FoundFile,
  gather,
  type IncludeRequest,
  type MissingFile,
  type SourceGraph,
} from './schema/graph.ts';
import { link } from './schema/link.ts';
import { type DynamicModule, moduleOf } from './values/module.ts';

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
 * Loads a `.thrift` file and all that it includes. `M` is the module's type, an interface of what it defines;
 * without it the module is loosely typed. Rejects with an IdlError that holds every finding of every file, and
 * with the system's error when the file itself cannot be read.
 */
export async function load<M extends object = DynamicModule>(
  path: string | URL,
  options: LoadOptions = {},
): Promise<M> {
  const file = await realpath(toPath(path));
  const root = { file, text: await readFile(file, 'utf8') };
  const diagnostics = new Diagnostics();
  const graph = gather(root, diagnostics);
  let step = graph.next();
  while (step.done !== true) {
    const { candidates, missing } = search(step.value, options);
    let found: FoundFile | undefined;
    for (const candidate of candidates) {
      try {
        found = { file: await realpath(candidate), text: await readFile(candidate, 'utf8') };
        break;
      } catch (error) {
        refuseUnreadable(error);
      }
    }
    step = graph.next(found ?? missing);
  }
  return finish<M>(step.value, diagnostics, options);
}

/** `load`, at once. */
export function loadSync<M extends object = DynamicModule>(path: string | URL, options: LoadOptions = {}): M {
  const file = realpathSync(toPath(path));
  return run<M>({ file, text: readFileSync(file, 'utf8') }, options, request => {
    const { candidates, missing } = search(request, options);
    for (const candidate of candidates) {
      try {
        return { file: realpathSync(candidate), text: readFileSync(candidate, 'utf8') };
      } catch (error) {
        refuseUnreadable(error);
      }
    }
    return missing;
  });
}

/** Loads IDL from memory. Includes come from `options.include`; nothing is read from the disk. */
export function loadSource<M extends object = DynamicModule>(
  text: string,
  options: LoadSourceOptions = {},
): M {
  return run<M>({ file: options.name ?? 'source.thrift', text }, options, ({ path, from }) => {
    const found = options.include?.(path, from);
    return found === undefined ? { searched: [] } : { file: path, text: found };
  });
}

function run<M>(
  root: FoundFile,
  options: LoadOptions,
  answer: (request: IncludeRequest) => FoundFile | MissingFile,
): M {
  const diagnostics = new Diagnostics();
  const graph = gather(root, diagnostics);
  let step = graph.next();
  while (step.done !== true) step = graph.next(answer(step.value));
  return finish<M>(step.value, diagnostics, options);
}

function finish<M>(graph: SourceGraph, diagnostics: Diagnostics, options: LoadOptions): M {
  const { int64 = 'bigint', maps = 'map', utf8 = 'strict' } = options;
  const module = link(graph, { int64, maps, utf8 }, diagnostics);
  const error = diagnostics.toError(options.strict ?? false);
  if (error !== undefined) throw error;
  for (const warning of diagnostics.all) (options.onWarning ?? emitWarning)(warning);
  return moduleOf(module) as M;
}

function emitWarning({ file, line, column, message, code }: Diagnostic): void {
  process.emitWarning(`${file}:${line}:${column}: ${message}`, { type: 'ThriftWarning', code });
}

function toPath(path: string | URL): string {
  return resolvePath(typeof path === 'string' && !path.startsWith('file:') ? path : fileURLToPath(path));
}

function search(
  request: IncludeRequest,
  options: LoadOptions,
): { candidates: string[]; missing: MissingFile } {
  const directories = isAbsolute(request.path)
    ? ['']
    : [dirname(request.from), ...(options.includeDirs ?? [])];
  const candidates = directories.map(directory => resolvePath(directory, request.path));
  return { candidates, missing: { searched: candidates } };
}

/** A file that is not there is looked for elsewhere; one that cannot be read is an error of its own. */
function refuseUnreadable(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
}
