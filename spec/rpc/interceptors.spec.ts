import { expect } from 'chai';
import type { Client, ClientOptions } from '../../src/index.ts';
import { type Interceptor, type Invocation, makeClient, RpcError } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, fakeServer, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded, type TestModule } from '../support/services.ts';

afterEach(closeAll);

type Own = Parameters<typeof served>[0];

/** The same interceptors on one end, or the other. */
const ends = {
  client: async (own: Own, interceptors: readonly Interceptor[]) => {
    const { address, ...rest } = await served(own);
    return { ...rest, client: clientOf(address, { interceptors }) };
  },
  server: async (own: Own, interceptors: readonly Interceptor[]) => {
    const { address, ...rest } = await served(own, { interceptors });
    return { ...rest, client: clientOf(address, {}) };
  },
};

function clientOf(
  address: { host: string; port: number },
  options: ClientOptions,
): Client<TestModule['PingPong']> {
  return closing(makeClient(loaded.PingPong, address, { transport: 'header', ...options }));
}

for (const [side, make] of Object.entries(ends)) {
  describe(`the interceptors of a ${side}`, () => {
    it('stand around each call, the first outermost', async () => {
      const told: string[] = [];
      const tell =
        (name: string): Interceptor =>
        async (call, next) => {
          told.push(`${name} ${call.side} ${call.method} ${call.args.join()}`);
          const result = await next();
          told.push(`${name} ${result}`);
          return result;
        };
      const { client } = await make({}, [tell('a'), tell('b')]);
      expect(await client.login('ada', 'x')).to.equal('hello ada');
      expect(told).to.deep.equal([
        `a ${side} PingPong.login ada,x`,
        `b ${side} PingPong.login ada,x`,
        'b hello ada',
        'a hello ada',
      ]);
    });

    it('may change arguments and results, and answer by themselves', async () => {
      const { client, notes } = await make({}, [
        async (call, next) => {
          if (call.method === 'PingPong.ping') return 'nobody was asked';
          call.args = call.args.map(arg => (typeof arg === 'string' ? arg.toUpperCase() : arg));
          const result = await next();
          return typeof result === 'string' ? `${result}!` : result;
        },
      ]);
      expect(await client.login('ada', 'x')).to.equal('hello ADA!');
      expect(await client.ping()).to.equal('nobody was asked');
      await client.note('x');
      await until(() => notes.length === 1);
      expect(notes).to.deep.equal(['X']);
    });

    it('see what is thrown, and may throw: a declared exception, or a status', async () => {
      const seen: unknown[] = [];
      const { client } = await make({}, [
        async (call, next) => {
          if (call.method === 'PingPong.count') throw new RpcError('PERMISSION_DENIED', 'not you');
          if (call.method === 'PingPong.findVoid') throw new loaded.NotFound({ id: 5 });
          try {
            return await next();
          } catch (error) {
            seen.push(error);
            throw error;
          }
        },
      ]);
      expect(await rejection(client.find(-1))).to.be.instanceOf(loaded.NotFound);
      expect(seen[0]).to.be.instanceOf(loaded.NotFound);
      expect(await rpcError(client.count(1))).to.include({ code: 'PERMISSION_DENIED', message: 'not you' });
      expect(await rejection(client.findVoid(1))).to.include({ id: 5 });
    });

    it('that throw at once are as those that reject', async () => {
      const { client } = await make({}, [
        () => {
          throw new RpcError('ABORTED', 'at once');
        },
      ]);
      expect(await rpcError(client.ping())).to.include({ code: 'ABORTED' });
    });
  });
}

