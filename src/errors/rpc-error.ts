import { brand, isBranded } from './brand.ts';
import type { StatusCode } from './status.ts';

/**
 * How far a call came: nothing of it reached the peer; it was sent, and nobody knows what became of it; or the peer
 * answered it.
 */
export type CallPhase = 'unsent' | 'sent' | 'answered';

/** What is known of a failed call beside its status. */
export interface RpcErrorInit {
  /** `Service.method`. */
  readonly method?: string;
  /** The other end: `127.0.0.1:9000`. */
  readonly peer?: string;
  /** The type number of the TApplicationException that carried the status, where one did. */
  readonly applicationType?: number;
  /** The number of the `biz-status` header that carried the status, as Kitex's servers send it, where one did. */
  readonly bizStatus?: number;
  /** Further facts that the one who threw it wants the caller to have. */
  readonly details?: unknown;
  /** How far the call came, as far as its caller's end knows. */
  readonly phase?: CallPhase;
  /** How often it was tried, where that was more than once. */
  readonly attempts?: number;
  /** What came with the answer, by name, where the transport has headers. */
  readonly metadata?: ReadonlyMap<string, string>;
  readonly cause?: unknown;
}

const mark: symbol = brand('RpcError');

/**
 * A call that failed otherwise than by an exception its method declares. Thrown by a handler, it reaches
 * the caller with its code and message: `throw new RpcError('NOT_FOUND', 'Category not found')`.
 */
export class RpcError extends Error {
  declare readonly name: 'RpcError';
  readonly code: StatusCode;
  declare readonly method?: string;
  declare readonly peer?: string;
  declare readonly applicationType?: number;
  declare readonly bizStatus?: number;
  declare readonly details?: unknown;
  declare readonly phase?: CallPhase;
  declare readonly attempts?: number;
  declare readonly metadata?: ReadonlyMap<string, string>;

  constructor(code: StatusCode, message: string, init: RpcErrorInit = {}) {
    super(message, 'cause' in init ? { cause: init.cause } : undefined);
    this.code = code;
    const { cause: _, ...known } = init;
    Object.assign(this, known);
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isBranded(value, mark);
  }
}

// Not inside: bundlers rename classes that name themselves.
Object.defineProperty(RpcError.prototype, 'name', { value: 'RpcError' });
Object.defineProperty(RpcError.prototype, mark, { value: true });
