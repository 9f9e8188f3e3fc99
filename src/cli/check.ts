import { readFileSync } from 'node:fs';
import { type Diagnostic, IdlError } from '../errors/idl-error.ts';
import { codeFrame } from '../idl/diagnostics.ts';
import { SourceText } from '../idl/source.ts';
import { loadModule } from '../load.ts';
import { thriftFiles } from './files.ts';
import type { Terminal } from './terminal.ts';

export interface CheckOptions {
  /** Counts warnings as errors. */
  readonly strict?: boolean;
}

/** `livethrift check`: everything there is to say about files and what they include. The exit code is for CI. */
export async function check(
  patterns: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> {
  const files = await thriftFiles(patterns);
  const found = new Map<string, Diagnostic>();
  // A file that several include is looked at with each, and spoken of once.
  const add = (one: Diagnostic) =>
    found.set(`${one.file}:${one.line}:${one.column}:${one.code}:${one.message}`, one);
  for (const file of files) {
    try {
      loadModule(file, { onWarning: add });
    } catch (error) {
      if (!(error instanceof IdlError)) throw error;
      error.diagnostics.forEach(add);
    }
  }
  for (const diagnostic of found.values()) {
    const source = new SourceText(diagnostic.file, readFileSync(diagnostic.file, 'utf8'));
    terminal.print(`${codeFrame(diagnostic, source)}\n`);
  }
  const errors = [...found.values()].filter(({ severity }) => severity === 'error').length;
  const warnings = found.size - errors;
  terminal.print(`${count(files.length, 'file')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`);
  return errors > 0 || (options.strict === true && warnings > 0) ? 1 : 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
