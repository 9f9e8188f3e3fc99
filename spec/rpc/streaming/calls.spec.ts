import { expect } from 'chai';
import {
  type Context,
  type Interceptor,
  loadSource,
  type Metadata,
  makeClient,
  makeServer,
  RpcError,
  ValueError,
} from '../../../src/index.ts';
import { deferred } from '../../../src/rpc/timers.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { identity } from '../../support/identities.ts';
import { closeAll, closing, until } from '../../support/peers.ts';
import { all, chatting, lines, loaded, noted } from './chat.ts';

const { Chat, Odd, Rude } = loaded;

afterEach(closeAll);

interface Text {
  readonly text: string;
}

const handlers = {
  say: ({ text }: Text) => ({ text }),
  async *listen({ text }: Text) {
    for (const letter of text) yield { text: letter };
  },
  async write(given: AsyncIterable<Text>) {
    let text = '';
    for await (const line of given) text += line.text;
    return { text };
  },
  async *talk(given: AsyncIterable<Text>) {
    for await (const { text } of given) yield { text: `${text}?` };
  },
};

/** What was thrown after all messages. */
async function thrown(messages: AsyncIterable<unknown>): Promise<RpcError> {
  const last = (await all(messages)).at(-1);
  if (last instanceof Error) return last as RpcError;
  throw new Error('nothing was thrown');
}

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
});

