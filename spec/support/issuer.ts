import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { closing } from './peers.ts';

export const audience = 'https://orders.example';

type Claims = Readonly<Record<string, unknown>>;

interface Key {
  readonly kid: string;
  readonly secret: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** What was asked for a token. */
export interface TokenRequest {
  readonly authorization: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** An issuer of tokens, as OpenID providers are, on a free port: it signs with keys of its own, and can lose its mind. */
export class Issuer {
  readonly url: string;
  /** What it was asked for tokens. */
  readonly requests: TokenRequest[] = [];
  /** How often it was asked for its keys. */
  keyRequests = 0;
  /** Seconds that its tokens are good for; undefined says nothing of it. */
  lifetime: number | undefined = 3600;
  /** Answers in its place. */
  refusal: ((response: ServerResponse) => void) | undefined;
  #keys: Key[];
  #next = 1;

  private constructor(url: string, key: Key) {
    this.url = url;
    this.#keys = [key];
  }

  static async start(): Promise<Issuer> {
    const server = createServer((request, response) => issuer.#serve(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = new Issuer(`http://127.0.0.1:${port}`, await makeKey('key-1'));
    closing({
      close: async () => {
        server.closeAllConnections();
        await new Promise(resolve => server.close(resolve));
      },
    });
    return issuer;
  }

  get keys(): { keys: Readonly<Record<string, unknown>>[] } {
    return { keys: this.#keys.map(({ jwk }) => jwk) };
  }

  /** Signs with a new key from now on; the old one is not published any more. */
  async rotate(): Promise<void> {
    this.#keys = [await makeKey(`key-${++this.#next}`)];
  }

  /** A token for ada, good for an hour, but for what is told otherwise; `undefined` leaves a claim out. */
  token(own: Claims = {}, alg = 'ES256'): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: audience, sub: 'ada', iat: now, exp: now + 3600, ...own };
    const claims = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    const { kid, secret } = this.#keys[0]!;
    return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(secret);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (request.url === '/keys') {
      this.keyRequests++;
      return this.refusal === undefined ? reply(response, 200, this.keys) : this.refusal(response);
    }
    if (request.url === '/.well-known/openid-configuration') {
      return reply(response, 200, { issuer: this.url, token_endpoint: `${this.url}/token` });
    }
    if (request.url !== '/token') return reply(response, 404, {});
    this.requests.push({
      authorization: request.headers.authorization,
      parameters: Object.fromEntries(new URLSearchParams(body)),
    });
    if (this.refusal !== undefined) return this.refusal(response);
    const { lifetime } = this;
    reply(response, 200, {
      access_token: await this.token({ sub: `ada-${this.requests.length}` }),
      token_type: 'Bearer',
      ...(lifetime === undefined ? {} : { expires_in: lifetime }),
    });
  }
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function makeKey(kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return { kid, secret: privateKey, jwk };
}
