import { brand, isBranded } from './brand.ts';

/** Why a value was refused. */
export type ValueErrorCode =
  | 'wrong-type'
  | 'out-of-range'
  | 'invalid-text'
  | 'missing-field'
  | 'unknown-field'
  | 'union-member'
  | 'null-element'
  | 'duplicate-element'
  | 'too-deep'
  | 'changed-while-read';

const mark: symbol = brand('ValueError');

/** A value that does not fit its Thrift type; refused before a byte of it is sent. */
export class ValueError extends TypeError {
  declare readonly name: 'ValueError';
  readonly code: ValueErrorCode;
  /** Where in the value: `RecommendationRequest.books[2].id`. */
  readonly path: string;

  constructor(code: ValueErrorCode, path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.code = code;
    this.path = path;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, mark);
  }
}

// Not inside: bundlers rename classes that name themselves.
Object.defineProperty(ValueError.prototype, 'name', { value: 'ValueError' });
Object.defineProperty(ValueError.prototype, mark, { value: true });
