import { expect } from 'chai';
import { oauth2, verifyJwt } from '../../src/auth/auth.ts';
import { authenticate, bearer, type Context, claimsOf, makeClient } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { audience, Issuer } from '../support/issuer.ts';
import { closeAll, closing } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

describe('a client and a server that trust one issuer', () => {
  let issuer: Issuer;

  beforeEach(async () => {
    issuer = await Issuer.start();
  });

  /** A client with a token of the issuer, and a server that verifies it. */
  async function trusting() {
    const verify = verifyJwt({
      issuer: issuer.url,
      audience,
      jwks: `${issuer.url}/keys`,
      cooldown: 0,
      allowHttp: true,
    });
    const { address } = await served(
      { ping: (context: Context) => `${context.user} of ${claimsOf(context)?.aud}` },
      { interceptors: [authenticate(verify)] },
    );
    const tokens = oauth2({
      issuer: issuer.url,
      clientId: 'shop',
      clientSecret: 'secret',
      allowHttp: true,
    });
    return closing(
      makeClient(loaded.PingPong, address, { transport: 'header', interceptors: [bearer(tokens)] }),
    );
  }

  it('understand each other, with one token for many calls', async () => {
    const client = await trusting();
    const answers = await Promise.all([client.ping(), client.ping(), client.ping()]);
    expect(answers).to.deep.equal(Array(3).fill(`ada-1 of ${audience}`));
    expect(issuer.requests).to.have.length(1);
  });

  it('go on when the issuer has changed its keys: a token that the server does not take any more is replaced', async () => {
    const client = await trusting();
    issuer.lifetime = undefined;
    await client.ping();
    await issuer.rotate();
    const stranger = closing(
      makeClient(loaded.PingPong, client.$channel, { interceptors: [bearer(await issuer.token())] }),
    );
    expect(await stranger.ping(), 'which makes the server ask for the new keys').to.equal(
      `ada of ${audience}`,
    );
    expect(await client.ping()).to.equal(`ada-2 of ${audience}`);
    expect(issuer.requests).to.have.length(2);
  });

  it('tell clients whom the issuer does not know', async () => {
    const client = await trusting();
    issuer.refusal = response =>
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
    const error = await rpcError(client.ping());
    expect(error).to.include({ code: 'UNAUTHENTICATED', phase: 'unsent' });
    expect(error.message).to.include('invalid_client');
    issuer.refusal = undefined;
    expect(await client.ping()).to.match(/^ada-/);
  });
});
