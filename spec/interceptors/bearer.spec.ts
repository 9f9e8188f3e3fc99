import { expect } from 'chai';
import {
  type ClientOptions,
  type Context,
  type Interceptor,
  makeClient,
  RpcError,
  type TokenSource,
} from '../../src/index.ts';
import { authenticate, claimsOf, type VerifyToken } from '../../src/interceptors/authenticate.ts';
import { bearer } from '../../src/interceptors/bearer.ts';
import { fixedTokens } from '../../src/interceptors/fixed-tokens.ts';
import { cachedToken } from '../../src/interceptors/tokens.ts';
import { chatting } from '../rpc/streaming/chat.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { type Served, served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

/** A server that knows some tokens, and tells who calls. */
async function guarded(
  verify: VerifyToken,
  except: readonly string[] = [],
): Promise<Served & { tokens: string[] }> {
  const tokens: string[] = [];
  const seen: VerifyToken = (token, call) => {
    tokens.push(token);
    return verify(token, call);
  };
  const all = await served(
    {
      ping: (context: Context) => `${context.user}: ${JSON.stringify(claimsOf(context))}`,
    },
    { interceptors: [authenticate(seen, { except })] },
  );
  return { ...all, tokens };
}

const known = fixedTokens({ ada: 'adas-secret', bob: 'bobs-secret' });

function clientOf({ address }: Served, interceptors: readonly Interceptor[], options: ClientOptions = {}) {
  return closing(makeClient(loaded.PingPong, address, { transport: 'header', interceptors, ...options }));
}

/** A server of streams that knows one token at a time, and a client that asks for it when it must. */
async function streaming() {
  let good = 'one';
  const fetched: string[] = [];
  const source = cachedToken(() => {
    fetched.push(good);
    return { token: good };
  });
  const verify: VerifyToken = token => (token === good ? { user: 'ada' } : undefined);
  const streams = {
    letters: (word: string) => [...word],
    async join(given: AsyncIterable<string>) {
      let text = '';
      for await (const part of given) text += part;
      return text;
    },
  };
  const { client } = await chatting(
    streams,
    { interceptors: [bearer(source)] },
    { interceptors: [authenticate(verify)] },
  );
  const accept = (token: string) => {
    good = token;
  };
  return { client, accept, fetched };
}

