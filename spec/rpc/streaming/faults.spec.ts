import type { Socket } from 'node:net';
import { expect } from 'chai';
import {
  type ClientOptions,
  type Context,
  defaultLimits,
  makeClient,
  makeServer,
  RpcError,
  saslPlain,
  type TcpAddress,
} from '../../../src/index.ts';
import { Carrier, type CarrierOwner } from '../../../src/rpc/streaming/carrier.ts';
import type { StreamEnd } from '../../../src/rpc/streaming/stream-end.ts';
import { rpcError } from '../../support/errors.ts';
import { hex, texts } from '../../support/hex.ts';
import { type FrameKind, writeStreamFrame } from '../../support/kitex-frames.ts';
import { KitexStreamClient } from '../../support/kitex-stream-client.ts';
import { closeAll, closing, fakeServer, until } from '../../support/peers.ts';
import { Wire } from '../../support/wire.ts';
import { all, chatting, loaded, noted } from './chat.ts';

afterEach(closeAll);

const frame = (kind: FrameKind, payload: string | Uint8Array = '') =>
  writeStreamFrame({ kind, sid: 1, method: 'talk', payload });
const line = frame('data', texts({ 1: 'a' }));

/** What a server has said when it dies, and what a client has got of it then. */
const lastWords: readonly (readonly [name: string, said: readonly Uint8Array[], got: readonly string[]])[] = [
  ['before it says anything', [], []],
  ['in the middle of its first frame', [frame('header').subarray(0, 9)], []],
  ['after its Header', [frame('header')], []],
  ['after a message', [frame('header'), line], ['a']],
  ['in the middle of a message', [frame('header'), line, line.subarray(0, line.length - 3)], ['a']],
  ['in the middle of its Trailer', [frame('header'), line, frame('trailer').subarray(0, 20)], ['a']],
];

const ends: readonly (readonly [how: string, end: (socket: Socket) => void])[] = [
  ['closes', socket => socket.end()],
  ['resets', socket => socket.resetAndDestroy()],
];

