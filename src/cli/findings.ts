import { readFileSync } from 'node:fs';
import type { Diagnostic } from '../errors/idl-error.ts';
import { codeFrame } from '../idl/diagnostics.ts';
import { SourceText } from '../idl/source.ts';

/** What there is to say about files. One that several include is looked at with each, and spoken of once. */
export class Findings {
  readonly #found = new Map<string, Diagnostic>();

  add(one: Diagnostic): void {
    this.#found.set(`${one.file}:${one.line}:${one.column}:${one.code}:${one.message}`, one);
  }

  get all(): readonly Diagnostic[] {
    return [...this.#found.values()];
  }

  /** Each finding with the row it is about. */
  get frames(): readonly string[] {
    return this.all.map(diagnostic =>
      codeFrame(diagnostic, new SourceText(diagnostic.file, readFileSync(diagnostic.file, 'utf8'))),
    );
  }
}
