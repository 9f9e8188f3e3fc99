import { type Diagnostic, IdlError, type Severity } from '../errors/idl-error.ts';
import type { Span } from './ast.ts';
import type { SourceText } from './source.ts';

interface Found {
  readonly diagnostic: Diagnostic;
  readonly source: SourceText;
  readonly span: Span;
}

/** What a load has found so far, over all of its files. */
export class Diagnostics {
  readonly #found: Found[] = [];

  error(source: SourceText, span: Span, code: string, message: string, hint?: string): void {
    this.#add('error', source, span, code, message, hint);
  }

  warn(source: SourceText, span: Span, code: string, message: string, hint?: string): void {
    this.#add('warning', source, span, code, message, hint);
  }

  /** File by file as they were met, and in each by place. */
  get all(): readonly Diagnostic[] {
    return this.#sorted().map(found => found.diagnostic);
  }

  get hasErrors(): boolean {
    return this.#found.some(found => found.diagnostic.severity === 'error');
  }

  /** An IdlError with everything found; `strict` counts warnings as errors. Undefined when there is nothing wrong. */
  toError(strict: boolean): IdlError | undefined {
    const fatal = this.#found.filter(({ diagnostic }) => strict || diagnostic.severity === 'error');
    if (fatal.length === 0) return undefined;
    const title = fatal.length === 1 ? '' : `${fatal.length} errors\n\n`;
    const shown = new Set(fatal);
    const frames = this.#sorted()
      .filter(found => shown.has(found))
      .map(({ diagnostic, source }) => codeFrame(diagnostic, source));
    return new IdlError(this.all, `${title}${frames.join('\n\n')}`);
  }

  #sorted(): Found[] {
    const files = [...new Set(this.#found.map(({ source }) => source))];
    const order = (a: Found, b: Found) =>
      files.indexOf(a.source) - files.indexOf(b.source) || a.span.start - b.span.start;
    return this.#found.toSorted(order);
  }

  #add(
    severity: Severity,
    source: SourceText,
    span: Span,
    code: string,
    message: string,
    hint?: string,
  ): void {
    const { line, column } = source.position(span.start);
    const length = Math.max(1, span.end - span.start);
    const base = { code, severity, message, file: source.file, line, column, length };
    this.#found.push({
      diagnostic: Object.freeze(hint === undefined ? base : { ...base, hint }),
      source,
      span,
    });
  }
}

/**
 * A finding with the line it is about:
 *
 * ```
 * user.thrift:3:11 error unknown-type: there is no type "Usr"
 *   3 |   1: list<Usr> users
 *     |           ^^^
 *   did you mean "User"?
 * ```
 */
export function codeFrame(diagnostic: Diagnostic, source: SourceText): string {
  const { file, line, column, length, severity, code, message, hint } = diagnostic;
  const text = source.line(line);
  const gutter = String(line);
  const [from, width] = [Math.max(0, column - 60), 120];
  const shown = text.slice(from, from + width);
  const lead = shown.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  const marks = '^'.repeat(Math.max(1, Math.min(length, shown.length - lead.length)));
  const rows = [
    `${file}:${line}:${column} ${severity} ${code}: ${message}`,
    `  ${gutter} | ${shown}`,
    `  ${' '.repeat(gutter.length)} | ${lead}${marks}`,
  ];
  if (hint !== undefined) rows.push(`  ${hint}`);
  return rows.join('\n');
}
