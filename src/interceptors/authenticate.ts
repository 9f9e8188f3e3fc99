import { inspect } from 'node:util';
import { RpcError } from '../errors/rpc-error.ts';
import { checkOptions } from '../options.ts';
import type { Context } from '../rpc/context.ts';
import type { Interceptor, ServerInvocation } from '../rpc/interceptor.ts';
import type { Metadata } from '../rpc/metadata.ts';
import { forServers } from './sides.ts';

/** What a token says of who has it, by name. */
export type Claims = Readonly<Record<string, unknown>>;

/** Who a client is. */
export interface Identity {
  /** What handlers find as `context.user`. */
  readonly user?: string;
  /** What handlers find by `claimsOf(context)`. */
  readonly claims?: Claims;
}

/**
 * Finds out who has a token; undefined where it is none of ours. It may throw an RpcError to say what is wrong with it;
 * any other error is the server's own: INTERNAL for the caller, and told to `onError`.
 */
export type VerifyToken = (
  token: string,
  call: ServerInvocation,
) => Identity | undefined | Promise<Identity | undefined>;

export interface AuthenticateOptions {
  /** Methods that need no token, and whose tokens are not looked at: `['Health.check']`, or a function that knows. */
  readonly except?: readonly string[] | ((call: ServerInvocation) => boolean);
}

const CLAIMS = 'claims';

/**
 * Lets nobody call without a good token: UNAUTHENTICATED else, before the handler is asked. Clients send it as
 * `authorization: Bearer <token>` in their metadata, or as a header over HTTP. Who the client is stands in
 * `context.user`, what else the token says in `claimsOf(context)`.
 */
export function authenticate(verify: VerifyToken, options: AuthenticateOptions = {}): Interceptor {
  checkOptions('authenticate', options, ['except']);
  if (typeof verify !== 'function')
    throw new TypeError(`authenticate: expected a function that verifies tokens, got ${inspect(verify)}`);
  const isExempt = exemption(options.except ?? []);
  return forServers('authenticate', async (call, next) => {
    if (isExempt(call)) return next();
    const { user, claims } = (await verify(tokenOf(call), call)) ?? refuse('the token is not known here');
    if (user !== undefined) call.context.user = user;
    if (claims !== undefined) call.context.values.set(CLAIMS, claims);
    return next();
  });
}

/** What the token of a call says; undefined where it says nothing, or `authenticate` has not seen it. */
export function claimsOf(context: Context): Claims | undefined {
  return context.values.get(CLAIMS) as Claims | undefined;
}

const expected = 'expected "authorization: Bearer <token>" in the metadata of the call';

function tokenOf({ metadata }: ServerInvocation): string {
  const header = authorizationOf(metadata);
  if (header === undefined) return refuse(`there is no token: ${expected}`);
  return /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? refuse(`this is no token: ${expected}`);
}

/** HTTP's names have no case; other transports carry them as the client wrote them. */
function authorizationOf(metadata: Metadata): string | undefined {
  return metadata.get('authorization') ?? metadata.get('Authorization');
}

function refuse(why: string): never {
  throw new RpcError('UNAUTHENTICATED', why);
}

function exemption(except: NonNullable<AuthenticateOptions['except']>): (call: ServerInvocation) => boolean {
  if (typeof except === 'function') return except;
  if (!Array.isArray(except) || !except.every(name => typeof name === 'string' && name.includes('.')))
    throw new TypeError(`authenticate.except: expected names such as 'Health.check', got ${inspect(except)}`);
  const names = new Set(except);
  return call => names.has(call.method);
}
