import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** A stand-in for Keycloak, Auth0 and their like: gives tokens to whoever asks, and publishes its keys. */
export interface Issuer {
  readonly url: string;
  /** How many tokens it gave. */
  readonly tokens: () => number;
  close(): void;
}

export async function startIssuer(audience: string): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'ES256' }];
  let url = '';
  let tokens = 0;
  const sign = (user: string) =>
    new SignJWT({ role: 'clerk' })
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .setIssuer(url)
      .setAudience(audience)
      .setSubject(user)
      .setExpirationTime('1h')
      .sign(privateKey);
  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/keys') return response.end(JSON.stringify({ keys }));
    tokens++;
    const [, basic = ''] = request.headers.authorization?.split(' ') ?? [];
    const [user = ''] = Buffer.from(basic, 'base64').toString().split(':');
    const access_token = await sign(user);
    return response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 3600 }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tokens: () => tokens, close: () => server.close() };
}
