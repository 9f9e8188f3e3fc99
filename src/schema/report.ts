import type { Span } from '../idl/ast.ts';
import type { Diagnostics } from '../idl/diagnostics.ts';
import type { SourceText } from '../idl/source.ts';
import type { Position } from './descriptor.ts';

/** Takes findings about one text. */
export class Report {
  readonly source: SourceText;
  readonly #diagnostics: Diagnostics;

  constructor(source: SourceText, diagnostics: Diagnostics) {
    this.source = source;
    this.#diagnostics = diagnostics;
  }

  error(span: Span, code: string, message: string, hint?: string): void {
    this.#diagnostics.error(this.source, span, code, message, hint);
  }

  warn(span: Span, code: string, message: string, hint?: string): void {
    this.#diagnostics.warn(this.source, span, code, message, hint);
  }

  position(span: Span): Position {
    return Object.freeze({ file: this.source.file, ...this.source.position(span.start) });
  }
}
