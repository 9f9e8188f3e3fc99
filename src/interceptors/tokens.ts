import { inspect } from 'node:util';
import { checkOptions } from '../options.ts';
import { checkNumber } from './checks.ts';
import { systemTiming, type Timing } from './timing.ts';

/** Where a client has its tokens from. */
export interface TokenSource {
  /** A token that is good now. `refused` is one that a server did not take: if it is the one at hand, another is got. */
  get(refused?: string): string | Promise<string>;
}

/** A token, and how long it is good. */
export interface ExpiringToken {
  readonly token: string;
  /** ms since the epoch. Absent: until a server refuses it. */
  readonly expiresAt?: number;
}

export interface CachedTokenOptions {
  /**
   * ms before a token expires when another one is asked for, while calls go on with the old one. At most a quarter of
   * the token's time. Default: 30,000.
   */
  readonly early?: number;
}

/** ms after a failure in which nobody asks again while the old token is good. */
const PAUSE = 1000;

/**
 * Keeps a token until it expires, or a server refuses it. `fetch` is asked for the next one when the first call needs it,
 * and never twice at a time; what it throws, or rejects with, is the error of the calls that wait for it.
 */
export function cachedToken(
  fetch: () => ExpiringToken | Promise<ExpiringToken>,
  options: CachedTokenOptions = {},
): TokenSource {
  return new TokenCache(fetch, options, systemTiming);
}

interface Held {
  readonly token: string;
  readonly refreshAt: number;
  readonly expiresAt: number;
}

export class TokenCache implements TokenSource {
  readonly #fetch: () => ExpiringToken | Promise<ExpiringToken>;
  readonly #early: number;
  readonly #timing: Pick<Timing, 'now'>;
  #held: Held | undefined;
  #fetching: Promise<string> | undefined;
  #quietUntil = 0;

  constructor(
    fetch: () => ExpiringToken | Promise<ExpiringToken>,
    options: CachedTokenOptions,
    timing: Pick<Timing, 'now'>,
  ) {
    if (typeof fetch !== 'function')
      throw new TypeError(`cachedToken: expected a function, got ${inspect(fetch)}`);
    checkOptions('cachedToken', options, ['early']);
    this.#fetch = fetch;
    this.#early = checkNumber('cachedToken.early', options.early ?? 30_000, 0);
    this.#timing = timing;
  }

  get(refused?: string): string | Promise<string> {
    const now = this.#timing.now();
    const held = this.#held;
    if (held === undefined || held.token === refused || now >= held.expiresAt) return this.#renew();
    if (now >= held.refreshAt && now >= this.#quietUntil) {
      this.#renew().catch(() => {
        // Nobody waits for it yet: those who will, when the old token has expired, ask again.
        this.#quietUntil = this.#timing.now() + PAUSE;
      });
    }
    return held.token;
  }

  #renew(): Promise<string> {
    this.#fetching ??= this.#ask().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #ask(): Promise<string> {
    const { token, expiresAt = Number.POSITIVE_INFINITY } = await this.#fetch();
    const now = this.#timing.now();
    const early = Math.min(this.#early, (expiresAt - now) / 4);
    this.#held = { token: checkToken(token), expiresAt, refreshAt: expiresAt - early };
    return token;
  }
}

/** A token as a header can carry it (RFC 6750, 2.1, is stricter). The error does not tell what it was. */
export function checkToken(token: unknown): string {
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  const got =
    typeof token === 'string' ? 'one with other characters, or none' : `a value of type ${typeof token}`;
  throw new TypeError(`token: expected a text of visible ASCII characters without blanks, got ${got}`);
}
