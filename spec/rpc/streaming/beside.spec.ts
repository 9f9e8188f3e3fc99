import { AsyncLocalStorage } from 'node:async_hooks';
import { expect } from 'chai';
import { type Context, context, type Interceptor, type Metadata, RpcError } from '../../../src/index.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, until } from '../../support/peers.ts';
import { all, chatting, handlers, lines, type Text, thrown } from './chat.ts';

afterEach(closeAll);

describe('what travels beside a stream', () => {
  it('goes both ways, whatever plain calls have room for', async () => {
    const { client } = await chatting({
      async *listen(_: Text, context: Context) {
        context.responseMetadata.set('got', context.metadata.get('a') ?? 'nothing');
        context.trailers.set('bytes-bin', Buffer.from('z'));
        yield { text: String([...context.metadata].map(([name]) => name)) };
      },
    });
    const told: Metadata[] = [];
    const seen = await all(
      client.listen(
        { text: 'a' },
        {
          metadata: { a: 'b' },
          onHeaders: (metadata: Metadata) => told.push(metadata),
          onTrailers: (metadata: Metadata) => told.push(metadata),
        },
      ),
    );
    expect(seen).to.deep.equal(['isn,a']);
    expect(told[0]!.get('got')).to.equal('b');
    expect(told[1]!.get('bytes-bin')).to.deep.equal(Uint8Array.from(Buffer.from('z')));
  });

  it('may fail who is told of it, and then the stream', async () => {
    const { client } = await chatting(handlers);
    for (const name of ['onHeaders', 'onTrailers']) {
      const boom = new Error('boom');
      const options = {
        [name]() {
          throw boom;
        },
      };
      expect((await all(client.listen({ text: 'ab' }, options))).at(-1)).to.equal(boom);
    }
  });

  it('is the context of its handler', async () => {
    let seen: Context | undefined;
    const { client } = await chatting({
      talk(_: unknown, context: Context) {
        seen = context;
        return [];
      },
    });
    await all(client.talk([], { timeout: 60_000 }));
    expect(seen!.method).to.equal('Chat.talk');
    expect(seen!.peer).to.match(/^127\.0\.0\.1:\d+$/);
    expect(seen!.deadline - Date.now()).to.be.within(1, 60_000);
    expect(seen!.signal.aborted).to.equal(false);
  });

  it('is there below generators of either kind to the end, where the server propagates', async () => {
    const closed: unknown[] = [];
    const here = () => ({ text: String(context()?.method) });
    const { client } = await chatting(
      {
        *listen() {
          try {
            yield here();
            yield here();
          } finally {
            closed.push(here().text);
          }
        },
        async *talk() {
          try {
            yield here();
            yield here();
          } finally {
            closed.push(here().text);
          }
        },
        letters: () => [String(context()?.method), 'b'],
      },
      {},
      { propagate: true },
    );
    expect(await all(client.listen({ text: '' }))).to.deep.equal(['Chat.listen', 'Chat.listen']);
    expect(await all(client.talk([]))).to.deep.equal(['Chat.talk', 'Chat.talk']);
    for await (const _ of client.listen({ text: '' })) break;
    await until(() => closed.length === 3);
    expect(closed).to.deep.equal(['Chat.listen', 'Chat.talk', 'Chat.listen']);
    expect(await all(client.letters('a'))).to.deep.equal(['Chat.letters', 'b']);
  });
});