async function* parts(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

describe('bearer', () => {
  it('says who the client is, over every transport that can', async () => {
    const server = await guarded(known);
    const interceptors = [bearer('adas-secret')];
    for (const transport of ['header', 'ttheader'] as const) {
      const client = closing(makeClient(loaded.PingPong, server.address, { transport, interceptors }));
      expect(await client.ping()).to.equal('ada: undefined');
    }
    const http = closing(
      makeClient(loaded.PingPong, `http://127.0.0.1:${server.address.port}`, { interceptors }),
    );
    expect(await http.ping()).to.equal('ada: undefined');
    const plain = closing(makeClient(loaded.PingPong, server.address, { interceptors }));
    expect(String(await rejection(plain.ping()))).to.match(
      /^TypeError: PingPong\.ping: metadata: messages to .* have no headers; try \{ transport: 'header' \}/,
    );
  });

  it('asks a function for each call: it may know better who is calling', async () => {
    const server = await guarded(known);
    const turns = ['adas-secret', 'bobs-secret'];
    const client = clientOf(server, [bearer(async () => turns.shift()!)]);
    expect([await client.ping(), await client.ping()]).to.deep.equal(['ada: undefined', 'bob: undefined']);
  });

  it('gets another token when one is refused, and calls once more', async () => {
    const server = await guarded(known);
    const answers = ['stale', 'adas-secret'];
    const client = clientOf(server, [bearer(cachedToken(() => ({ token: answers.shift()! })))]);
    expect(await client.ping()).to.equal('ada: undefined');
    expect(await client.ping()).to.equal('ada: undefined');
    expect(server.tokens).to.deep.equal(['stale', 'adas-secret', 'adas-secret']);
  });

  it('calls once more only, and not at all without another token, or for a call that is tried once', async () => {
    const server = await guarded(known);
    let count = 0;
    const counting = clientOf(server, [bearer(() => `wrong-${++count}`)]);
    const error = await rpcError(counting.ping());
    expect(error).to.include({ code: 'UNAUTHENTICATED', phase: 'answered' });
    expect(error.message).to.include('the token is not known here');
    expect(error.stack, 'the stack of the caller').to.include('bearer.spec.ts');
    expect(server.tokens).to.deep.equal(['wrong-1', 'wrong-2']);
    expect((await rpcError(clientOf(server, [bearer('fixed')]).ping())).code).to.equal('UNAUTHENTICATED');
    expect((await rpcError(counting.ping({ retry: false }))).code).to.equal('UNAUTHENTICATED');
    expect(server.tokens).to.deep.equal(['wrong-1', 'wrong-2', 'fixed', 'wrong-3']);
  });

  it('has another token after what streams was refused, or a call that is tried once', async () => {
    const { client, accept, fetched } = await streaming();
    const first = async () => (await client.letters('xyz').next()).value;
    expect(await first()).to.equal('x');
    for (const [token, refused] of [
      ['two', first],
      ['three', () => client.join(['a'], { retry: false })],
      ['four', () => client.join(parts('a'))],
    ] as const) {
      accept(token);
      expect((await rpcError(refused())).code).to.equal('UNAUTHENTICATED');
      expect(await first()).to.equal('x');
    }
    expect(await client.join(parts('a', 'b'))).to.equal('ab');
    expect(fetched).to.deep.equal(['one', 'two', 'three', 'four']);
  });

  it('calls once more where the client streams what can be sent again', async () => {
    const { client, accept, fetched } = await streaming();
    expect(await client.join(['a', 'b'])).to.equal('ab');
    accept('two');
    expect(await client.join(['a', 'b'])).to.equal('ab');
    expect(fetched).to.deep.equal(['one', 'two']);
  });

  it('gets one new token for many calls that are refused together', async () => {
    const server = await guarded(known);
    const answers = ['stale', 'adas-secret'];
    const client = clientOf(server, [bearer(cachedToken(() => ({ token: answers.shift()! })))]);
    const all = await Promise.all(Array.from({ length: 10 }, () => client.ping()));
    expect(new Set(all)).to.deep.equal(new Set(['ada: undefined']));
    expect(answers).to.deep.equal([]);
  });

  it('lets a call settle in its time, whatever becomes of the token', async () => {
    const server = await guarded(known);
    const never: TokenSource = { get: () => new Promise(() => {}) };
    const client = clientOf(server, [bearer(never)]);
    const late = await rpcError(client.ping({ timeout: 20 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent' });
    expect(late.message).to.equal('PingPong.ping: the time was over while it waited for its token');
    const controller = new AbortController();
    const cancelled = rpcError(client.ping({ signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect((await cancelled).message).to.equal(
      'PingPong.ping: cancelled while it waited for its token: enough',
    );
    expect((await rpcError(client.ping({ signal: AbortSignal.abort() }))).code).to.equal('CANCELLED');
    const failing = clientOf(server, [
      bearer(async () => {
        throw new RangeError('no token today');
      }),
    ]);
    expect(String(await rejection(failing.ping()))).to.equal('RangeError: no token today');
    expect(server.tokens).to.deep.equal([]);
  });

  it('refuses what are no tokens', async () => {
    expect(() => bearer('two words')).to.throw(TypeError, 'token: expected a text of visible ASCII');
    expect(() => bearer(undefined as never)).to.throw(TypeError, 'bearer: expected a token, a function');
    const server = await guarded(known);
    const client = clientOf(server, [bearer(() => undefined as never)]);
    expect(String(await rejection(client.ping()))).to.match(/^TypeError: token: expected a text/);
  });
});

describe('authenticate', () => {
  it('tells handlers what a token says', async () => {
    const server = await guarded(() => ({ user: 'ada', claims: { role: 'admin' } }));
    expect(await clientOf(server, [bearer('x')]).ping()).to.equal('ada: {"role":"admin"}');
  });

  it('turns away who has no token, or none of ours, before the handler is asked', async () => {
    const server = await guarded(known);
    const cases: readonly (readonly [string | undefined, string])[] = [
      [undefined, 'there is no token: expected "authorization: Bearer <token>" in the metadata of the call'],
      ['Basic YWRhOnNlY3JldA==', 'this is no token: expected "authorization: Bearer <token>"'],
      ['Bearer', 'this is no token'],
      ['Bearer two words', 'this is no token'],
      ['Bearer adas-secre', 'the token is not known here'],
    ];
    const client = clientOf(server, []);
    for (const [authorization, text] of cases) {
      const error = await rpcError(
        client.ping(authorization === undefined ? {} : { metadata: { authorization } }),
      );
      expect(error.code).to.equal('UNAUTHENTICATED');
      expect(error.message).to.include(text);
    }
    expect(server.reported, 'nothing is wrong with the server').to.deep.equal([]);
  });

  it('takes the scheme and the name of the header in any case', async () => {
    const server = await guarded(known);
    const client = clientOf(server, []);
    for (const metadata of [
      { authorization: 'bearer adas-secret' },
      { Authorization: 'BEARER  adas-secret ' },
    ])
      expect(await client.ping({ metadata })).to.equal('ada: undefined');
  });

  it('turns away plain clients, which cannot say who they are', async () => {
    const server = await guarded(known);
    const plain = closing(makeClient(loaded.PingPong, server.address));
    expect((await rpcError(plain.ping())).code).to.equal('UNAUTHENTICATED');
    await plain.note('nobody hears this');
    await until(() => server.reported.length === 1);
    expect(server.reported[0]!.error).to.include({ code: 'UNAUTHENTICATED' });
    expect(server.notes).to.deep.equal([]);
  });

  it('lets methods through that need no token, without a look at it', async () => {
    const server = await guarded(known, ['PingPong.count']);
    const client = clientOf(server, [bearer('expired')]);
    expect(await client.count(1)).to.equal(2);
    expect((await rpcError(client.ping())).code).to.equal('UNAUTHENTICATED');
    expect(server.tokens).to.deep.equal(['expired']);
    const by = await served(
      {},
      { interceptors: [authenticate(known, { except: ({ descriptor }) => descriptor.name === 'ping' })] },
    );
    expect(await by.client.ping()).to.equal('pong');
    expect((await rpcError(by.client.count(1))).code).to.equal('UNAUTHENTICATED');
  });

  it('passes on what a verifier says is wrong; its own failures are the operator’s', async () => {
    const expired = await guarded(() => {
      throw new RpcError('UNAUTHENTICATED', 'the token has expired');
    });
    expect((await rpcError(clientOf(expired, [bearer('x')]).ping())).message).to.include(
      'the token has expired',
    );
    const broken = await guarded(async () => {
      throw new Error('the database is down');
    });
    const error = await rpcError(clientOf(broken, [bearer('x')]).ping());
    expect(error.code).to.equal('INTERNAL');
    expect(error.message).not.to.include('database');
    expect(broken.reported.map(({ error }) => String(error))).to.deep.equal(['Error: the database is down']);
  });

  it('refuses options that make no sense', () => {
    expect(() => authenticate({} as VerifyToken)).to.throw(
      TypeError,
      'expected a function that verifies tokens',
    );
    expect(() => authenticate(known, { except: ['ping'] })).to.throw(
      TypeError,
      "authenticate.except: expected names such as 'Health.check', got [ 'ping' ]",
    );
    expect(() => fixedTokens({ ada: undefined })).to.throw(TypeError, 'token: expected a text');
    expect(() => fixedTokens('x' as never)).to.throw(
      TypeError,
      "fixedTokens: expected tokens by user, got 'x'",
    );
  });
});
