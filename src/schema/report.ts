import type { Span } from '../idl/ast.ts';
import type { Diagnostics } from '../idl/diagnostics.ts';
import { Findings } from '../idl/findings.ts';
import type { SourceText } from '../idl/source.ts';
import type { Position } from './descriptor.ts';

/** What the linker finds in one text, until it goes in order of place to the load's diagnostics. */
export class Report extends Findings {
  readonly #source: SourceText;

  constructor(source: SourceText) {
    super();
    this.#source = source;
  }

  position(span: Span): Position {
    return Object.freeze({ file: this.#source.file, ...this.#source.position(span.start) });
  }

  handOver(diagnostics: Diagnostics): void {
    this.flush(this.#source, diagnostics);
  }
}
