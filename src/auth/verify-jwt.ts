import { inspect } from 'node:util';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { RpcError } from '../errors/rpc-error.ts';
import type { Claims, Identity, VerifyToken } from '../interceptors/authenticate.ts';
import { checkMs, checkOptions } from '../options.ts';
import { importPackage } from './packages.ts';
import { checkUrl } from './urls.ts';

/** Public keys as issuers publish them (RFC 7517). */
export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}

const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
const symmetric = ['HS256', 'HS384', 'HS512'] as const;

/** How a token may be signed. */
export type JwtAlgorithm = (typeof asymmetric)[number] | (typeof symmetric)[number];

/** Which tokens are good. */
export interface JwtOptions {
  /** Who must have issued it: the claim `iss`. */
  readonly issuer: string | readonly string[];
  /** Whom it must be for: the claim `aud`. */
  readonly audience: string | readonly string[];
  /** Where the issuer's keys are; they are had when the first token comes, and anew when one names another key. */
  readonly jwks?: string | URL;
  /** The keys themselves, in the place of `jwks`. */
  readonly keys?: JsonWebKeySet;
  /** Default: those with public keys; never `none`. */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** ms by which the issuer's clock may differ from ours. Default: 5,000. */
  readonly clockTolerance?: number;
  /** Who it is, by what the token says. Default: the claim `sub`. */
  readonly user?: (claims: Claims) => string | undefined;
  /** ms that go by, at least, before a key that is not known makes us ask for the keys again. Default: 30,000. */
  readonly cooldown?: number;
  /** ms for which keys are used that were had. Default: 600,000. */
  readonly maxAge?: number;
  /** ms for having the keys. Default: 5,000. */
  readonly timeout?: number;
  /** Has the keys over plain HTTP, too. For tests. */
  readonly allowHttp?: boolean;
}

const known = [
  'issuer',
  'audience',
  'jwks',
  'keys',
  'algorithms',
  'clockTolerance',
  'user',
  'cooldown',
  'maxAge',
  'timeout',
  'allowHttp',
];

/** What jose calls the faults of a token. Its other errors are about keys that could not be had. */
const faults: ReadonlySet<unknown> = new Set([
  'ERR_JOSE_ALG_NOT_ALLOWED',
  'ERR_JOSE_NOT_SUPPORTED',
  'ERR_JWKS_MULTIPLE_MATCHING_KEYS',
  'ERR_JWKS_NO_MATCHING_KEY',
  'ERR_JWS_INVALID',
  'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
  'ERR_JWT_CLAIM_VALIDATION_FAILED',
  'ERR_JWT_EXPIRED',
  'ERR_JWT_INVALID',
]);

/**
 * Verifies tokens that are signed JWTs (RFC 7519, 8725), for `authenticate`: the signature, by the issuer's keys, who
 * issued it, for whom, and that it has begun and has not expired; one that never expires is not good. Where the keys
 * cannot be had, calls fail with INTERNAL, and `onError` is told. Needs the package `jose`. Throws a TypeError for options
 * that make no sense.
 */
export function verifyJwt(options: JwtOptions): VerifyToken {
  const rules = rulesOf(options);
  let prepared: Promise<Verify> | undefined;
  return async token => {
    prepared ??= prepare(rules);
    const verify = await prepared;
    const claims = await verify(token).catch(refuse);
    return identityOf(claims, rules);
  };
}

interface Rules {
  readonly issuer: string[];
  readonly audience: string[];
  readonly algorithms: JwtAlgorithm[];
  readonly jwks: URL | undefined;
  readonly keys: JsonWebKeySet | undefined;
  readonly clockTolerance: number;
  readonly cooldown: number;
  readonly maxAge: number;
  readonly timeout: number;
  readonly user: (claims: Claims) => string | undefined;
}

type Verify = (token: string) => Promise<JWTPayload>;

async function prepare(rules: Rules): Promise<Verify> {
  const { issuer, audience, algorithms, clockTolerance } = rules;
  const jose = await importPackage('jose', 'verifyJwt', () => import('jose'));
  const keys: JWTVerifyGetKey =
    rules.jwks === undefined
      ? jose.createLocalJWKSet(rules.keys as Parameters<typeof jose.createLocalJWKSet>[0])
      : jose.createRemoteJWKSet(rules.jwks, {
          cooldownDuration: rules.cooldown,
          cacheMaxAge: rules.maxAge,
          timeoutDuration: rules.timeout,
        });
  const checks = {
    issuer,
    audience,
    algorithms,
    clockTolerance: clockTolerance / 1000,
    requiredClaims: ['exp'],
  };
  return async token => (await jose.jwtVerify(token, keys, checks)).payload;
}

function refuse(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (faults.has(code)) throw new RpcError('UNAUTHENTICATED', `the token is not good: ${message}`);
  throw new Error(`cannot verify tokens: ${message}`, { cause: error });
}

function identityOf(claims: Claims, { user }: Rules): Identity {
  const name = user(claims);
  return name === undefined ? { claims } : { user: name, claims };
}

function subjectOf({ sub }: Claims): string | undefined {
  return typeof sub === 'string' ? sub : undefined;
}

function rulesOf(options: JwtOptions): Rules {
  checkOptions('verifyJwt', options, known);
  const { issuer, audience, jwks, keys, algorithms = asymmetric, user = subjectOf } = options;
  const {
    clockTolerance = 5000,
    cooldown = 30_000,
    maxAge = 600_000,
    timeout = 5000,
    allowHttp = false,
  } = options;
  if ((jwks === undefined) === (keys === undefined))
    throw new TypeError('verifyJwt: expected either jwks, the URL of the keys, or the keys themselves');
  if (keys !== undefined && !Array.isArray(keys?.keys))
    throw new TypeError(`verifyJwt.keys: expected { keys: [...] }, got ${inspect(keys)}`);
  if (typeof user !== 'function')
    throw new TypeError(`verifyJwt.user: expected a function, got ${inspect(user)}`);
  const all: readonly string[] = [...asymmetric, ...symmetric];
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(name => all.includes(name)))
    throw new TypeError(
      `verifyJwt.algorithms: expected some of ${all.join(', ')}, got ${inspect(algorithms)}`,
    );
  return {
    issuer: texts('issuer', issuer),
    audience: texts('audience', audience),
    algorithms: [...algorithms],
    jwks: jwks === undefined ? undefined : checkUrl('verifyJwt.jwks', jwks, allowHttp),
    keys,
    clockTolerance: checkMs('verifyJwt.clockTolerance', clockTolerance),
    cooldown: checkMs('verifyJwt.cooldown', cooldown),
    maxAge: checkMs('verifyJwt.maxAge', maxAge),
    timeout: checkMs('verifyJwt.timeout', timeout),
    user,
  };
}

/** Without them any token of the issuer would do, and any issuer. */
function texts(name: string, given: unknown): string[] {
  const all: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (all.length > 0 && all.every(text => typeof text === 'string' && text !== '')) return all as string[];
  throw new TypeError(`verifyJwt.${name}: expected a text, or several, got ${inspect(given)}`);
}
