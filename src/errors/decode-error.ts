import { brand, isBranded } from './brand.ts';

/** What is wrong with the bytes. `truncated`: they end before the value does. */
export type DecodeErrorCode =
  | 'truncated'
  | 'invalid-data'
  | 'negative-size'
  | 'size-limit'
  | 'depth-limit'
  | 'bad-version'
  | 'invalid-utf8'
  | 'unsafe-integer'
  | 'missing-field'
  | 'union-member'
  | 'trailing-bytes';

const mark: symbol = brand('DecodeError');

/** Bytes that are not the value they should be. */
export class DecodeError extends Error {
  declare readonly name: 'DecodeError';
  readonly code: DecodeErrorCode;
  /** Offset of the offending byte from the start of the message (or of the bytes given to `deserialize`). */
  readonly offset: number;
  /** Where in the value: `User.addresses[2].zip`; empty where the message's header is at fault. */
  readonly path: string;
  /** The message without path and offset. */
  readonly reason: string;

  constructor(code: DecodeErrorCode, offset: number, reason: string, path = '') {
    super(`${path === '' ? '' : `${path}: `}${reason} (at byte ${offset})`);
    this.code = code;
    this.offset = offset;
    this.reason = reason;
    this.path = path;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, mark);
  }
}

// Not inside: bundlers rename classes that name themselves.
Object.defineProperty(DecodeError.prototype, 'name', { value: 'DecodeError' });
Object.defineProperty(DecodeError.prototype, mark, { value: true });
