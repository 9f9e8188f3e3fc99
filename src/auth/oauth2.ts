import { inspect } from 'node:util';
import type { AuthorizationServer, HttpRequestOptions } from 'oauth4webapi';
import { RpcError } from '../errors/rpc-error.ts';
import { cachedToken, checkToken, type ExpiringToken, type TokenSource } from '../interceptors/tokens.ts';
import { checkMs, checkOptions } from '../options.ts';
import { importPackage } from './packages.ts';
import { checkUrl } from './urls.ts';

/** Where tokens are asked for, and as whom. */
export interface OAuth2Options {
  /** Who issues the tokens; where, its `/.well-known/openid-configuration` says. Or give `tokenEndpoint`. */
  readonly issuer?: string | URL;
  readonly tokenEndpoint?: string | URL;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the token is to be good for. */
  readonly scope?: string | readonly string[];
  /** What else goes with the request: `{ audience: 'https://orders.example' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Whether id and secret travel in a header (`basic`, the default) or in the body (`post`). */
  readonly authentication?: 'basic' | 'post';
  /** ms before a token expires when the next one is asked for. Default: 30,000. */
  readonly early?: number;
  /** ms for each request. Default: 10,000. */
  readonly timeout?: number;
  /** Sends the secret over plain HTTP, too. For tests. */
  readonly allowHttp?: boolean;
}

/**
 * Tokens by OAuth 2's client credentials (RFC 6749, 4.4), for `bearer`: asked for when the first call needs one, and anew
 * before they expire, or when a server refuses them. A call for which there is none fails with UNAUTHENTICATED where the
 * issuer refuses this client, with UNAVAILABLE where it does not answer; nothing was sent then. Needs the package
 * `oauth4webapi`. Throws a TypeError for options that make no sense.
 */
export function oauth2(options: OAuth2Options): TokenSource {
  const client = new TokenClient(options);
  const { early } = options;
  return cachedToken(() => client.fetch(), early === undefined ? {} : { early });
}

const known = [
  'issuer',
  'tokenEndpoint',
  'clientId',
  'clientSecret',
  'scope',
  'parameters',
  'authentication',
  'early',
  'timeout',
  'allowHttp',
];

type Library = typeof import('oauth4webapi');

class TokenClient {
  /** Of the issuer, or of the token endpoint if it is known. */
  readonly #url: URL;
  readonly #isIssuer: boolean;
  readonly #options: OAuth2Options;
  readonly #timeout: number;
  readonly #parameters: Readonly<Record<string, string>>;
  #server: AuthorizationServer | undefined;

  constructor(options: OAuth2Options) {
    checkOptions('oauth2', options, known);
    const { issuer, tokenEndpoint, clientId, clientSecret, scope = [], parameters, authentication } = options;
    const { allowHttp = false, timeout = 10_000 } = options;
    if ((issuer === undefined) === (tokenEndpoint === undefined))
      throw new TypeError('oauth2: expected either an issuer or a tokenEndpoint');
    for (const [name, value] of Object.entries({ clientId, clientSecret })) {
      if (typeof value !== 'string' || value === '')
        throw new TypeError(`oauth2.${name}: expected a text, got ${value === '' ? 'none' : typeof value}`);
    }
    if (authentication !== undefined && authentication !== 'basic' && authentication !== 'post')
      throw new TypeError(
        `oauth2.authentication: expected 'basic' or 'post', got ${inspect(authentication)}`,
      );
    this.#isIssuer = issuer !== undefined;
    this.#url = checkUrl(
      this.#isIssuer ? 'oauth2.issuer' : 'oauth2.tokenEndpoint',
      issuer ?? tokenEndpoint,
      allowHttp,
    );
    this.#timeout = checkMs('oauth2.timeout', timeout);
    this.#options = options;
    const scopes = typeof scope === 'string' ? scope : scope.join(' ');
    this.#parameters = scopes === '' ? { ...parameters } : { ...parameters, scope: scopes };
  }

  async fetch(): Promise<ExpiringToken> {
    const library = await importPackage('oauth4webapi', 'oauth2', () => import('oauth4webapi'));
    try {
      return await this.#request(library);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #request(library: Library): Promise<ExpiringToken> {
    const { clientId, clientSecret, authentication } = this.#options;
    this.#server ??= await this.#discover(library);
    const client = { client_id: clientId };
    const secret =
      authentication === 'post'
        ? library.ClientSecretPost(clientSecret)
        : library.ClientSecretBasic(clientSecret);
    const asked = Date.now();
    const response = await library.clientCredentialsGrantRequest(
      this.#server,
      client,
      secret,
      { ...this.#parameters },
      this.#http(library),
    );
    const answer = await library.processClientCredentialsResponse(this.#server, client, response);
    const { access_token, token_type: type, expires_in: seconds } = answer;
    if (type !== 'bearer') throw new Error(`it gives tokens of type ${type}, which are of no use here`);
    const token = checkToken(access_token);
    return seconds === undefined ? { token } : { token, expiresAt: asked + seconds * 1000 };
  }

  async #discover(library: Library): Promise<AuthorizationServer> {
    if (!this.#isIssuer) return { issuer: this.#url.origin, token_endpoint: this.#url.href };
    const response = await library.discoveryRequest(this.#url, this.#http(library));
    return library.processDiscoveryResponse(this.#url, response);
  }

  #http(library: Library): Pick<HttpRequestOptions<never>, 'signal'> {
    return {
      signal: () => AbortSignal.timeout(this.#timeout),
      ...(this.#options.allowHttp === true ? { [library.allowInsecureRequests]: true } : {}),
    };
  }

  #failure(error: unknown): RpcError {
    const { origin, pathname } = this.#url;
    const peer = origin + pathname;
    const status = statusOf(error);
    const refused = status !== undefined && status >= 400 && status < 500 && status !== 429;
    const text = refused
      ? `${peer} refuses to give a token: ${reasonOf(error)}: are clientId, clientSecret and scope right?`
      : `cannot get a token from ${peer}: ${reasonOf(error)}`;
    const code = refused ? 'UNAUTHENTICATED' : 'UNAVAILABLE';
    return new RpcError(code, `oauth2: ${text}`, { peer, phase: 'unsent', cause: error });
  }
}

/** The HTTP status that an error of the library is about. */
function statusOf(error: unknown): number | undefined {
  const { status, cause } = error as { readonly status?: unknown; readonly cause?: unknown };
  if (typeof status === 'number') return status;
  return cause instanceof Response ? cause.status : undefined;
}

function reasonOf(error: unknown): string {
  const { error: code, error_description: description } = error as Readonly<Record<string, unknown>>;
  if (typeof code === 'string') return typeof description === 'string' ? `${code} (${description})` : code;
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  // fetch itself says no more than that it failed.
  if (cause instanceof Error) return `${error.message} (${cause.message})`;
  return cause instanceof Response ? `${error.message} (HTTP ${cause.status})` : error.message;
}
