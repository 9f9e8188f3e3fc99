import { expect } from 'chai';
import {
  type Client,
  type ClientOptions,
  type Context,
  type ErrorContext,
  type Handler,
  loadSource,
  makeClient,
  makeServer,
  RpcError,
  type Service,
  type TcpAddress,
} from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { ttFrame } from '../support/frames.ts';
import { texts } from '../support/hex.ts';
import { key, STREAMING } from '../support/kitex.ts';
import { code, type StreamFrame } from '../support/kitex-frames.ts';
import { KitexError, type Notes } from '../support/kitex-link.ts';
import { KitexStreamClient } from '../support/kitex-stream-client.ts';
import {
  type Handler as KitexHandler,
  type ServerOptions as KitexOptions,
  kitexStreamServer,
  shapes,
} from '../support/kitex-stream-server.ts';
import { closeAll, closing, settle, until } from '../support/peers.ts';

interface Message {
  text?: string | undefined;
}

interface TestModule {
  readonly Tests: Service<{
    Unary(request: Message): Message;
    Join(requests: AsyncIterable<Message>): Message;
    Count(request: Message): AsyncIterable<Message>;
    Echo(requests: AsyncIterable<Message>): AsyncIterable<Message>;
  }>;
  readonly Others: Service<{ Plain(request: Message): Message }>;
}

const { Tests, Others } = loadSource<TestModule>(`
  struct Message { 1: string text }
  service Tests {
    Message Unary(1: Message request) (streaming.mode = "unary"),
    Message Join(1: Message request) (streaming.mode = "client"),
    Message Count(1: Message request) (streaming.mode = "server"),
    Message Echo(1: Message request) (streaming.mode = "bidirectional")
  }
  service Others { Message Plain(1: Message request) }
`);

afterEach(closeAll);

/** A message as bytes, and back. */
const say = (value: string) => texts({ 1: value });
const heard = (bytes: Buffer | undefined) => bytes?.toString('utf8', 7, bytes.length - 1);
const words = (values: readonly Message[]) => values.map(({ text }) => text);