describe('a server that dies', () => {
  for (const [when, said, got] of lastWords) {
    for (const [how, end] of ends) {
      it(`ends its streams, and closes what was sent on them: it ${how} ${when}`, async () => {
        const { address } = await fakeServer(socket =>
          socket.once('data', () =>
            socket.write(Buffer.concat([Buffer.alloc(0), ...said]), () => setImmediate(end, socket)),
          ),
        );
        const client = closing(makeClient(loaded.Chat, address));
        const given = noted({
          async *[Symbol.asyncIterator]() {
            for (;;) {
              yield { text: 'x' };
              await new Promise(resolve => setImmediate(resolve));
            }
          },
        });
        const seen = await all(client.talk(given));
        const error = seen.pop() as RpcError;
        expect(error).to.be.instanceOf(RpcError).and.include({ code: 'UNAVAILABLE', method: 'Chat.talk' });
        // A reset may overtake what was said before it.
        if (how === 'closes') expect(seen).to.deep.equal(got);
        await until(() => given.isClosed);
        expect(await rpcError(client.write([]))).to.include({ code: 'UNAVAILABLE' });
      });
    }
  }

  it('is not there at all', async () => {
    const { address, close } = await fakeServer(() => {});
    await close();
    const client = closing(makeClient(loaded.Chat, address));
    const [error] = await all(client.listen({ text: '' }));
    expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    expect(String(error)).to.include('nothing listens there');
  });

  it('may be there again for the next stream', async () => {
    let isBroken = true;
    const { address } = await fakeServer(socket => {
      if (isBroken) socket.destroy();
      else socket.on('data', () => socket.write(Buffer.concat([frame('header'), line, frame('trailer')])));
    });
    const client = closing(makeClient(loaded.Chat, address));
    expect((await all(client.listen({ text: '' }))).at(-1)).to.include({ code: 'UNAVAILABLE' });
    isBroken = false;
    expect(await all(client.listen({ text: '' }))).to.deep.equal(['a']);
  });

  it('speaks no streams: the error says what it does', async () => {
    const { address } = await fakeServer(socket =>
      socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    const [error] = await all(closing(makeClient(loaded.Chat, address)).listen({ text: '' }));
    expect(error).to.include({ code: 'INTERNAL' });
    expect(String(error)).to.include('which looks like HTTP');
  });

  it('has streams that are answered without what they declare', async () => {
    const { address } = await fakeServer(socket =>
      socket.on('data', () => socket.write(Buffer.concat([frame('header'), frame('trailer')]))),
    );
    const error = await rpcError(closing(makeClient(loaded.Chat, address)).write([]));
    expect(error).to.include({ code: 'INTERNAL', applicationType: 5 });
  });

  it('sends a message that does not fit: its stream ends, at both ends', async () => {
    const sent: Buffer[] = [];
    const { address } = await fakeServer(socket =>
      socket.on('data', chunk => {
        if (sent.push(chunk) === 1)
          socket.write(Buffer.concat([frame('header'), frame('data', '0b 0001 00000001 ff 00')]));
      }),
    );
    const [error] = await all(closing(makeClient(loaded.Chat, address)).listen({ text: '' }));
    expect(error).to.include({ code: 'INTERNAL' });
    expect(String(error)).to.include('Line.text').and.include('not valid UTF-8');
    await until(() => Buffer.concat(sent).includes('ttscp'));
  });

  it('resets a stream', async () => {
    const { address } = await fakeServer(socket =>
      socket.on('data', () => socket.write(Buffer.concat([frame('header'), line, frame('rst', hex(''))]))),
    );
    const seen = await all(closing(makeClient(loaded.Chat, address)).listen({ text: '' }));
    expect(seen[0]).to.equal('a');
    expect(seen[1]).to.include({ code: 'CANCELLED' });
  });
});

describe('a client that dies', () => {
  for (const [how, end] of ends) {
    it(`ends its streams, and their handlers learn of it: it ${how}`, async () => {
      const seen: unknown[] = [];
      let opened = 0;
      const { address } = await chatting({
        async *talk(given: AsyncIterable<unknown>, { signal }: Context) {
          opened++;
          signal.addEventListener('abort', () => seen.push(signal.reason));
          try {
            for await (const _line of given) yield { text: 'a' };
          } finally {
            seen.push('closed');
          }
        },
        async write(given: AsyncIterable<unknown>) {
          opened++;
          seen.push((await all(given)).at(-1));
        },
      });
      const client = await KitexStreamClient.connect(address as TcpAddress);
      client.open('Chat', 'talk').send(texts({ 1: 'a' }));
      client.open('Chat', 'write').send(texts({ 1: 'a' }));
      client.open('Chat', 'talk');
      await until(() => opened === 3);
      end(client.socket);
      await until(() => seen.length === 5);
      expect(seen.filter(one => one === 'closed')).to.have.length(2);
      for (const error of seen.filter(one => one !== 'closed'))
        expect(error).to.include({ code: 'CANCELLED' });
    });
  }

  it('has begun a frame, and never ends it', async () => {
    const { address, reported } = await chatting({}, {}, { limits: { partial: 30 } });
    const client = await KitexStreamClient.connect(address as TcpAddress);
    client.socket.write(Buffer.concat([frame('meta'), frame('header').subarray(0, 20)]));
    await until(() => reported.length === 1);
    expect(String(reported[0])).to.include(
      'has begun a frame that was not whole within 30 ms (limits.partial)',
    );
  });

  it('is let go of when the server closes, whatever runs', async () => {
    const reasons: unknown[] = [];
    const { makeServer } = await import('../../../src/index.ts');
    const server = makeServer(
      loaded.Chat,
      {
        async *listen(_: unknown, { signal }: Context) {
          yield { text: 'a' };
          await new Promise(resolve => signal.addEventListener('abort', resolve));
          reasons.push(signal.reason);
        },
      },
      { partial: true },
    );
    const client = closing(makeClient(loaded.Chat, await server.listen({ port: 0 })));
    const replies = client.listen({ text: '' });
    await replies.next();
    await server.close({ grace: 20 });
    expect((await all(replies)).at(-1)).to.include({ code: 'UNAVAILABLE' });
    expect(reasons[0]).to.include({ code: 'CANCELLED', message: 'the server was closed' });
  });
});

describe('a client that is closed', () => {
  it('lets its streams end', async () => {
    const { client } = await chatting({ listen: () => [{ text: 'a' }, { text: 'b' }] });
    const replies = client.listen({ text: '' });
    const closed = client.close();
    expect(await all(replies)).to.deep.equal(['a', 'b']);
    await closed;
  });

  it('ends them when they take too long', async () => {
    const aborted: unknown[] = [];
    const { client } = await chatting({
      async *listen(_: unknown, { signal }: Context) {
        yield { text: 'a' };
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        aborted.push(signal.reason);
      },
    });
    const replies = client.listen({ text: '' });
    await replies.next();
    await client.close({ grace: 10 });
    expect((await all(replies)).at(-1)).to.include({ code: 'CANCELLED' });
    await until(() => aborted.length === 1);
  });
});

describe('a peer that says nothing any more', () => {
  const owner = (dead: string[]): CarrierOwner => ({
    begun() {},
    givenUp() {},
    flushed() {},
    drained() {},
    introduced() {},
    changed() {},
    dead: why => dead.push(why),
  });
  const stream = (sid: number): StreamEnd => ({
    sid,
    header() {},
    data() {},
    trailer() {},
    reset() {},
    meta() {},
    unfit() {},
    acquainted() {},
  });
  const told = (pairs: Record<string, string>) =>
    writeStreamFrame({ kind: 'meta', sid: 0, method: '', texts: pairs });

  function carried() {
    const wire = new Wire();
    const dead: string[] = [];
    const carrier = new Carrier(wire, defaultLimits, owner(dead), true, { interval: 15, timeout: 15 });
    wire.on('data', (chunk: Buffer) => carrier.receive(chunk, chunk.length));
    return { wire, dead, carrier };
  }

  it('is asked for a word while there are streams, and then taken for dead', async () => {
    const { wire, dead, carrier } = carried();
    wire.feed(told({ 'x-lt-caps': 'ka' }));
    carrier.add(stream(1));
    await until(() => wire.sent.includes('x-lt-ping'));
    expect(dead).to.deep.equal([]);
    await until(() => dead.length > 0);
    expect(dead).to.deep.equal(['does not answer any more']);
    carrier.stop();
  });

  it('is not, while it answers', async () => {
    const { wire, dead, carrier } = carried();
    wire.feed(told({ 'x-lt-caps': 'ka' }));
    carrier.add(stream(1));
    for (let i = 0; i < 3; i++) {
      await until(() => wire.sent.includes('x-lt-ping'));
      wire.sent = Buffer.alloc(0);
      wire.feed(told({ 'x-lt-pong': '1' }));
    }
    expect(dead).to.deep.equal([]);
    carrier.stop();
  });

  it('is not, where it never said that it would answer, as Kitex does not', async () => {
    const { wire, dead, carrier } = carried();
    wire.feed(told({ 'x-lt-caps': 'fc' }));
    carrier.add(stream(1));
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(wire.sent).to.have.length(0);
    expect(dead).to.deep.equal([]);
  });

  const soon = { interval: 15, timeout: 15 };

  it('is a server: its streams end as soon as its client wants, and what is called beside them', async () => {
    const server = await fakeServer(socket => {
      const hello = told({ 'x-lt-caps': 'fc,ka,ex,mix', 'x-lt-credit': '9' });
      socket.resume().once('data', () => socket.write(Buffer.concat([hello, frame('header'), line])));
    });
    const client = closing(makeClient(loaded.Chat, server.address, { keepalive: soon }));
    const replies = client.listen({ text: '' });
    await replies.next();
    const said = rpcError(client.say({ text: '' }));
    for (const error of [(await all(replies))[0], await said]) {
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
      expect(String(error)).to.include('does not answer any more');
    }
    expect(server.sockets).to.have.length(1);
  });

  it('is a client: its server lets go of it as soon as it likes', async () => {
    const aborted: unknown[] = [];
    const { address, reported } = await chatting(
      {
        async *listen(_line: unknown, { signal }: Context) {
          yield { text: 'a' };
          await new Promise(resolve => signal.addEventListener('abort', resolve));
          aborted.push(signal.reason);
        },
      },
      {},
      { connections: { keepalive: soon } },
    );
    const client = await KitexStreamClient.connect(address as TcpAddress);
    client.socket.write(told({ 'x-lt-caps': 'fc,ka', 'x-lt-credit': '9' }));
    client.open('Chat', 'listen').send(texts({ 1: '' }));
    await until(() => aborted.length === 1);
    expect(aborted[0]).to.include({ code: 'UNAVAILABLE' });
    expect(String(reported[0])).to.include('does not answer any more');
  });

  it('is not asked for in ways that make no sense', () => {
    const refused: readonly [unknown, string][] = [
      [{ method: 'ping' }, 'keepalive.method: it goes with a service, and there is none'],
      [{ serviceName: 'a', interval: 1 }, 'keepalive.serviceName: it goes with a service'],
      [{ interval: 0 }, 'keepalive.interval: expected ms above 0, got 0'],
      [{ timeout: '1' }, 'keepalive.timeout: expected ms as a number, got 1'],
    ];
    for (const [keepalive, text] of refused) {
      const open = () => makeClient(loaded.Chat, 'localhost:1', { keepalive } as ClientOptions);
      expect(open).to.throw(TypeError, text);
    }
    const sasl = saslPlain('a', 'b');
    const alone = () => makeClient(loaded.Chat, 'localhost:1', { sasl, keepalive: soon });
    expect(alone).to.throw(TypeError, 'keepalive.service: expected one, for here are no streams');
    const serve = (keepalive: object) => () =>
      makeServer(loaded.Chat, {}, { partial: true, connections: { keepalive } });
    expect(serve({ interval: -1 })).to.throw(
      TypeError,
      'connections.keepalive.interval: expected ms above 0',
    );
    expect(serve({ every: 1 })).to.throw(TypeError, 'connections.keepalive: there is no option "every"');
  });
});
