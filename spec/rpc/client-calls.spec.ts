import { expect } from 'chai';
import { type Limits, loadSource, makeClient, makeServer, type Service } from '../../src/index.ts';
import { defaultLimits } from '../../src/limits.ts';
import { Call } from '../../src/rpc/call.ts';
import { socketDial } from '../../src/rpc/channels/dial.ts';
import { ReconnectingChannel } from '../../src/rpc/channels/reconnecting.ts';
import { defaultSettings } from '../../src/rpc/client/settings.ts';
import { dialects } from '../../src/rpc/dialect.ts';
import { noHeaders } from '../../src/transport/envelope.ts';
import { transports } from '../../src/transport/transports.ts';
import { serviceDescriptor } from '../../src/values/service.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { CALL, framed, message, REPLY, texts, toHex } from '../support/hex.ts';
import { answering, closeAll, closing, fakeServer, settle, until } from '../support/peers.ts';
import { loaded, type PingPongHandler, waitingHandler } from '../support/services.ts';

const { PingPong } = loaded;
const PING = message(CALL, 'ping', 1).length;
const pong = (seqid: number) => message(REPLY, 'ping', seqid, texts({ 0: 'pong' }));

afterEach(closeAll);

describe('calls in flight on one connection', () => {
  it('are matched by their sequence ids, in whatever order they are answered', async () => {
    const server = waitingHandler();
    const address = await closing(makeServer(PingPong, server.handler)).listen({ port: 0 });
    const client = closing(makeClient(PingPong, address));
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    const calls = Promise.all(names.map(name => client.wait(name)));
    await until(() => server.running.length === names.length);
    for (const name of [...names].sort((a, b) => (a.split('').reverse() < b.split('').reverse() ? -1 : 1)))
      server.finish(name);
    expect(await calls).to.deep.equal(names);
  });

  it('go out in one write', async () => {
    const chunks: number[] = [];
    const peer = await fakeServer(socket => {
      let got = 0;
      socket.on('data', chunk => {
        chunks.push(chunk.length);
        for (got += chunk.length; got >= PING; got -= PING) socket.write(pong(chunks.length));
      });
    });
    const client = closing(makeClient(PingPong, peer.address));
    await client.ping();
    const calls = Array.from({ length: 50 }, () => rejection(client.ping({ timeout: 20 })).catch(() => 0));
    await until(() => chunks.length > 1);
    expect(chunks).to.deep.equal([PING, 50 * PING]);
    await Promise.all(calls);
  });

  it('are numbered on from 0 after 2^31-1, and pass over what still waits', async () => {
    const ids: number[] = [];
    const peer = await answering(PING, request => {
      const id = request.readInt32BE(12);
      ids.push(id);
      return id === 2 ** 31 - 2 ? Buffer.alloc(0) : pong(id);
    });
    const method = dialects.binary.methodsOf(serviceDescriptor(PingPong)).get('ping')!;
    const settings = {
      dialect: dialects.binary,
      transport: transports.buffered,
      headers: () => noHeaders,
      zlib: false,
      limits: defaultLimits,
    };
    const dial = socketDial(peer.address);
    const callee = { method, name: 'ping', service: 'PingPong' };
    const channel = closing(
      new ReconnectingChannel('peer', dial, { ...settings, firstSequenceId: 2 ** 31 - 2 }),
    );
    const call = () =>
      new Promise((resolve, reject) =>
        channel.start(new Call(callee, [], 1000, defaultSettings, resolve, reject)),
      );
    const waiting = rejection(call());
    for (let i = 0; i < 4; i++) expect(await call()).to.equal('pong');
    expect(ids).to.deep.equal([2 ** 31 - 2, 2 ** 31 - 1, 0, 1, 2]);
    await channel.close({ grace: 0 });
    expect(await waiting).to.include({ code: 'CANCELLED', phase: 'sent' });
  });
});

