import { IdlError } from '../errors/idl-error.ts';
import { loadModule } from '../load.ts';
import { thriftFiles } from './files.ts';
import { Findings } from './findings.ts';
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
  const findings = new Findings();
  for (const file of files) {
    try {
      loadModule(file, { onWarning: warning => findings.add(warning) });
    } catch (error) {
      if (!(error instanceof IdlError)) throw error;
      for (const diagnostic of error.diagnostics) findings.add(diagnostic);
    }
  }
  for (const frame of findings.frames) terminal.print(`${frame}\n`);
  const errors = findings.all.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.all.length - errors;
  terminal.print(`${count(files.length, 'file')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`);
  return errors > 0 || (options.strict === true && warnings > 0) ? 1 : 0;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
