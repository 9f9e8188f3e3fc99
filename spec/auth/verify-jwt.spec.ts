import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import { type JwtOptions, verifyJwt } from '../../src/auth/verify-jwt.ts';
import type { ServerInvocation } from '../../src/rpc/interceptor.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { audience, Issuer, reply } from '../support/issuer.ts';
import { closeAll } from '../support/peers.ts';

let issuer: Issuer;

beforeEach(async () => {
  issuer = await Issuer.start();
});

afterEach(closeAll);

const call = {} as ServerInvocation;
const seconds = () => Math.floor(Date.now() / 1000);

function verifier(own: Partial<JwtOptions> = {}) {
  const jwks = own.keys === undefined ? { jwks: `${issuer.url}/keys`, allowHttp: true } : {};
  const verify = verifyJwt({ issuer: issuer.url, audience, ...jwks, ...own });
  return async (token: string) => verify(token, call);
}

describe('verifyJwt', () => {
  it('tells who has a token, and what it says', async () => {
    const identity = await verifier()(await issuer.token({ roles: ['admin'] }));
    expect(identity?.user).to.equal('ada');
    expect(identity?.claims).to.deep.include({
      iss: issuer.url,
      aud: audience,
      sub: 'ada',
      roles: ['admin'],
    });
  });

  it('tells by another claim, if it is told to, and nobody where there is none', async () => {
    const user = ({ email }: Readonly<Record<string, unknown>>) => email as string;
    const token = await issuer.token({ email: 'ada@example.org' });
    expect((await verifier({ user })(token))?.user).to.equal('ada@example.org');
    expect(await verifier()(await issuer.token({ sub: undefined }))).not.to.have.property('user');
  });

  it('takes the keys themselves, and asks nobody then', async () => {
    const verify = verifier({ keys: issuer.keys });
    expect((await verify(await issuer.token()))?.user).to.equal('ada');
    expect(issuer.keyRequests).to.equal(0);
  });

  it('asks for the keys once', async () => {
    const verify = verifier();
    const token = await issuer.token();
    await Promise.all(Array.from({ length: 20 }, () => verify(token)));
    expect(issuer.keyRequests).to.equal(1);
  });

  it('asks again when a token names another key: keys may be changed at any time', async () => {
    const verify = verifier({ cooldown: 0 });
    const old = await issuer.token();
    await verify(old);
    await issuer.rotate();
    expect((await verify(await issuer.token()))?.user).to.equal('ada');
    expect(issuer.keyRequests).to.equal(2);
    expect((await rpcError(verify(old))).message).to.match(/^the token is not good: no applicable key found/);
  });

  it('does not let strangers make it ask all the time', async () => {
    const verify = verifier();
    await verify(await issuer.token());
    await issuer.rotate();
    const stranger = await issuer.token();
    for (let i = 0; i < 5; i++) expect((await rpcError(verify(stranger))).code).to.equal('UNAUTHENTICATED');
    expect(issuer.keyRequests).to.equal(1);
  });

  const bad: readonly (readonly [string, () => string | Promise<string>, RegExp])[] = [
    ['has expired', () => issuer.token({ exp: seconds() - 60 }), /"exp" claim timestamp check failed/],
    ['has not begun', () => issuer.token({ nbf: seconds() + 60 }), /"nbf" claim timestamp check failed/],
    ['never expires', () => issuer.token({ exp: undefined }), /missing required "exp" claim/],
    [
      'is for somebody else',
      () => issuer.token({ aud: 'https://else.example' }),
      /unexpected "aud" claim value/,
    ],
    ['is for nobody', () => issuer.token({ aud: undefined }), /missing required "aud" claim/],
    [
      'is from another issuer',
      () => issuer.token({ iss: 'https://evil.example' }),
      /unexpected "iss" claim value/,
    ],
    [
      'is not signed',
      () => new UnsecuredJWT({}).setIssuer(issuer.url).setAudience(audience).setExpirationTime('1h').encode(),
      /"alg" \(Algorithm\) Header Parameter value not allowed/,
    ],
    [
      'is signed with the public key as if it were a secret',
      () =>
        new SignJWT({})
          .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
          .setIssuer(issuer.url)
          .setAudience(audience)
          .setExpirationTime('1h')
          .sign(Buffer.from(JSON.stringify(issuer.keys.keys[0]))),
      /"alg" \(Algorithm\) Header Parameter value not allowed/,
    ],
    [
      'was changed',
      async () => {
        const [header, , signature] = (await issuer.token()).split('.');
        const claims = { iss: issuer.url, aud: audience, sub: 'root', exp: seconds() + 60 };
        return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      },
      /signature verification failed/,
    ],
    ['is no token', () => 'x', /Invalid Compact JWS/],
    ['is no JSON', () => 'e30.e30.e30', /alg/],
  ];
  for (const [what, make, text] of bad) {
    it(`refuses one that ${what}`, async () => {
      const error = await rpcError(verifier()(await make()));
      expect(error.code).to.equal('UNAUTHENTICATED');
      expect(error.message).to.match(/^the token is not good: /);
      expect(error.message).to.match(text);
    });
  }

  it('allows for clocks that differ a little', async () => {
    const late = await issuer.token({ exp: seconds() - 3 });
    const early = await issuer.token({ nbf: seconds() + 3 });
    for (const token of [late, early]) {
      expect((await verifier()(token))?.user).to.equal('ada');
      expect((await rpcError(verifier({ clockTolerance: 0 })(token))).code).to.equal('UNAUTHENTICATED');
    }
  });

  it('does not blame the token when the keys cannot be had, and has them when they can', async () => {
    const verify = verifier();
    const token = await issuer.token();
    issuer.refusal = response => reply(response, 500, {});
    const error = await rejection(verify(token));
    expect(String(error)).to.match(/^Error: cannot verify tokens: /);
    expect(error).to.have.property('cause');
    issuer.refusal = undefined;
    expect((await verify(token))?.user).to.equal('ada');
  });

  it('refuses options that would let anything pass, or nothing', () => {
    const keys = { keys: [] };
    const url = 'https://issuer.example';
    const wrong: readonly (readonly [object, string])[] = [
      [{ audience, keys }, 'verifyJwt.issuer: expected a text, or several, got undefined'],
      [{ issuer: url, keys }, 'verifyJwt.audience: expected a text, or several, got undefined'],
      [{ issuer: url, audience: [], keys }, 'verifyJwt.audience: expected a text, or several, got []'],
      [{ issuer: url, audience }, 'expected either jwks, the URL of the keys, or the keys themselves'],
      [{ issuer: url, audience, keys, jwks: url }, 'expected either jwks'],
      [{ issuer: url, audience, keys: [] }, 'verifyJwt.keys: expected { keys: [...] }, got []'],
      [{ issuer: url, audience, keys, algorithms: ['none'] }, 'verifyJwt.algorithms: expected some of RS256'],
      [{ issuer: url, audience, keys, algorithms: [] }, 'verifyJwt.algorithms: expected some of RS256'],
      [
        { issuer: url, audience, jwks: 'http://issuer.example/keys' },
        'verifyJwt.jwks: expected a URL with https, got http://issuer.example/keys',
      ],
      [{ issuer: url, audience, jwks: 'keys' }, "verifyJwt.jwks: expected a URL, got 'keys'"],
      [{ issuer: url, audience, keys, leeway: 1 }, 'there is no option "leeway"'],
    ];
    for (const [options, text] of wrong)
      expect(() => verifyJwt(options as JwtOptions)).to.throw(TypeError, text);
  });
});
