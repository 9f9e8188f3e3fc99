import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { type Context, makeClient, type TcpAddress } from '../../../src/index.ts';
import { frameType } from '../../../src/transport/stream-frames.ts';
import { rpcError } from '../../support/errors.ts';
import { texts } from '../../support/hex.ts';
import { type StreamFrame, writeStreamFrame } from '../../support/kitex-frames.ts';
import { KitexStreamClient } from '../../support/kitex-stream-client.ts';
import { kitexStreamServer } from '../../support/kitex-stream-server.ts';
import { closeAll, closing, settle, until } from '../../support/peers.ts';
import { all, chatting, lines, loaded } from './chat.ts';

afterEach(closeAll);

/** What a stream may have under way. */
const MESSAGES = 512;
const BYTES = 64 * 1024;

interface Text {
  readonly text: string;
}

/** An endless source, which counts what is taken from it. */
function counted(text = 'x') {
  const source = {
    taken: 0,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        source.taken++;
        yield { text };
      }
    },
  };
  return source;
}

/** Waits until a count stays as it is. */
async function still(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); ) {
    last = count();
    await settle(100);
  }
  return count();
}

describe('the flow of a stream between our own', () => {
  it('is as many messages as its reader allows ahead of what it takes', async () => {
    const source = counted();
    const { client } = await chatting({ listen: () => source });
    const replies = client.listen({ text: '' });
    const first = await still(() => source.taken);
    // One has been taken that must wait.
    expect(first).to.be.within(MESSAGES, MESSAGES + 1);
    for (let i = 0; i < MESSAGES; i++) await replies.next();
    // A reader that has taken all that there was may have more at the next time.
    expect(await still(() => source.taken)).to.be.within(2 * MESSAGES, 3 * MESSAGES + 1);
    await replies.return();
  });

  it('is as many bytes', async () => {
    const source = counted('x'.repeat(10_000));
    const { client } = await chatting({ listen: () => source });
    const replies = client.listen({ text: '' });
    expect(await still(() => source.taken)).to.be.within(BYTES / 10_000 - 1, BYTES / 10_000 + 2);
    await replies.return();
  });

  it('is one message at least, however large', async () => {
    const { client } = await chatting({ listen: () => lines('x'.repeat(4 * BYTES), 'y'.repeat(4 * BYTES)) });
    expect((await all(client.listen({ text: '' }))).map(text => String(text).length)).to.deep.equal([
      4 * BYTES,
      4 * BYTES,
    ]);
  });

  it('is held to what a handler takes', async () => {
    let next: (() => Promise<unknown>) | undefined;
    const { client } = await chatting({
      talk: (given: AsyncIterable<Text>, { signal }: Context) => {
        const iterator = given[Symbol.asyncIterator]();
        next = () => iterator.next();
        return { [Symbol.asyncIterator]: () => ({ next: () => once(signal, 'abort') }) };
      },
    });
    // The first stream of a connection learns of flow control when it has begun.
    await all(client.listen({ text: '' }));
    const source = counted();
    const controller = new AbortController();
    const replies = client.talk(source, { signal: controller.signal });
    replies.next().catch(() => {});
    expect(await still(() => source.taken)).to.be.within(MESSAGES, MESSAGES + 1);
    for (let i = 0; i < MESSAGES; i++) await next!();
    expect(await still(() => source.taken)).to.be.within(2 * MESSAGES, 3 * MESSAGES + 1);
    controller.abort();
  });

  it('is nobody else’s: a stream that is not read stops neither others nor calls', async () => {
    const { client } = await chatting({
      say: (line: Text) => line,
      listen: ({ text }: Text) => (text === '' ? counted('x'.repeat(1000)) : lines(...text)),
    });
    const stuck = client.listen({ text: '' });
    await stuck.next();
    expect(await all(client.listen({ text: 'a'.repeat(3 * MESSAGES) }))).to.have.length(3 * MESSAGES);
    expect(await client.say({ text: 'a' })).to.include({ text: 'a' });
    await stuck.return();
  });

  it('is fair: of many streams none gets far ahead', async () => {
    const { client } = await chatting({ listen: () => counted('x'.repeat(100)) });
    const counts = new Array<number>(200).fill(0);
    let total = 0;
    await Promise.all(
      counts.map(async (_, i) => {
        for await (const _line of client.listen({ text: '' })) {
          counts[i]!++;
          if (++total >= 40_000) break;
        }
      }),
    );
    expect(Math.min(...counts)).to.be.greaterThan(100);
    expect(Math.max(...counts)).to.be.lessThan(400);
  });

  it('goes on where a handler stops listening', async () => {
    const { client } = await chatting({
      async write(given: AsyncIterable<Text>) {
        for await (const line of given) {
          await settle();
          return line;
        }
        return { text: '' };
      },
    });
    expect(await client.write(counted('x'.repeat(1000)))).to.have.property('text');
  });
});