describe('a stream that fails', () => {
  it('gives what came before, then the exception that is declared, or a status', async () => {
    const { client, reported } = await chatting({
      async *listen({ text }: Text) {
        yield { text: 'before' };
        if (text === 'rude') throw new Rude({ word: 'x' });
        throw new RpcError('NOT_FOUND', 'not here', { details: { of: text } });
      },
    });
    const [before, rude] = await all(client.listen({ text: 'rude' }));
    expect(before).to.equal('before');
    expect(rude).to.be.instanceOf(Rude).and.include({ word: 'x' });
    const [, status] = await all(client.listen({ text: 'status' }));
    expect(status).to.be.instanceOf(RpcError);
    expect(status).to.deep.include({ code: 'NOT_FOUND', message: 'not here', details: { of: 'status' } });
    expect(reported).to.deep.equal([]);
  });

  it('tells the client nothing of what was not meant for it, and the operator all', async () => {
    const boom = new Error('boom');
    const { client, reported } = await chatting({
      async *listen({ text }: Text) {
        if (text === 'misfit') yield { text: 5 };
        throw boom;
      },
      async write() {
        throw boom;
      },
      talk: () => 5,
    });
    expect(await thrown(client.listen({ text: 'a' }))).to.include({
      code: 'INTERNAL',
      message: 'Chat.listen: internal error',
    });
    expect(await rpcError(client.write([]))).to.include({ code: 'INTERNAL' });
    expect(reported).to.deep.equal([boom, boom]);
    expect(await thrown(client.listen({ text: 'misfit' }))).to.include({ code: 'INTERNAL' });
    expect(reported[2]).to.be.instanceOf(ValueError);
    expect(await thrown(client.talk([]))).to.include({ code: 'INTERNAL' });
    expect((reported[3] as Error).message).to.include(
      'Chat.talk: what the handler returned: expected an async iterable',
    );
  });

  it('throws what its own stream declares, and what the method does, each from where it is declared', async () => {
    const { client } = await chatting({
      async *letters(word: string) {
        yield 'a';
        throw word === 'odd' ? new Odd({ number: 7 }) : new Rude({ word });
      },
      async sum(_: number, numbers: AsyncIterable<number>) {
        const seen = await all(numbers);
        const last = seen.at(-1);
        if (last instanceof Odd)
          throw new Rude({ word: `odd ${(last as unknown as { number: number }).number}` });
        throw new Rude({ word: 'none' });
      },
    });
    expect((await all(client.letters('odd')))[1])
      .to.be.instanceOf(Odd)
      .and.include({ number: 7 });
    expect((await all(client.letters('rude')))[1])
      .to.be.instanceOf(Rude)
      .and.include({ word: 'rude' });
    expect(await rejection(client.sum(1, [1])))
      .to.be.instanceOf(Rude)
      .and.include({ word: 'none' });
  });

  it('ends at the server when the client streams what throws, or does not fit', async () => {
    const seen: unknown[] = [];
    const aborted: unknown[] = [];
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>, context: Context) {
        context.signal.addEventListener('abort', () => aborted.push(context.signal.reason));
        seen.push(await all(given));
        return { text: '' };
      },
      async sum(_: number, numbers: AsyncIterable<number>) {
        seen.push(await all(numbers));
        return 1n;
      },
    });
    const boom = new Error('boom');
    async function* failing(error: unknown) {
      yield { text: 'a' };
      throw error;
    }
    expect(await rejection(client.write(failing(boom)))).to.equal(boom);
    await until(() => seen.length === 1);
    const [[text, error]] = seen as [[string, RpcError]];
    expect(text).to.equal('a');
    expect(error).to.include({ code: 'CANCELLED', message: 'the client gave the stream up' });
    expect(aborted).to.deep.equal([error]);

    expect(await rejection(client.write(failing(new RpcError('DATA_LOSS', 'torn'))))).to.include({
      code: 'DATA_LOSS',
    });
    await until(() => seen.length === 2);
    expect((seen[1] as unknown[])[1]).to.include({ code: 'DATA_LOSS', message: 'torn' });

    expect(await rejection(client.write([{ text: 'a' }, { text: 5 }]))).to.be.instanceOf(ValueError);
    await until(() => seen.length === 3);

    async function* odd() {
      yield 1;
      throw new Odd({ number: 3 });
    }
    expect(await rejection(client.sum(1, odd()))).to.be.instanceOf(Odd);
    await until(() => seen.length === 4);
    expect((seen[3] as unknown[])[1])
      .to.be.instanceOf(Odd)
      .and.include({ number: 3 });
  });

  it('is told of as an answer that is missing, where it is', async () => {
    const { client, reported } = await chatting({ write: () => undefined, numbered: () => lines('a') });
    expect(await rpcError(client.write([]))).to.include({ code: 'INTERNAL' });
    expect((reported[0] as Error).message).to.equal('the handler returned nothing');
    expect(await rpcError(client.numbered('a'))).to.include({ code: 'INTERNAL' });
    expect((reported[1] as Error).message).to.include(
      'must return an array of its first answer and a stream',
    );
  });

  it('says that a method is not served, or not there', async () => {
    const { client, address } = await chatting({});
    const unserved = await thrown(client.listen({ text: 'a' }));
    expect(unserved).to.include({ code: 'UNIMPLEMENTED' });
    expect(unserved.message).to.include('declared, and not served here');
    const { Chat: Newer } = loadSource(
      'struct L { 1: string t } service Chat { L more(1: L l) (streaming.mode = "server") }',
    );
    const unknown = await thrown(closing(makeClient(Newer, address)).more({}));
    expect(unknown).to.include({ code: 'UNIMPLEMENTED', message: 'more: there is no such method here' });
  });

  it('refuses a message beyond the limits, and goes on with the others', async () => {
    const { client, reported } = await chatting(
      { ...handlers, talk: () => [{ text: 'x'.repeat(5000) }] },
      { limits: { frame: 1000 } },
      { limits: { frame: 2000 } },
    );
    expect(await rpcError(client.write([{ text: 'x'.repeat(2000) }]))).to.include({
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(await thrown(client.talk([]))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    expect(reported).to.have.length(1);
    expect(await all(client.listen({ text: 'ab' }))).to.deep.equal(['a', 'b']);
  });
});

describe('a stream that is given up', () => {
  /** A handler that never ends by itself; what becomes of it. */
  function endless() {
    const seen = { closed: 0, reasons: [] as unknown[] };
    const handler = async function* (_: unknown, context: Context) {
      context.signal.addEventListener('abort', () => seen.reasons.push(context.signal.reason));
      try {
        for (let i = 0; ; i++) yield { text: String(i) };
      } finally {
        seen.closed++;
      }
    };
    return { seen, handler };
  }

  it('is cancelled when its loop is left, at the other end too', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ ...handlers, listen: handler });
    for await (const { text } of client.listen({ text: '' })) if (text === '10') break;
    await until(() => seen.closed === 1);
    expect(seen.reasons[0]).to.include({ code: 'CANCELLED', applicationType: 12007 });
    expect(await client.say({ text: 'a' })).to.include({ text: 'a' });
  });

  it('closes what its caller streams, when its loop is left', async () => {
    const { client } = await chatting(handlers);
    const given = noted(lines(...'abcdefgh'));
    for await (const { text } of client.talk(given)) if (text === 'b?') break;
    await until(() => given.isClosed);
  });

  it('closes what its caller streams, when the handler has done with it', async () => {
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>) {
        for await (const line of given) return line;
        return { text: '' };
      },
    });
    const forever = {
      async *[Symbol.asyncIterator]() {
        for (;;) yield { text: 'a' };
      },
    };
    const given = noted(forever);
    expect(await client.write(given)).to.include({ text: 'a' });
    await until(() => given.isClosed);
  });

  it('does not wait for what its caller streams, where that never comes', async () => {
    const { client } = await chatting({ ...handlers, talk: () => lines('a') });
    const stuck = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    expect(await all(client.talk(stuck))).to.deep.equal(['a']);
  });

  it('ends by a signal, with its reason, and what had come is not wanted', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler });
    const controller = new AbortController();
    const replies = client.listen({ text: '' }, { signal: controller.signal });
    await replies.next();
    controller.abort(new Error('enough'));
    const error = await rpcError(replies.next());
    expect(error.code).to.equal('CANCELLED');
    expect(error.message).to.match(
      /^Chat\.listen: cancelled before 127\.0\.0\.1:\d+ ended the stream: enough$/,
    );
    await until(() => seen.closed === 1);
    const late = client.listen({ text: '' }, { signal: controller.signal });
    expect(await rpcError(late.next())).to.include({ code: 'CANCELLED', phase: 'unsent' });
  });

  it('is given up along the path of calls that are made for each other, and each end knows the path', async () => {
    const { seen, handler } = endless();
    const last = await chatting({ listen: handler });
    for (const [options, listen] of [
      [{ propagate: true }, (line: Text) => last.client.listen(line)],
      [
        { propagate: true },
        async function* (line: Text) {
          yield line;
          yield* last.client.listen(line);
        },
      ],
      [{}, (line: Text, parent: Context) => last.client.listen(line, { parent })],
    ] as const) {
      seen.reasons.length = 0;
      const { client } = await chatting({ listen }, {}, options);
      for await (const { text } of client.listen({ text: '' })) if (text === '10') break;
      await until(() => seen.reasons.length === 1);
      expect((seen.reasons[0] as RpcError).metadata!.get('ttscp')).to.equal('client,Chat');
    }
  });

  it('ends when its time is over, at both ends', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler, write: () => new Promise(() => {}) });
    const replies = client.listen({ text: '' }, { timeout: 50 });
    expect(await thrown(replies)).to.include({ code: 'DEADLINE_EXCEEDED' });
    await until(() => seen.closed === 1);
    expect(seen.reasons[0]).to.include({ code: 'DEADLINE_EXCEEDED', applicationType: 12015 });
    expect(await rpcError(client.write([], { timeout: 20 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  it('ends when the server gives it no more time', async () => {
    const { seen, handler } = endless();
    const { client } = await chatting({ listen: handler }, {}, { timeout: 30 });
    const error = await thrown(client.listen({ text: '' }));
    expect(error).to.include({
      code: 'DEADLINE_EXCEEDED',
      message: 'Chat.listen: the stream has not ended within 30 ms',
    });
    await until(() => seen.closed === 1);
  });

  it('ends when a message is waited for too long, but not while none is', async () => {
    const { client } = await chatting({
      async *listen({ text }: Text, { signal }: Context) {
        yield { text };
        yield { text };
        await new Promise(resolve => signal.addEventListener('abort', resolve));
      },
    });
    const replies = client.listen({ text: 'a' }, { messageTimeout: 400 });
    await replies.next();
    await new Promise(resolve => setTimeout(resolve, 500));
    expect((await replies.next()).value).to.include({ text: 'a' });
    const error = await rpcError(replies.next());
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    expect(error.message).to.include('within 400 ms (messageTimeout)');
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
