import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { IdlError } from '../errors/idl-error.ts';
import { loadModule } from '../load.ts';
import type { ModuleDescriptor } from '../schema/descriptor.ts';
import { declarationFile, declarationsOf } from '../typegen/declarations.ts';
import { thriftFiles } from './files.ts';
import { Findings } from './findings.ts';
import type { Terminal } from './terminal.ts';
import { watchDirectories } from './watch.ts';

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
  const first = generate(await thriftFiles(patterns), options, terminal);
  if (options.watch !== true) return first.failed ? 1 : 0;
  const ready = () => terminal.print(`watching ${first.files.size} files; Ctrl-C ends it`);
  return watchDirectories(first.files, ready, async () => {
    try {
      return generate(await thriftFiles(patterns), options, terminal).files;
    } catch (error) {
      // What is missing or cannot be read now may be there after the next change.
      terminal.complain((error as Error).message);
      return [];
    }
  });
}

interface Outcome {
  readonly failed: boolean;
  /** The files that were asked for, all that they include, and those with errors. */
  readonly files: ReadonlySet<string>;
}

function generate(files: readonly string[], { check = false }: TypesOptions, terminal: Terminal): Outcome {
  const modules = new Map<string, ModuleDescriptor>();
  const seen = new Set(files);
  const errors = new Findings();
  for (const file of files) {
    try {
      collect(loadModule(file, { onWarning: () => {} }), modules);
    } catch (error) {
      if (!(error instanceof IdlError)) throw error;
      for (const diagnostic of error.diagnostics) {
        seen.add(diagnostic.file);
        if (diagnostic.severity === 'error') errors.add(diagnostic);
      }
    }
  }
  let failed = errors.all.length > 0;
  for (const frame of errors.frames) terminal.complain(`${frame}\n`);
  for (const module of modules.values()) {
    seen.add(module.file);
    if (!update(module, check, terminal)) failed = true;
  }
  return { failed, files: seen };
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