describe('what a caller streams', () => {
  it('is iterated over in the context of its call, whatever else goes over the connection', async () => {
    const storage = new AsyncLocalStorage<string>();
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>) {
        let count = 0;
        for await (const _ of given) if (++count % 100 === 0) await new Promise(setImmediate);
        return { text: String(count) };
      },
    });
    const seen = new Set<string>();
    async function* texts(own: string) {
      for (let i = 0; i < 1500; i++) {
        seen.add(`${own} in ${storage.getStore()}`);
        yield { text: 'x'.repeat(200) };
      }
    }
    function* plain(own: string) {
      for (let i = 0; i < 1500; i++) {
        seen.add(`${own} in ${storage.getStore()}`);
        yield { text: 'x'.repeat(200) };
      }
    }
    await Promise.all([
      storage.run('a', () => client.write(texts('a'))),
      storage.run('b', () => client.write(plain('b'))),
      client.write(texts('undefined')),
    ]);
    expect([...seen].sort()).to.deep.equal(['a in a', 'b in b', 'undefined in undefined']);
  });
});

describe('interceptors of a method that streams', () => {
  const shout: Interceptor = async (call, next) => {
    const [given] = call.args as [AsyncIterable<Text>];
    call.args = [
      (async function* () {
        for await (const { text } of given) yield { text: `${call.side}:${text}` };
      })(),
    ];
    const replies = (await next()) as AsyncIterable<Text>;
    return (async function* () {
      for await (const { text } of replies) yield { text: `${text}!` };
    })();
  };

  it('stand around the call once, and around each of its messages if they will', async () => {
    const { client } = await chatting(handlers, { interceptors: [shout] }, { interceptors: [shout] });
    expect(await all(client.talk(lines('a', 'b')))).to.deep.equal([
      'server:client:a?!!',
      'server:client:b?!!',
    ]);
  });

  it('see a stream that was not begun yet, and may refuse it', async () => {
    const refuse: Interceptor = () => {
      throw new RpcError('PERMISSION_DENIED', 'no');
    };
    for (const options of [
      [{ interceptors: [refuse] }, {}],
      [{}, { interceptors: [refuse] }],
    ]) {
      const { client } = await chatting(handlers, options[0], options[1]);
      client.listen({ text: 'a' });
      expect(await thrown(client.listen({ text: 'a' }))).to.include({
        code: 'PERMISSION_DENIED',
        message: 'no',
      });
      expect(await rpcError(client.write([]))).to.include({ code: 'PERMISSION_DENIED' });
    }
  });

  it('have what they run around the handler there when it is iterated over, too', async () => {
    const storage = new AsyncLocalStorage<string>();
    const around: Interceptor = (_call, next) => storage.run('span', next);
    const { client } = await chatting(
      {
        async *listen() {
          yield { text: String(storage.getStore()) };
        },
      },
      {},
      { interceptors: [around] },
    );
    expect(await all(client.listen({ text: '' }))).to.deep.equal(['span']);
  });

  it('need not know that a generator is closed without a word, before it is asked for anything', async () => {
    const signals: AbortSignal[] = [];
    const forever = {
      async *talk(_given: unknown, { signal }: Context) {
        signals.push(signal);
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        yield {};
      },
    };
    const { client } = await chatting(forever, { interceptors: [shout] });
    const stream = client.talk([]);
    await until(() => signals.length === 1);
    await stream.return();
    await until(() => signals[0]!.aborted);
  });

  it('must give what can be iterated over', async () => {
    const { client } = await chatting(handlers, { interceptors: [() => 5] });
    expect((await thrown(client.listen({ text: 'a' }))).message).to.include(
      'must give an async iterable, got 5',
    );
  });

  it('add metadata, and learn of it', async () => {
    const seen: unknown[] = [];
    const { client } = await chatting(
      {
        *listen(_: Text, context: Context) {
          context.responseMetadata.set('answer', context.metadata.get('question') ?? '');
          yield { text: 'a' };
        },
      },
      {
        interceptors: [
          async (call, next) => {
            call.metadata.set('question', 'q');
            const replies = (await next()) as AsyncIterable<Text>;
            return (async function* () {
              yield* replies;
              seen.push(call.side === 'client' && call.responseMetadata?.get('answer'));
            })();
          },
        ],
      },
    );
    await all(client.listen({ text: 'a' }));
    expect(seen).to.deep.equal(['q']);
  });
});