describe('an argument that is refused', () => {
  for (const transport of ['buffered', 'framed'] as const) {
    it(`rejects its call alone, with its path, and sends nothing of it (${transport})`, async () => {
      const sent: Buffer[] = [];
      const peer = await fakeServer(socket => {
        socket.on('data', chunk => {
          sent.push(chunk);
          const wrap = (bytes: Buffer) => (transport === 'framed' ? framed(bytes) : bytes);
          socket.write(Buffer.concat([wrap(pong(1)), wrap(pong(3))]));
        });
      });
      const client = closing(makeClient(PingPong, peer.address, { transport }));
      const calls = [client.ping(), client.login('root', 5 as unknown as string), client.ping()] as const;
      const error = await rejection(calls[1]);
      expect(error).to.include({
        name: 'ValueError',
        message: 'PingPong.login.password: expected string, got number 5',
      });
      expect((error as Error).stack).to.include('client-calls.spec.ts');
      expect(await Promise.all([calls[0], calls[2]])).to.deep.equal(['pong', 'pong']);
      const wrap = (bytes: Buffer) => (transport === 'framed' ? framed(bytes) : bytes);
      const expected = Buffer.concat([wrap(message(CALL, 'ping', 1)), wrap(message(CALL, 'ping', 3))]);
      expect(toHex(Buffer.concat(sent))).to.equal(toHex(expected));
    });
  }

  it('by its own getter passes on what that threw', async () => {
    const { client } = await records();
    const odd = new Error('odd');
    const value = {
      get text(): string {
        throw odd;
      },
    };
    expect(await rejection(client.store(value))).to.equal(odd);
    expect(await client.store({ text: 'a' })).to.equal('a');
  });
});

interface Records {
  store(record: { readonly text: string; readonly more?: string }): string;
}

async function records() {
  const module = loadSource<{ Records: Service<Records> }>(
    'struct R { 1: string text, 2: string more } service Records { string store(1: R record) }',
  );
  const server = closing(
    makeServer(module.Records, {
      store: ({ text, more }) => (more === undefined ? text : `${text} ${more}`),
    }),
  );
  const address = await server.listen({ port: 0 });
  return { address, client: closing(makeClient(module.Records, address)), module };
}

describe('a getter in an argument', () => {
  for (const transport of ['buffered', 'framed'] as const) {
    it(`may make a call of its own on the same client: their bytes do not mix (${transport})`, async () => {
      const { address, module } = await records();
      const client = closing(makeClient(module.Records, address, { transport }));
      const inner: Promise<string>[] = [];
      const nesting = (depth: number): { text: string; more: string } => ({
        text: `outer ${depth}`,
        get more() {
          inner.push(client.store(depth > 0 ? nesting(depth - 1) : { text: `inner ${depth}` }));
          return 'more';
        },
      });
      expect(await client.store(nesting(2))).to.equal('outer 2 more');
      await until(() => inner.length === 3);
      expect(await Promise.all(inner)).to.deep.equal(['outer 1 more', 'outer 0 more', 'inner 0']);
    });
  }
});