describe('the flow of a stream to and from Kitex', () => {
  it('is not read on beyond some messages, while nobody takes them', async () => {
    let sent = 0;
    const server = await kitexStreamServer(
      {
        async listen(stream) {
          await stream.next();
          while (stream.gone === undefined) {
            stream.send(texts({ 1: 'x'.repeat(1000) }));
            sent++;
            await stream.flushed();
          }
        },
      },
      { keep: false },
    );
    const client = closing(makeClient(loaded.Chat, server.address));
    const replies = client.listen({ text: '' });
    await replies.next();
    const before = await still(() => sent);
    for (let i = 0; i < 20_000; i++) await replies.next();
    expect(await still(() => sent)).to.be.greaterThan(before);
    await replies.return();
    expect(server.violations).to.deep.equal([]);
  });

  it('is each stream’s own, for each has a connection while others are there', async () => {
    const server = await kitexStreamServer({
      listen: async stream => {
        stream.send(texts({ 1: 'a' }));
        await stream.untilGone;
      },
    });
    const client = closing(makeClient(loaded.Chat, server.address));
    const open: AsyncIterator<unknown>[] = [];
    for (let i = 0; i < 3; i++) {
      open.push(client.listen({ text: '' }));
      await open[i]!.next();
    }
    expect(server.sockets).to.have.length(3);
    for (const replies of open) await replies.return!();
    await until(() => server.sockets.filter(({ destroyed }) => !destroyed).length === 1);
    const again = client.listen({ text: '' });
    await again.next();
    expect(server.sockets).to.have.length(3);
    await again.return();
  });

  it('never waits for leave: a server may want all before it says anything', async () => {
    const server = await kitexStreamServer(
      {
        async write(stream) {
          const all = await stream.rest();
          stream.send(texts({ 1: String(all.length) }));
        },
      },
      { keep: false },
    );
    const client = closing(makeClient(loaded.Chat, server.address));
    const many = Array.from({ length: 5 * MESSAGES }, () => ({ text: 'x' }));
    expect(await client.write(many)).to.include({ text: String(5 * MESSAGES) });
    expect(await client.write(many)).to.include({ text: String(5 * MESSAGES) });
  });

  it('stops at the socket where a client of Kitex does not read', async () => {
    const source = counted('x'.repeat(1000));
    const { address } = await chatting({ listen: () => source });
    const client = await KitexStreamClient.connect(address as TcpAddress);
    client.socket.pause();
    client
      .open('Chat', 'listen')
      .send(texts({ 1: '' }))
      .closeSend();
    const before = await still(() => source.taken);
    client.socket.resume();
    await until(() => source.taken > before + 1000);
  });
});

