import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { IdlError } from '../errors/idl-error.ts';
import { loadModule } from '../load.ts';
import type { ModuleDescriptor } from '../schema/descriptor.ts';
import { declarationFile, declarationsOf } from '../typegen/declarations.ts';
import { thriftFiles } from './files.ts';
import type { Terminal } from './terminal.ts';

export interface TypesOptions {
  /** Writes nothing; says which declarations are not what they should be. */
  readonly check?: boolean;
  /** Goes on after each change of a file. */
  readonly watch?: boolean;
}

/** `livethrift types`: writes `foo.d.thrift.ts` beside each `foo.thrift`, and beside what it includes. The exit code. */
export async function types(
  patterns: readonly string[],
  options: TypesOptions,
  terminal: Terminal,
): Promise<number> {
  const files = await thriftFiles(patterns);
  const seen = generate(files, options, terminal);
  if (options.watch !== true) return seen.failed ? 1 : 0;
  terminal.print(`watching ${seen.files.size} files; Ctrl-C ends it`);
  await keepWatching(seen.files, () => generate(files, options, terminal).files);
  return 0;
}

interface Outcome {
  readonly failed: boolean;
  /** The files that were asked for, and all that they include. */
  readonly files: ReadonlySet<string>;
}

function generate(files: readonly string[], { check = false }: TypesOptions, terminal: Terminal): Outcome {
  const modules = new Map<string, ModuleDescriptor>();
  let failed = false;
  for (const file of files) {
    try {
      collect(loadModule(file, { onWarning: () => {} }), modules);
    } catch (error) {
      if (!(error instanceof IdlError)) throw error;
      terminal.complain(error.message);
      failed = true;
    }
  }
  for (const module of modules.values()) {
    if (!update(module, check, terminal)) failed = true;
  }
  return { failed, files: new Set([...files, ...modules.keys()]) };
}

/** A module and its includes; those of an installed package have their declarations from there. */
function collect(module: ModuleDescriptor, into: Map<string, ModuleDescriptor>): void {
  if (into.has(module.file) || /[\\/]node_modules[\\/]/.test(module.file)) return;
  into.set(module.file, module);
  for (const include of module.includes) collect(include.module, into);
}

/** Writes what has changed; false when only asked whether it has. */
function update(module: ModuleDescriptor, check: boolean, terminal: Terminal): boolean {
  const { text, map } = declarationsOf(module);
  const path = declarationFile(module.file);
  const stale = [
    [path, text],
    [`${path}.map`, map],
  ].filter(([file, content]) => !existsSync(file!) || readFileSync(file!, 'utf8') !== content);
  if (stale.length === 0) return true;
  const name = relative(process.cwd(), path);
  if (check) {
    terminal.complain(
      `${name} is not what ${relative(process.cwd(), module.file)} says; run: livethrift types`,
    );
    return false;
  }
  for (const [file, content] of stale) writeFileSync(file!, content!);
  terminal.print(`wrote ${name}`);
  return true;
}

/** Calls `again` after changes, a moment later: editors write a file in several steps. Never resolves. */
function keepWatching(first: ReadonlySet<string>, again: () => ReadonlySet<string>): Promise<never> {
  return new Promise(() => {
    let files = first;
    let timer: NodeJS.Timeout | undefined;
    const watched = new Set<string>();
    const follow = () => {
      for (const file of files) {
        const directory = dirname(file);
        if (watched.has(directory)) continue;
        watched.add(directory);
        // The directory, not the file: an editor may put a new file in its place.
        watch(directory, (_, name) => {
          if (name?.endsWith('.thrift') !== true) return;
          clearTimeout(timer);
          timer = setTimeout(() => {
            files = again();
            follow();
          }, 50);
        });
      }
    };
    follow();
  });
}