describe('the limits of a client', () => {
  const limited = async (
    limits: Partial<Limits>,
    transport: 'buffered' | 'framed' = 'buffered',
    own: Partial<PingPongHandler> = {},
  ) => {
    const server = waitingHandler(own);
    const address = await closing(makeServer(PingPong, server.handler)).listen({ port: 0 });
    return { ...server, client: closing(makeClient(PingPong, address, { limits, transport })) };
  };

  it('refuse a call when too many wait, and take calls again later', async () => {
    const { client, running, finish } = await limited({ pending: 2 });
    const calls = [client.wait('a'), client.wait('b')];
    const error = await rpcError(client.ping());
    expect(error.code).to.equal('RESOURCE_EXHAUSTED');
    expect(error.message).to.match(
      /^PingPong\.ping: 2 calls wait on this connection \(limits\.pending\); nothing was sent to 127/,
    );
    await until(() => running.length === 2);
    finish('a');
    await calls[0];
    expect(await client.ping()).to.equal('pong');
    finish('b');
    await calls[1];
  });

  it('refuse a call when too many bytes wait for a peer that does not read', async () => {
    const peer = await fakeServer(socket => socket.pause());
    const client = closing(makeClient(PingPong, peer.address, { limits: { unsent: 1_000_000 } }));
    await client.$ready();
    const large = new Uint8Array(500_000);
    const errors: unknown[] = [];
    for (let i = 0; i < 60 && errors.length === 0; i++) {
      client.echo(large).catch(error => errors.push(error));
      await settle(2);
    }
    expect(errors[0]).to.include({ name: 'RpcError', code: 'RESOURCE_EXHAUSTED' });
    expect((errors[0] as Error).message).to.match(/bytes wait to be sent \(limits\.unsent\)/);
    await client.close({ grace: 0 });
  });

  it('refuse a message that is too large, and nothing else', async () => {
    const buffered = await limited({ message: 100 });
    const error = await rpcError(buffered.client.echo(new Uint8Array(100)));
    expect(error).to.include({ code: 'RESOURCE_EXHAUSTED', method: 'PingPong.echo' });
    expect(error.message).to.match(
      /^PingPong\.echo: the message takes 124 bytes, the limit is 100 \(limits\.message\); nothing was sent/,
    );
    expect(await buffered.client.ping()).to.equal('pong');
    const frames = await limited({ frame: 100 }, 'framed');
    expect((await rpcError(frames.client.echo(new Uint8Array(100)))).message).to.include('(limits.frame)');
    expect(await frames.client.ping()).to.equal('pong');
  });

  it('end the connection when a reply is too large', async () => {
    for (const [transport, limits] of [
      ['buffered', { message: 60 }],
      ['framed', { frame: 60 }],
    ] as const) {
      const { client } = await limited(limits, transport, { ping: () => 'x'.repeat(60) });
      const error = await rpcError(client.ping());
      expect(error.code, transport).to.equal('INTERNAL');
      expect(error.message).to.include(transport === 'framed' ? 'limits.frame' : 'limits.message');
      expect(await client.count(1)).to.equal(2);
    }
  });
});

describe('a oneway call', () => {
  it('resolves when it was handed to the socket, and arrives even when the client is closed at once', async () => {
    const server = waitingHandler();
    const address = await closing(makeServer(PingPong, server.handler)).listen({ port: 0 });
    for (const size of [1, 8_000_000]) {
      const client = makeClient(PingPong, address);
      await client.note('x'.repeat(size));
      await client.close();
      await until(() => server.notes.length > 0);
      expect(server.notes.pop()).to.have.length(size);
    }
  });
});

describe('closing a client', () => {
  it('lets calls under way finish, takes no more, and may be done twice', async () => {
    const server = waitingHandler();
    const address = await closing(makeServer(PingPong, server.handler)).listen({ port: 0 });
    const client = makeClient(PingPong, address);
    const call = client.wait('a');
    await until(() => server.running.length === 1);
    const ends = [client.close(), client.$close(), client[Symbol.asyncDispose]()];
    const refused = await rpcError(client.ping());
    expect(refused).to.include({
      code: 'UNAVAILABLE',
      message: 'PingPong.ping: the client is closed; nothing was sent',
    });
    expect(await rpcError(client.$ready())).to.include({ code: 'UNAVAILABLE' });
    server.finish('a');
    expect(await call).to.equal('a');
    await Promise.all(ends);
    await client.close();
  });

  it('cuts off what takes longer than the grace; a later, shorter grace counts', async () => {
    const peer = await fakeServer(() => {});
    const client = makeClient(PingPong, peer.address);
    const errors = Promise.all([
      rpcError(client.ping()),
      rpcError(client.ping({ timeout: Number.POSITIVE_INFINITY })),
    ]);
    await until(() => peer.sockets.length === 1);
    const patient = client.close({ grace: Number.POSITIVE_INFINITY });
    await client.close({ grace: 1 });
    await patient;
    for (const error of await errors) {
      expect(error).to.include({
        code: 'CANCELLED',
        message: 'PingPong.ping: the client was closed before the reply came',
      });
    }
  });

  it('before it was ever used, or while it connects, is no matter', async () => {
    await makeClient(PingPong, '127.0.0.1:1').close();
    const peer = await fakeServer(() => {});
    const client = makeClient(PingPong, peer.address);
    const ready = client.$ready().then(
      () => 'connected',
      () => 'closed',
    );
    await client.close({ grace: 0 });
    expect(await ready).to.be.oneOf(['connected', 'closed']);
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
  });
});