describe('a connection of streams', () => {
  /** A client that is ours as far as it says, frame by frame. */
  async function ours(address: TcpAddress) {
    const client = await KitexStreamClient.connect(address);
    const tell = (pairs: Record<string, string>, sid = 0) =>
      client.socket.write(writeStreamFrame({ kind: 'meta', sid, method: '', texts: pairs }));
    const told = () => client.frames.filter(({ sid, kind }) => sid === 0 && kind === 'meta');
    return { client, tell, told };
  }
  const pairsOf = ({ texts: pairs }: StreamFrame) => Object.fromEntries(pairs);

  it('begins with what each can do; who says nothing is told nothing', async () => {
    const { address } = await chatting({ listen: () => [] });
    const { client, tell, told } = await ours(address as TcpAddress);
    await client.call('Chat', 'listen', [texts({ 1: '' })]);
    expect(told()).to.deep.equal([]);
    const own = await ours(address as TcpAddress);
    own.tell({ 'x-lt-caps': 'fc,ka' });
    await until(() => own.told().length === 1);
    expect(pairsOf(own.told()[0]!)).to.deep.equal({
      'x-lt-caps': 'fc,ka,ex,mix',
      'x-lt-credit': String(MESSAGES),
      'x-lt-bytes': String(BYTES),
    });
    tell({ 'x-lt-ping': '7' });
    await until(() => told().length === 1);
    expect(pairsOf(told()[0]!)).to.deep.equal({ 'x-lt-pong': '7' });
  });

  it('ends when the other end sends without end and reads nothing', async () => {
    const { address, reported } = await chatting({}, {}, { limits: { unsent: 100_000 } });
    const { client, tell } = await ours(address as TcpAddress);
    client.socket.pause();
    let isClosed = false;
    client.socket.on('close', () => {
      isClosed = true;
    });
    const flood = () => {
      for (let i = 0; i < 1000; i++) tell({ 'x-lt-ping': 'x'.repeat(1000) });
    };
    await until(() => {
      if (!isClosed && client.socket.writableLength < 1e6) flood();
      return reported.length > 0;
    });
    expect(String(reported[0])).to.include('does not read what it is sent').and.include('(limits.unsent)');
  });

  it('takes no more streams when its server closes, and finishes those that are there', async () => {
    let finish: () => void = () => {};
    const { makeServer } = await import('../../../src/index.ts');
    const server = closing(
      makeServer(
        loaded.Chat,
        {
          async *listen() {
            yield { text: 'a' };
            await new Promise<void>(resolve => {
              finish = resolve;
            });
            yield { text: 'b' };
          },
        },
        { partial: true },
      ),
    );
    const client = closing(makeClient(loaded.Chat, await server.listen({ port: 0 })));
    const replies = client.listen({ text: '' });
    await replies.next();
    const closed = server.close();
    await settle();
    finish();
    expect(await all(replies)).to.deep.equal(['b']);
    await closed;
  });

  it('has streams that count among the calls that its server works on at once', async () => {
    const { client } = await chatting(
      { listen: () => counted(), say: (line: Text) => line, write: async () => ({ text: 'a' }) },
      {},
      { concurrency: { max: 1, queue: 0 } },
    );
    const first = client.listen({ text: '' });
    await first.next();
    expect((await all(client.listen({ text: '' })))[0]).to.include({ code: 'RESOURCE_EXHAUSTED' });
    expect(await rpcError(client.say({ text: '' }))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    await first.return();
    for (let i = 0; i < 3; i++) {
      let answer: unknown;
      // That the first has ended may not have come to the server yet.
      while (answer === undefined) answer = await client.write([]).catch(() => undefined);
      expect(answer).to.include({ text: 'a' });
    }
  });

  it('is closed by its server when it has had no streams for a while', async () => {
    const { address } = await chatting({ listen: () => lines('a') }, {}, { connections: { idle: 20 } });
    const client = await KitexStreamClient.connect(address as TcpAddress);
    let isClosed = false;
    client.socket.on('close', () => {
      isClosed = true;
    });
    expect(await client.call('Chat', 'listen', [texts({ 1: '' })])).to.have.length(1);
    await until(() => isClosed);
    expect(client.violations).to.deep.equal([]);
  });

  it('keeps no process alive without streams, and closes with its channel', async () => {
    const { client } = await chatting({ listen: () => lines('a') });
    await all(client.listen({ text: '' }));
    await client.close();
    const error = (await all(client.listen({ text: '' })))[0];
    expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
  });
});

describe('what breaks the rules of streams', () => {
  async function stranger(handlers: Record<string, unknown> = {}) {
    const chat = await chatting({ listen: () => lines('a'), ...handlers });
    const { host, port } = chat.address as TcpAddress;
    const socket: Socket = connect({ host, port });
    await once(socket, 'connect');
    socket.on('error', () => {});
    return { ...chat, socket };
  }
  const frame = (
    kind: StreamFrame['kind'],
    sid: number,
    payload: string | Uint8Array = '',
    method = 'listen',
  ) => writeStreamFrame({ kind, sid, method, payload, texts: kind === 'header' ? { isn: 'Chat' } : {} });

  it('ends a stream, not its connection, where its frames are whole', async () => {
    const { address } = await stranger({
      write: async (given: AsyncIterable<unknown>) => ({ text: String(await all(given)) }),
    });
    const client = await KitexStreamClient.connect(address as TcpAddress);
    for (const payload of ['', '0b', '0b 0001 7fffffff', 'ff']) {
      const stream = client.open('Chat', 'write');
      stream.send(payload);
      const error = await stream.next().catch((reason: unknown) => reason);
      expect(error).to.include({ kind: 'exception', type: 7 });
    }
    expect(await client.call('Chat', 'listen', [texts({ 1: '' })])).to.have.length(1);
    expect(client.violations).to.deep.equal([]);
  });

  it('is ignored where it belongs to no stream', async () => {
    const { address } = await stranger();
    const client = await KitexStreamClient.connect(address as TcpAddress);
    for (const kind of ['meta', 'data', 'trailer', 'rst'] as const)
      for (const sid of [0, 77, -1]) client.socket.write(frame(kind, sid, '00'));
    expect(await client.call('Chat', 'listen', [texts({ 1: '' })])).to.have.length(1);
  });

  it('is ignored where the credits that it gives are none', async () => {
    const { address } = await stranger();
    const client = await KitexStreamClient.connect(address as TcpAddress);
    const meta = { kind: 'meta', method: 'listen' } as const;
    for (const credit of ['', '-1', 'x', '1e9', '99999999999999999999', '1.5'])
      client.socket.write(
        writeStreamFrame({ ...meta, sid: 0, texts: { 'x-lt-caps': 'fc', 'x-lt-credit': credit } }),
      );
    expect(await client.call('Chat', 'listen', [texts({ 1: '' })])).to.have.length(1);
    expect(frameType.meta).to.equal(1);
  });

  it('ends a server’s connection, which is told of, where it is no frame of a stream', async () => {
    const { socket, reported } = await stranger();
    socket.write(frame('header', 1));
    socket.write(Buffer.from('0000000cffff'.repeat(4), 'hex'));
    await once(socket, 'close');
    expect(String(reported[0])).to.include('sent what is no frame of a stream; the connection was closed');
  });

  it('ends a client’s connection, and all streams on it say why', async () => {
    const server = await kitexStreamServer({
      async listen(stream) {
        stream.header();
        stream.write('header');
        await stream.untilGone;
      },
    });
    const client = closing(makeClient(loaded.Chat, server.address));
    const [error] = await all(client.listen({ text: '' }));
    expect(error).to.include({ code: 'INTERNAL' });
    expect(String(error)).to.match(/a stream has a second Header frame.*; the connection to .* was closed/);
    const again = (await all(client.listen({ text: '' })))[0];
    expect(again).to.include({ code: 'INTERNAL' });
  });
});
