import { expect } from 'chai';
import { loadSource, makeClient, makeServer, ValueError } from '../../../src/index.ts';
import { deferred } from '../../../src/rpc/timers.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { identity } from '../../support/identities.ts';
import { closeAll, closing, until } from '../../support/peers.ts';
import { all, chatting, handlers, lines, loaded, type Text, thrown } from './chat.ts';

const { Chat } = loaded;

afterEach(closeAll);

describe('a method that streams', () => {
  for (const [name, transport] of [
    ['buffered', {}],
    ['framed', { transport: 'framed' }],
    ['THeader', { transport: 'header', protocol: 'compact' }],
    ['TTHeader', { transport: 'ttheader' }],
    ['zlib', { zlib: true }],
  ] as const) {
    it(`is called in each shape, beside those that do not, whatever these are in: ${name}`, async () => {
      const { client } = await chatting(handlers, transport);
      expect(await client.say({ text: 'a' })).to.include({ text: 'a' });
      expect(await all(client.listen({ text: 'abc' }))).to.deep.equal(['a', 'b', 'c']);
      expect(await client.write(lines('a', 'b'))).to.include({ text: 'ab' });
      expect(await all(client.talk(lines('a', 'b')))).to.deep.equal(['a?', 'b?']);
    });
  }

  it('takes any iterable, and gives nothing where nothing is streamed', async () => {
    const { client } = await chatting(handlers);
    expect(await client.write([{ text: 'a' }, { text: 'b' }])).to.include({ text: 'ab' });
    expect(await client.write(new Set())).to.include({ text: '' });
    expect(await all(client.listen({ text: '' }))).to.deep.equal([]);
    expect(await all(client.talk([]))).to.deep.equal([]);
    expect(await all(client.talk(client.talk(lines('a'))))).to.deep.equal(['a??']);
  });

  it('may be served by any iterable, or a promise of one', async () => {
    const { client } = await chatting({
      listen: ({ text }: Text) => [...text].map(letter => ({ text: letter })),
      talk: async () => lines('a', 'b'),
    });
    expect(await all(client.listen({ text: 'xy' }))).to.deep.equal(['x', 'y']);
    expect(await all(client.talk([]))).to.deep.equal(['a', 'b']);
  });

  it('has messages that are no structs, and any number of arguments', async () => {
    const { client } = await chatting({
      count: (to: number, unit: string) => Array.from({ length: to }, (_, i) => i * unit.length),
      async join(parts: AsyncIterable<string>) {
        return (await all(parts)).join('-');
      },
      letters: (word: string) => [...word],
    });
    expect(await all(client.count(3, 'ab'))).to.deep.equal([0, 2, 4]);
    expect(await client.join(['a', 'b'])).to.equal('a-b');
    expect(await all(client.letters('abc'))).to.deep.equal(['a', 'b', 'c']);
  });

  it('has an answer before its stream, or a stream beside its arguments, as fbthrift has', async () => {
    const { client } = await chatting({
      numbered: (word: string) => [word.length, lines(...word)],
      async sum(from: number, numbers: AsyncIterable<number>) {
        let sum = BigInt(from);
        for await (const number of numbers) sum += BigInt(number);
        return sum;
      },
    });
    const [first, stream] = await client.numbered('abc');
    expect(first).to.equal(3);
    expect(await all(stream)).to.deep.equal(['a', 'b', 'c']);
    expect(await client.sum(1, [2, 3])).to.equal(6n);
    expect(await client.sum(1, [2, 3], { timeout: 10_000 })).to.equal(6n);
  });

  it('has an answer before all others, and one at its end, where the client streams', async () => {
    const { client, reported } = await chatting(
      {
        total(from: number, numbers: AsyncIterable<number>) {
          const sum = async () => {
            let sum = BigInt(from);
            for await (const number of numbers) {
              if (number < 0) throw new loaded.Rude({ word: 'below' });
              sum += BigInt(number);
            }
            return sum;
          };
          const first = from === 5 ? 5 : 'go on';
          return from < 0 ? [first] : [first, from === 7 ? 7 : sum()];
        },
      },
      {},
      { concurrency: { max: 1, queue: 0 } },
    );
    const [first, final] = await client.total(1, [2, 3]);
    expect(first).to.equal('go on');
    expect(await final).to.equal(6n);

    const hold = deferred();
    const slowly = async function* () {
      yield 1;
      await hold.promise;
      yield -1;
    };
    const [begun, later] = await client.total(1, slowly());
    expect(begun).to.equal('go on');
    expect(await rpcError(client.total(1, []))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    hold.resolve();
    expect(await rejection(later))
      .to.be.instanceOf(loaded.Rude)
      .and.include({ word: 'below' });

    expect(await (await client.total(7, []))[1]).to.equal(7n);
    expect(await rpcError(client.total(-1, []))).to.include({ code: 'INTERNAL' });
    expect((reported[0] as Error).message).to.include('an array of its first answer and its final one');
    expect(await rpcError(client.total(5, [-1]))).to.include({ code: 'INTERNAL' });
    expect(reported[1]).to.be.instanceOf(ValueError);
    // Each has given its place back, once.
    const places = await Promise.allSettled([client.total(1, []), client.total(1, [])]);
    expect(places.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
  });

  it('may have an end that nobody waits for, or not at once, and which fails', async () => {
    const { client } = await chatting({
      async total() {
        return ['go on', Promise.reject(new loaded.Rude({ word: 'no' }))];
      },
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const [, final] = await client.total(1, []);
      await new Promise(resolve => setTimeout(resolve, 30));
      expect(await rejection(final)).to.be.instanceOf(loaded.Rude);
      expect(unhandled).to.deep.equal([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('begins at once, and what is wrong with it is found by whoever iterates', async () => {
    let calls = 0;
    const { client } = await chatting({
      listen() {
        calls++;
        return [];
      },
    });
    const begun = client.listen({ text: 'a' });
    await until(() => calls === 1);
    expect(await all(begun)).to.deep.equal([]);
    // Were one of these a rejection, mocha would hear of it.
    client.listen({ text: 1 });
    client.listen({ text: 'a' }, { timout: 1 });
    client.listen({ text: 'a' }, { timeout: 0 });
    client.talk(5);
    expect(await thrown(client.listen({ text: 1 }))).to.be.instanceOf(ValueError);
    expect((await thrown(client.listen({ text: 'a' }, { timout: 1 }))).message).to.include(
      'no option "timout"',
    );
    expect(await thrown(client.listen({ text: 'a' }, { timeout: 0 }))).to.include({
      code: 'DEADLINE_EXCEEDED',
    });
    expect((await thrown(client.talk(5))).message).to.equal(
      'Chat.talk: the requests: expected an async iterable, such as a generator gives, or an array; got number',
    );
    expect(await rejection(client.write(undefined))).to.be.instanceOf(TypeError);
    expect(await rejection(client.write([], { timout: 1 }))).to.be.instanceOf(TypeError);
    expect(calls).to.equal(1);
  });

  it('throws once, and has ended then; the caller is in the stack', async () => {
    const { client } = await chatting({});
    const replies = client.listen({ text: 'a' });
    const error = (await rejection(replies.next())) as Error;
    expect(error.stack).to.include('calls.spec.ts');
    expect(await replies.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('may be asked for several messages at the same time', async () => {
    const { client } = await chatting(handlers);
    const replies = client.listen({ text: 'ab' });
    const asked = [replies.next(), replies.next(), replies.next(), replies.next()];
    expect((await Promise.all(asked)).map(({ value, done }) => value?.text ?? done)).to.deep.equal([
      'a',
      'b',
      true,
      true,
    ]);
  });

  it('must be served, where nothing says that some methods are not', () => {
    expect(() => makeServer(Chat, { say: () => ({}) })).to.throw(
      TypeError,
      'has no function for echo, listen, write',
    );
  });

  it('is called by name', async () => {
    const { client } = await chatting(handlers);
    expect(await all(await client.$call('listen', [{ text: 'ab' }]))).to.deep.equal(['a', 'b']);
    expect(await client.$call('write', [lines('a')], { timeout: 5000 })).to.include({ text: 'a' });
    expect(await all(client.$with({ timeout: 5000 }).talk(lines('a')))).to.deep.equal(['a?']);
  });

  it('goes over Unix sockets and WebSockets', async () => {
    const path = `/tmp/livethrift-streams-${process.pid}`;
    const server = closing(makeServer(Chat, handlers, { partial: true }));
    await server.listen({ path });
    const { host, port } = await server.listen({ port: 0 });
    for (const address of [{ path }, `ws://${host}:${port}/`]) {
      const client = closing(makeClient(Chat, address));
      expect(await all(client.listen({ text: 'abc' }))).to.deep.equal(['a', 'b', 'c']);
      expect(await client.write(lines('a', 'b'))).to.include({ text: 'ab' });
    }
  });

  it('goes over TLS', async () => {
    const { key, cert, ca } = identity('server');
    const server = closing(makeServer(Chat, handlers, { partial: true, tls: { key, cert, required: true } }));
    const { port } = await server.listen({ port: 0 });
    const client = closing(makeClient(Chat, `thrifts://localhost:${port}`, { tls: { ca } }));
    expect(await all(client.listen({ text: 'abc' }))).to.deep.equal(['a', 'b', 'c']);
    expect(await client.write(lines('a', 'b'))).to.include({ text: 'ab' });
  });

  it('goes to any of several servers', async () => {
    const served = [0, 0];
    const servers = served.map((_, i) =>
      closing(
        makeServer(
          Chat,
          {
            async *listen() {
              served[i]!++;
              yield { text: 'a' };
            },
          },
          { partial: true },
        ),
      ),
    );
    const addresses = await Promise.all(servers.map(server => server.listen({ port: 0 })));
    const client = closing(makeClient(Chat, addresses, { balance: 'round-robin' }));
    // While one of them is being connected to, the other has all.
    while (served.includes(0)) expect(await all(client.listen({ text: '' }))).to.deep.equal(['a']);
  });

  it('is refused by a channel that carries no streams, with advice', async () => {
    const server = closing(makeServer(Chat, handlers, { partial: true }));
    const { host, port } = await server.listen({ port: 0 });
    const client = closing(makeClient(Chat, `http://${host}:${port}/`));
    const error = await thrown(client.listen({ text: 'a' }));
    expect(error).to.include({ code: 'UNIMPLEMENTED', phase: 'unsent' });
    expect(error.message).to.include('carries no streams; streams go over TCP');
  });

  it('is refused where it is called as if it did not stream', async () => {
    const { address } = await chatting(handlers);
    const { Chat: Plain } = loadSource(
      'struct Line { 1: string text } service Chat { Line listen(1: Line line) }',
    );
    const error = await rpcError(closing(makeClient(Plain, address)).listen({ text: 'a' }));
    expect(error.code).to.equal('UNIMPLEMENTED');
    expect(error.message).to.equal('listen: the method streams, and is called over TTHeader Streaming only');
  });

  it('is refused where its client takes its messages for others', async () => {
    const { address } = await chatting({ ...handlers, count: () => [] });
    const { Chat: Other } = loadSource(
      'struct Line { 1: string text } service Chat { Line count(1: Line line) (streaming.mode = "server") }',
    );
    const error = await thrown(closing(makeClient(Other, address)).count({ text: 'a' }));
    expect(error).to.include({ code: 'INVALID_ARGUMENT' });
    expect(error.message).to.include('its messages are no structs, and stand in one (x-lt-wrap)');
  });
});
