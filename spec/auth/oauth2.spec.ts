import { expect } from 'chai';
import { type OAuth2Options, oauth2 } from '../../src/auth/oauth2.ts';
import { rpcError } from '../support/errors.ts';
import { Issuer, reply } from '../support/issuer.ts';
import { closeAll, fakeServer } from '../support/peers.ts';

let issuer: Issuer;

beforeEach(async () => {
  issuer = await Issuer.start();
});

afterEach(closeAll);

const client = { clientId: 'shop', clientSecret: 's3cr:t' };

function source(own: Partial<OAuth2Options> = {}) {
  const where = own.issuer === undefined ? { tokenEndpoint: `${issuer.url}/token` } : {};
  return oauth2({ ...where, ...client, allowHttp: true, ...own });
}

/** What a token's `sub` is. */
function subjectOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sub: string };
  return claims.sub;
}

const next = async (tokens: ReturnType<typeof source>, refused?: string) =>
  subjectOf(await tokens.get(refused));

describe('oauth2', () => {
  it('asks for a token with id and secret, and keeps it', async () => {
    const tokens = source({ scope: ['read', 'write'], parameters: { audience: 'orders' } });
    expect(issuer.requests).to.deep.equal([]);
    expect(await Promise.all([next(tokens), next(tokens)])).to.deep.equal(['ada-1', 'ada-1']);
    expect(await next(tokens)).to.equal('ada-1');
    const basic = Buffer.from('shop:s3cr%3At').toString('base64');
    expect(issuer.requests).to.deep.equal([
      {
        authorization: `Basic ${basic}`,
        parameters: { grant_type: 'client_credentials', scope: 'read write', audience: 'orders' },
      },
    ]);
  });

  it('sends them in the body, if it is told to', async () => {
    await next(source({ authentication: 'post', scope: 'read' }));
    expect(issuer.requests).to.deep.equal([
      {
        authorization: undefined,
        parameters: {
          grant_type: 'client_credentials',
          scope: 'read',
          client_id: 'shop',
          client_secret: 's3cr:t',
        },
      },
    ]);
  });

  it('finds out from the issuer where tokens are', async () => {
    expect(await next(source({ issuer: issuer.url }))).to.equal('ada-1');
  });

  it('asks again when the time of a token is over, or a server refuses it', async () => {
    issuer.lifetime = 0;
    const tokens = source();
    expect(await next(tokens)).to.equal('ada-1');
    issuer.lifetime = undefined;
    expect(await next(tokens)).to.equal('ada-2');
    const token = await tokens.get();
    expect(subjectOf(token)).to.equal('ada-2');
    expect(await next(tokens, token)).to.equal('ada-3');
  });

  it('says that the issuer refuses this client', async () => {
    issuer.refusal = response =>
      reply(response, 400, { error: 'invalid_client', error_description: 'who is that?' });
    const error = await rpcError(next(source()));
    expect(error).to.include({ code: 'UNAUTHENTICATED', phase: 'unsent', peer: `${issuer.url}/token` });
    expect(error.message).to.equal(
      `oauth2: ${issuer.url}/token refuses to give a token: invalid_client (who is that?): ` +
        'are clientId, clientSecret and scope right?',
    );
    expect(error.message).not.to.include(client.clientSecret);
    issuer.refusal = response =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="tokens"' }).end();
    expect((await rpcError(next(source()))).code).to.equal('UNAUTHENTICATED');
  });

  it('says that the issuer does not answer as it should, and asks it again later', async () => {
    const tokens = source();
    for (const [status, body] of [
      [503, { error: 'temporarily_unavailable' }],
      [500, 'what?'],
      [429, { error: 'slow_down' }],
      [200, {}],
      [200, { access_token: 'x', token_type: 'mac' }],
      [200, { access_token: 'x\ny', token_type: 'bearer' }],
    ] as const) {
      issuer.refusal = response => reply(response, status, body);
      const error = await rpcError(next(tokens));
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
      expect(error.message).to.match(/^oauth2: cannot get a token from http:/);
    }
    issuer.refusal = undefined;
    expect(await next(tokens)).to.match(/^ada-/);
  });

  it('says that nobody answers', async () => {
    const gone = await fakeServer(() => {});
    await gone.close();
    const tokenEndpoint = `http://127.0.0.1:${gone.address.port}/token`;
    const refused = await rpcError(next(source({ tokenEndpoint })));
    expect(refused.code).to.equal('UNAVAILABLE');
    expect(refused.message).to.include('ECONNREFUSED');
    const silent = await fakeServer(() => {});
    const late = await rpcError(
      next(source({ tokenEndpoint: `http://127.0.0.1:${silent.address.port}/token`, timeout: 20 })),
    );
    expect(late.code).to.equal('UNAVAILABLE');
    expect(late.message).to.match(/timeout/);
  });

  it('refuses options that make no sense', () => {
    const tokenEndpoint = 'https://issuer.example/token';
    const wrong: readonly (readonly [object, string])[] = [
      [client, 'oauth2: expected either an issuer or a tokenEndpoint'],
      [{ ...client, tokenEndpoint, issuer: tokenEndpoint }, 'expected either an issuer or a tokenEndpoint'],
      [{ ...client, tokenEndpoint, clientId: '' }, 'oauth2.clientId: expected a text, got none'],
      [
        { ...client, tokenEndpoint, clientSecret: undefined },
        'oauth2.clientSecret: expected a text, got undefined',
      ],
      [
        { ...client, tokenEndpoint: 'http://issuer.example/token' },
        'oauth2.tokenEndpoint: expected a URL with https, got http://issuer.example/token',
      ],
      [{ ...client, issuer: 'http://issuer.example' }, 'oauth2.issuer: expected a URL with https'],
      [
        { ...client, tokenEndpoint, authentication: 'jwt' },
        "oauth2.authentication: expected 'basic' or 'post', got 'jwt'",
      ],
      [{ ...client, tokenEndpoint, early: -1 }, 'cachedToken.early: expected a number of 0 or more, got -1'],
      [{ ...client, tokenEndpoint, secret: 'x' }, 'there is no option "secret"'],
    ];
    for (const [options, text] of wrong)
      expect(() => oauth2(options as OAuth2Options)).to.throw(TypeError, text);
  });
});
