import { brand, isBranded } from './brand.ts';

export type Severity = 'error' | 'warning';

/** One finding about an IDL text. Lines and columns count from 1, columns and lengths in UTF-16 units. */
export interface Diagnostic {
  /** Stable, kebab-case: `unknown-type`, `duplicate-id`, `unterminated-string` ... */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** What to try, where there is something to suggest. */
  readonly hint?: string;
}

const mark: symbol = brand('IdlError');

/** Every finding of every file of a load that failed; its message shows each with a code frame. */
export class IdlError extends Error {
  declare readonly name: 'IdlError';
  readonly code: string;
  declare readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], message: string) {
    super(message);
    // Not enumerable: the message has all of it, and better to read.
    Object.defineProperty(this, 'diagnostics', { value: diagnostics });
    this.code = diagnostics.find(d => d.severity === 'error')?.code ?? 'idl-error';
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, mark);
  }
}

// Not inside: bundlers rename classes that name themselves.
Object.defineProperty(IdlError.prototype, 'name', { value: 'IdlError' });
Object.defineProperty(IdlError.prototype, mark, { value: true });
