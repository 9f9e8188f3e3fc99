import type { Span } from './ast.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { SourceText } from './source.ts';

interface Finding {
  readonly severity: 'error' | 'warning';
  readonly span: Span;
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** After this many errors in one file the rest is noise: it is not a Thrift file. */
const enough = 100;

/** What the lexer and the parser find in one text, until it goes in order of place to the load's diagnostics. */
export class Findings {
  readonly #found: Finding[] = [];
  readonly #lost: Span[] = [];
  readonly #lexicalStarts: number[] = [];
  readonly #syntaxStarts: Set<number> = new Set();
  #errors = 0;
  readonly #features: Map<string, { index: number; count: number }> = new Map();

  /** True when it makes no sense to look for more. */
  get exhausted(): boolean {
    return this.#errors >= enough;
  }

  /** What of the text is in no tree, because of what was found. */
  get lost(): readonly Span[] {
    return this.#lost;
  }

  /** Remembers that a part of the text is not read. */
  lose(span: Span): void {
    if (span.end > span.start) this.#lost.push(span);
  }

  error(span: Span, code: string, message: string, hint?: string): void {
    if (this.exhausted) return;
    this.#errors++;
    this.#found.push({ severity: 'error', span, code, message, hint });
    this.lose(span);
  }

  /** A fault of the tokens themselves. The parser, which stumbles over them, need not say so again. */
  lexicalError(span: Span, code: string, message: string, hint?: string): void {
    this.#lexicalStarts.push(span.start);
    this.error(span, code, message, hint);
  }

  /** A fault in the order of the tokens; left out where it only echoes another one at `span` or between `since` and it. */
  syntaxError(span: Span, since: number, message: string, hint?: string): void {
    if (this.#syntaxStarts.has(span.start)) return;
    this.#syntaxStarts.add(span.start);
    const until = Math.max(span.start, span.end - 1);
    if (this.#lexicalStarts.some(at => at >= since && at <= until)) return;
    this.error(span, 'syntax-error', message, hint);
  }

  warn(span: Span, code: string, message: string, hint?: string): void {
    this.#found.push({ severity: 'warning', span, code, message, hint });
  }

  /**
   * Syntax that not every Thrift compiler reads: one warning per `message` and file, at its first place, since
   * a file that uses such a thing tends to use it everywhere.
   */
  portability(span: Span, message: string): void {
    const feature = this.#features.get(message);
    if (feature === undefined) {
      this.#features.set(message, { index: this.#found.length, count: 1 });
      this.warn(span, 'portability', message);
    } else {
      feature.count++;
    }
  }

  /** Hands everything on, sorted by place. */
  flush(source: SourceText, diagnostics: Diagnostics): void {
    for (const { index, count } of this.#features.values()) {
      const finding = this.#found[index]!;
      if (count > 1) {
        this.#found[index] = { ...finding, message: `${finding.message} (${count} places in this file)` };
      }
    }
    this.#found.sort((a, b) => a.span.start - b.span.start);
    for (const { severity, span, code, message, hint } of this.#found) {
      if (severity === 'error') diagnostics.error(source, span, code, message, hint);
      else diagnostics.warn(source, span, code, message, hint);
    }
    if (this.exhausted) {
      const last = this.#found.findLast(finding => finding.severity === 'error')!;
      diagnostics.error(
        source,
        last.span,
        'too-many-errors',
        `${enough} errors: the rest of the file is not looked at`,
      );
    }
  }
}