async function* saying(...values: readonly string[]): AsyncGenerator<Message> {
  for (const text of values) yield { text };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Nothing that Kitex would not have written itself. */
function clean({ violations, oddities }: Notes): void {
  expect([...violations, ...oddities]).to.deep.equal([]);
}

/** What came, without the frames of the connection. */
const kindsOf = (frames: readonly StreamFrame[]) =>
  frames
    .filter(({ sid }) => sid !== 0)
    .map(({ kind }) => kind)
    .join(' ');

describe('a client of a Kitex server of streams', () => {
  const echoing: Readonly<Record<string, KitexHandler>> = {
    Unary: shapes.unary(request => request),
    Join: shapes.client(async requests => say((await all(requests)).map(heard).join('+'))),
    Count: shapes.server(async function* (request) {
      for (const letter of heard(request)!) yield say(letter);
    }),
    Echo: shapes.bidirectional(requests => requests),
  };

  async function talkingTo(
    handlers: Readonly<Record<string, KitexHandler>>,
    options: ClientOptions = {},
    kitex: KitexOptions = {},
  ) {
    const server = await kitexStreamServer(handlers, kitex);
    const client: Client<TestModule['Tests']> = closing(
      makeClient(Tests, server.address, { transport: 'ttheader', ...options }),
    );
    return { server, client };
  }

  for (const old of [false, true]) {
    it(`calls it in the modes that stream${old ? ', old as it is' : ''}`, async () => {
      const { server, client } = await talkingTo(echoing, {}, { old });
      expect(await client.Join(saying('a', 'b', 'c'))).to.deep.include({ text: 'a+b+c' });
      expect(await client.Join(saying())).to.deep.include({ text: '' });
      expect(words(await all(client.Count({ text: 'xyz' })))).to.deep.equal(['x', 'y', 'z']);
      expect(words(await all(client.Count({ text: '' })))).to.deep.equal([]);
      expect(words(await all(client.Echo(saying('a', 'b'))))).to.deep.equal(['a', 'b']);
      expect(words(await all(client.Echo(saying())))).to.deep.equal([]);
      clean(server);
    });
  }

  it('calls methods that are declared unary over streams too', async () => {
    const { server, client } = await talkingTo(echoing);
    expect(await client.Unary({ text: 'a' })).to.deep.include({ text: 'a' });
    expect(kindsOf(server.frames)).to.match(/^header data trailer$/);
    clean(server);
  });

  it('never calls over streams what is declared to be plain', async () => {
    const { server, client } = await talkingTo(echoing);
    let end: () => void = () => {};
    const open = new Promise<void>(resolve => {
      end = resolve;
    });
    async function* requests() {
      yield { text: 'a' };
      await open;
    }
    const replies = client.Echo(requests())[Symbol.asyncIterator]();
    await replies.next();
    // On its own connection such a call is no frame of a stream.
    expect(await rpcError(makeClient(Others, client.$channel).Plain({}))).to.include({ code: 'UNAVAILABLE' });
    expect(server.sockets).to.have.length(2);
    expect(server.violations).to.deep.equal(['unexpected header flags: 0']);
    expect(kindsOf(server.frames)).to.equal('header data');
    end();
    expect(await replies.next()).to.include({ done: true });
  });

  it('names service and method, and passes metadata and what is left of the time on', async () => {
    const { server, client } = await talkingTo(echoing);
    await all(client.Count({ text: 'a' }, { metadata: { RPC_PERSIST_a: 'b' }, timeout: 60_000 }));
    const { opened } = server.streams[0]!;
    expect(opened.method).to.equal('Count');
    expect(opened.texts.get('isn')).to.equal('Tests');
    expect(opened.texts.get('RPC_PERSIST_a')).to.equal('b');
    expect(Number(opened.numbers.get(key.rpcTimeout))).to.be.within(50_000, 60_000);
    clean(server);
  });

  it('half-closes after the last request, once', async () => {
    const { server, client } = await talkingTo(echoing);
    await all(client.Count({ text: 'a' }));
    await client.Join(saying('a', 'b'));
    await all(client.Echo(saying('a')));
    expect(kindsOf(server.frames)).to.equal(
      'header data trailer header data data trailer header data trailer',
    );
    clean(server);
  });

  it('talks in turns', async () => {
    const { server, client } = await talkingTo(echoing);
    let answered: (text: string) => void = () => {};
    const turns: string[] = [];
    async function* requests() {
      for (const text of ['a', 'b', 'c']) {
        const answer = new Promise<string>(resolve => {
          answered = resolve;
        });
        yield { text };
        turns.push(await answer);
      }
    }
    for await (const { text } of client.Echo(requests())) answered(text!);
    expect(turns).to.deep.equal(['a', 'b', 'c']);
    clean(server);
  });

  it('has many streams at once, and each its own messages', async () => {
    const { server, client } = await talkingTo(echoing);
    const names = Array.from({ length: 100 }, (_, i) => `${i}`);
    const answers = await Promise.all(names.map(name => all(client.Echo(saying(name, `${name}!`)))));
    expect(answers.map(words)).to.deep.equal(names.map(name => [name, `${name}!`]));
    clean(server);
  });

  it('throws the status, or the exception, that ends a stream, after the messages before it', async () => {
    const { server, client } = await talkingTo({
      Count: stream => {
        stream.send(say('a'));
        throw new KitexError('biz', 5, 'nobody', { who: 'b' });
      },
      Echo: () => {
        throw new KitexError('exception', 6, 'boom');
      },
      Join: () => {
        throw new KitexError('biz', 404, 'of its own');
      },
    });
    const got: Message[] = [];
    const status = await rpcError(
      (async () => {
        for await (const message of client.Count({ text: 'x' })) got.push(message);
      })(),
    );
    expect(words(got)).to.deep.equal(['a']);
    expect(status).to.include({ code: 'NOT_FOUND', message: 'nobody' });
    const exception = await rpcError(all(client.Echo(saying('a'))));
    expect(exception).to.include({ code: 'INTERNAL', applicationType: 6 });
    expect(exception.message).to.include('boom');
    expect((await rpcError(client.Join(saying('a')))).message).to.include('of its own');
    clean(server);
  });

  it('closes the generator of its requests when the server is done with them', async () => {
    let closed = false;
    const { server, client } = await talkingTo({
      Echo: async stream => {
        await stream.next();
      },
    });
    async function* requests() {
      try {
        for (;;) {
          yield { text: 'x' };
          await settle(1);
        }
      } finally {
        closed = true;
      }
    }
    expect(await all(client.Echo(requests()))).to.deep.equal([]);
    await until(() => closed);
    clean(server);
  });

  it('cancels when the loop is left: an Rst with the path', async () => {
    const { server, client } = await talkingTo({
      Count: async stream => {
        stream.send(say('a'));
        await stream.untilGone;
      },
    });
    for await (const { text } of client.Count({ text: 'x' })) {
      expect(text).to.equal('a');
      break;
    }
    await until(() => server.streams[0]!.gone !== undefined);
    expect(server.streams[0]!.gone).to.include({ kind: 'reset', type: code.cancel });
    expect(server.streams[0]!.gone!.details).to.have.property('path');
    clean(server);
  });

  it('cancels by a signal, and when its time is over', async () => {
    const { server, client } = await talkingTo({ Echo: stream => stream.untilGone });
    const abort = new AbortController();
    const aborted = rpcError(all(client.Echo(saying('a'), { signal: abort.signal })));
    await until(() => server.streams.length === 1);
    abort.abort();
    expect((await aborted).code).to.equal('CANCELLED');
    expect((await rpcError(all(client.Echo(saying('a'), { timeout: 20 })))).code).to.equal(
      'DEADLINE_EXCEEDED',
    );
    await until(() => server.streams.every(({ gone }) => gone !== undefined));
    expect(server.streams.map(({ gone }) => gone!.type)).to.deep.equal([code.cancel, code.streamTimeout]);
    clean(server);
  });

  it('does not wait for ever for a method that is not there: Kitex says nothing', async () => {
    const { server, client } = await talkingTo({});
    expect((await rpcError(all(client.Count({ text: 'x' }, { timeout: 50 })))).code).to.equal(
      'DEADLINE_EXCEEDED',
    );
    expect(server.unknown).to.deep.equal(['Tests.Count']);
    clean(server);
  });

  it('throws when the server resets a stream, or dies', async () => {
    const { server, client } = await talkingTo({
      Count: stream => stream.reset(code.cancel, 'away'),
      Echo: stream => stream.untilGone,
    });
    expect((await rpcError(all(client.Count({ text: 'x' })))).message).to.include('away');
    const dying = rpcError(all(client.Echo(saying('a'))));
    await until(() => server.streams.length === 2);
    for (const socket of server.sockets) socket.resetAndDestroy();
    expect((await dying).code).to.equal('UNAVAILABLE');
    clean(server);
  });

  it('ignores Meta, what it does not know, and frames of streams that are over', async () => {
    const { server, client } = await talkingTo({
      Count: stream => {
        stream.write('meta', { texts: { a: 'b' } });
        stream.write('meta', { sid: 0, texts: { a: 'b' } });
        stream.header({ 'x-y': 'z' });
        stream.write('data', { numbers: { 4096: 'x' }, payload: say('a') });
        stream.write('data', { sid: 12345, payload: say('nobody') });
        setImmediate(() => {
          stream.write('data', { payload: say('late') });
          stream.write('trailer');
        });
      },
    });
    for (let i = 0; i < 3; i++) expect(words(await all(client.Count({ text: 'x' })))).to.deep.equal(['a']);
    clean(server);
  });

  it('does not read on while nobody reads from it', async () => {
    const total = 40_000;
    const { server, client } = await talkingTo(
      {
        Count: stream => {
          for (let i = 0; i < total; i++) stream.send(say('x'.repeat(1000)));
        },
      },
      {},
      { keep: false },
    );
    let read = 0;
    for await (const _ of client.Count({ text: 'x' })) {
      if (read++ > 0) continue;
      await settle(500);
      // What the system keeps between two sockets is some 10 MB at most.
      expect(server.sockets[0]!.writableLength).to.be.above(10_000_000);
    }
    expect(read).to.equal(total);
    clean(server);
  });
});

describe('a server of Kitex clients of streams', () => {
  /** A server of ours, and a client of Kitex's. */
  async function served(own: Partial<Handler<TestModule['Tests']>> = {}) {
    const reported: { readonly error: unknown; readonly context: ErrorContext }[] = [];
    const handler: Handler<TestModule['Tests']> = {
      Unary: request => request,
      async Join(requests) {
        return { text: words(await all(requests)).join('+') };
      },
      async *Count({ text = '' }) {
        yield* saying(...text);
      },
      async *Echo(requests) {
        yield* requests;
      },
      ...own,
    };
    const server = closing(
      makeServer(Tests, handler, { onError: (error, context) => reported.push({ error, context }) }),
    );
    const address: TcpAddress = await server.listen({ port: 0 });
    return { address, reported, client: await KitexStreamClient.connect(address) };
  }

  it('answers in all four modes', async () => {
    const { client, reported } = await served();
    for (const [method, requests, answers] of [
      ['Unary', ['a'], ['a']],
      ['Join', ['a', 'b', 'c'], ['a+b+c']],
      ['Join', [], ['']],
      ['Count', ['xyz'], ['x', 'y', 'z']],
      ['Count', [''], []],
      ['Echo', ['a', 'b'], ['a', 'b']],
      ['Echo', [], []],
    ] as const) {
      const got = await client.call('Tests', method, requests.map(say));
      expect(got.map(heard), method).to.deep.equal(answers);
    }
    clean(client);
    expect(reported).to.deep.equal([]);
  });

  it('answers a unary call whose client half-closes only when it has the answer, as Kitex does', async () => {
    const { client } = await served();
    const stream = client.open('Tests', 'Unary').send(say('a'));
    expect(heard(await stream.next())).to.equal('a');
    stream.closeSend();
    expect(await stream.next()).to.equal(undefined);
    clean(client);
  });

  it('sends the Header before the first answer, or the Trailer, and the Trailer at the end', async () => {
    const { client } = await served();
    await client.call('Tests', 'Count', [say('ab')]);
    await client.call('Tests', 'Count', [say('')]);
    expect(kindsOf(client.frames)).to.equal('header data data trailer header trailer');
    clean(client);
  });

  it('answers while requests come, on streams of any id', async () => {
    const { client } = await served();
    const streams = [-1, 1, 2 ** 31 - 1, -(2 ** 31)].map(sid => client.open('Tests', 'Echo', { sid }));
    for (const turn of ['a', 'b'])
      for (const stream of streams) {
        stream.send(say(`${turn}${stream.sid}`));
        expect(heard(await stream.next())).to.equal(`${turn}${stream.sid}`);
      }
    for (const stream of streams) expect(await stream.closeSend().next()).to.equal(undefined);
    clean(client);
  });

  it('gives handlers the texts of the Header, and the time that is left', async () => {
    const seen: Context[] = [];
    const { client } = await served({
      async *Count(_request, context) {
        seen.push(context);
        yield* saying('a');
      },
    });
    await client.call('Tests', 'Count', [say('')], {
      texts: { RPC_PERSIST_a: 'b' },
      numbers: { [key.rpcTimeout]: '60000' },
    });
    expect(seen[0]!.metadata.get('RPC_PERSIST_a')).to.equal('b');
    expect(seen[0]!.deadline).to.be.below(Number.POSITIVE_INFINITY);
    clean(client);
  });

  it('ends a stream with a status where its handler throws one, and as INTERNAL without a text otherwise', async () => {
    const { client, reported } = await served({
      async *Count() {
        yield { text: 'a' };
        throw new RpcError('NOT_FOUND', 'nobody');
      },
      async Join() {
        throw new Error('secret');
      },
    });
    const stream = client.open('Tests', 'Count').send(say('x')).closeSend();
    expect(heard(await stream.next())).to.equal('a');
    const status = await stream.next().then(undefined, (error: KitexError) => error);
    expect(status).to.include({ kind: 'biz', type: 5, message: 'nobody' });
    const failure = await client.call('Tests', 'Join', []).then(undefined, (error: KitexError) => error);
    expect(failure).to.be.instanceOf(KitexError);
    expect((failure as KitexError).message).not.to.include('secret');
    expect(reported.map(({ error }) => (error as Error).message)).to.deep.equal(['secret']);
    clean(client);
  });

  it('answers for methods that are not there, where Kitex says nothing', async () => {
    const { client } = await served();
    const failure = await client
      .call('Tests', 'Nope', [say('x')])
      .then(undefined, (error: KitexError) => error);
    expect(failure).to.include({ kind: 'exception', type: 1 });
    expect(await client.call('Tests', 'Echo', [])).to.deep.equal([]);
    clean(client);
  });

  it('closes the generators of a stream that is cancelled, or whose client dies', async () => {
    const ended: string[] = [];
    const { client, address } = await served({
      async *Echo(requests, context) {
        try {
          for await (const { text } of requests) yield { text };
        } finally {
          ended.push(context.signal.aborted ? 'aborted' : 'done');
        }
      },
    });
    const stream = client.open('Tests', 'Echo').send(say('a'));
    expect(heard(await stream.next())).to.equal('a');
    stream.cancel();
    await until(() => ended.length === 1);
    const other = await KitexStreamClient.connect(address);
    await other.open('Tests', 'Echo').send(say('a')).next();
    other.die();
    await until(() => ended.length === 2);
    expect(ended).to.deep.equal(['aborted', 'aborted']);
    expect(heard((await client.call('Tests', 'Echo', [say('b')]))[0])).to.equal('b');
    clean(client);
  });

  it('hears a client out that stops listening: the Trailer after the Trailer', async () => {
    const { client } = await served({
      async Join(requests) {
        for await (const { text } of requests) return { text };
        return { text: '' };
      },
    });
    const stream = client.open('Tests', 'Join').send(say('first'));
    expect((await stream.rest()).map(heard)).to.deep.equal(['first']);
    expect((await client.call('Tests', 'Join', [say('x')])).map(heard)).to.deep.equal(['x']);
    clean(client);
  });

  it('closes the connection on what Kitex closes it on, and tells the operator', async () => {
    const { client, reported } = await served();
    const stream = client.open('Tests', 'Echo').send(say('a'));
    await stream.next();
    client.write(ttFrame(Buffer.of(0), { flags: STREAMING, header: '10 00 12 00' }));
    expect(await stream.rest().then(undefined, (error: KitexError) => error.kind)).to.equal('closed');
    expect(reported).to.have.length(1);
  });

  it('goes on when one stream has a message that it cannot read', async () => {
    const { client } = await served();
    const stream = client.open('Tests', 'Echo');
    stream.write('data', { payload: '0b 0001 7fffffff' });
    expect(await stream.rest().then(undefined, (error: KitexError) => error.kind)).to.be.oneOf([
      'exception',
      'biz',
    ]);
    expect(heard((await client.call('Tests', 'Echo', [say('b')]))[0])).to.equal('b');
    clean(client);
  });

  it('stops reading, or answering, where its client does', async () => {
    let produced = 0;
    const { client } = await served({
      async *Count() {
        for (; produced < 1_000_000; produced++) yield { text: 'x'.repeat(1000) };
      },
    });
    client.socket.pause();
    const stream = client.open('Tests', 'Count').send(say('x')).closeSend();
    let before = -1;
    await until(() => {
      const stands = produced > 0 && produced === before;
      before = produced;
      return stands;
    });
    await settle(200);
    expect(produced).to.be.below(200_000);
    stream.cancel();
    client.socket.resume();
    clean(client);
  });
});