describe('the interceptor of a client', () => {
  it('adds metadata, and sees that of the reply', async () => {
    const seen: (string | undefined)[] = [];
    const { address } = await served({
      ping(context: Parameters<NonNullable<Own>['ping'] & object>[0]) {
        seen.push(context.metadata.get('token'));
        context.responseMetadata.set('took', '3');
        return 'pong';
      },
    });
    const client = clientOf(address, {
      interceptors: [
        async (call, next) => {
          call.metadata.set('token', 'x');
          const result = await next();
          if (call.side === 'client') seen.push(call.responseMetadata?.get('took'));
          return result;
        },
      ],
    });
    await client.ping();
    expect(seen).to.deep.equal(['x', '3']);
  });

  it('may try again, each time with a limit of its own', async () => {
    let count = 0;
    const { address } = await served({
      ping: () => (++count < 3 ? new Promise<string>(() => {}) : 'pong'),
    });
    const client = clientOf(address, {
      interceptors: [
        async (_call, next) => {
          for (;;) {
            try {
              return await next({ timeout: 30 });
            } catch (error) {
              if ((error as RpcError).code !== 'DEADLINE_EXCEEDED') throw error;
            }
          }
        },
      ],
    });
    expect(await client.ping()).to.equal('pong');
    expect(count).to.equal(3);
  });

  it('has no more time than the call; an attempt can be ended alone', async () => {
    const { address } = await served();
    const errors: RpcError[] = [];
    const client = clientOf(address, {
      interceptors: [
        async (_call, next) => {
          errors.push(await rpcError(next({ signal: AbortSignal.timeout(10) })));
          return next({ timeout: 100_000 });
        },
      ],
    });
    const error = await rpcError(client.wait('a', { timeout: 50 }));
    expect(errors[0]!.code).to.equal('CANCELLED');
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
  });

  it('knows what can be told of a call', async () => {
    const calls: Invocation[] = [];
    const { address } = await served();
    const client = clientOf(address, {
      interceptors: [
        (call, next) => {
          calls.push(call);
          return next();
        },
      ],
    });
    const { signal } = new AbortController();
    await client.ping({ signal, idempotent: true, hashKey: 'k', timeout: 1000 });
    await client.ping();
    const [first, second] = calls as (Invocation & { side: 'client' })[];
    expect(first).to.include({ side: 'client', idempotent: true, hashKey: 'k', signal });
    expect(first!.peer).to.equal(`127.0.0.1:${address.port}`);
    expect(first!.deadline).to.be.within(Date.now() - 1000, Date.now() + 1000);
    expect(first!.descriptor.name).to.equal('ping');
    expect(second).to.include({ idempotent: false, hashKey: undefined, signal: undefined });
  });

  it('that hangs does not keep its call: it ends with its time, or when it is cancelled', async () => {
    const { address } = await served();
    const never = new Promise(() => {});
    const client = clientOf(address, { interceptors: [() => never] });
    const late = await rpcError(client.ping({ timeout: 5 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent', method: 'PingPong.ping' });
    expect(late.message).to.equal('PingPong.ping: its 5 ms were over, and its interceptors went on');
    const cancelled = await rpcError(client.ping({ signal: AbortSignal.abort(new Error('enough')) }));
    expect(cancelled.message).to.equal(
      'PingPong.ping: it was cancelled (enough), and its interceptors went on',
    );
    expect(cancelled.phase).to.equal('unsent');
    const answered = clientOf(address, { interceptors: [(_call, next) => next().then(() => never)] });
    await answered.$ready();
    expect(await rpcError(answered.ping({ timeout: 5 }))).to.include({ phase: 'sent' });
  });

  it('changes no error about time: it names what was given, for the call or the attempt', async () => {
    const { address } = await fakeServer(socket => socket.resume());
    const timeouts: (number | undefined)[] = [undefined, 25, 100_000];
    const client = clientOf(address, {
      interceptors: [
        (_call, next) => {
          const timeout = timeouts.shift();
          return next(timeout === undefined ? {} : { timeout });
        },
      ],
    });
    for (const given of [40, 25, 40]) {
      const { message } = await rpcError(client.ping({ timeout: 40 }));
      expect(message)
        .to.match(/^PingPong\.ping: no .* within /)
        .and.include(` within ${given} ms`);
    }
    const spent = clientOf(address, {
      interceptors: [
        async (_call, next) => {
          await rpcError(next());
          return next();
        },
      ],
    });
    const message = 'PingPong.ping: a timeout of 30 ms has already expired; nothing was sent';
    expect(await rpcError(spent.ping({ timeout: 30 }))).to.include({ message, phase: 'unsent' });
  });

  it('leaves the stack of the caller in the error', async () => {
    const { address } = await served();
    const client = clientOf(address, { interceptors: [(_call, next) => next()] });
    async function whoCalls() {
      await client.count('x' as unknown as number);
    }
    expect(String(((await rejection(whoCalls())) as Error).stack)).to.include('whoCalls');
  });
});

describe('the interceptor of a server', () => {
  it('may say who the client is, and tell handlers more', async () => {
    const seen: unknown[] = [];
    const { client } = await served(
      {
        login(_username, _password, context) {
          seen.push(context.user, context.values.get('claims'));
          return 'x';
        },
      },
      {
        interceptors: [
          (call, next) => {
            if (call.side !== 'server') throw new Error('on the wrong end');
            call.context.user = 'ada';
            call.context.values.set('claims', [1]);
            return next();
          },
        ],
      },
    );
    await client.login('a', 'b');
    expect(seen).to.deep.equal(['ada', [1]]);
  });

  it('that fails otherwise is an internal error, and the operator has all of it', async () => {
    const { client, reported } = await served(
      {},
      { interceptors: [() => Promise.reject(new Error('secret'))] },
    );
    expect(await rpcError(client.ping())).to.include({ message: 'PingPong.ping: internal error' });
    expect(String(reported[0]!.error)).to.equal('Error: secret');
  });
});

describe('what are no interceptors', () => {
  for (const [given, told] of [
    [5, 'interceptors: expected an array of functions, got 5'],
    [[5], 'interceptors[0]: expected a function, got 5'],
  ] as const) {
    it(`is refused by clients and servers: ${JSON.stringify(given)}`, async () => {
      const interceptors = given as unknown as Interceptor[];
      expect(() => makeClient(loaded.PingPong, 'localhost:1', { interceptors })).to.throw(TypeError, told);
      expect(String(await rejection(served({}, { interceptors })))).to.include(told);
    });
  }
});
