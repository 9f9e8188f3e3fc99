import { expect } from 'chai';
import {
  type ChannelState,
  type ClientOptions,
  makeClient,
  makeServer,
  type TcpAddress,
} from '../../../src/index.ts';
import { freePort } from '../../support/free-port.ts';
import { kitexStreamServer, shapes } from '../../support/kitex-stream-server.ts';
import { closeAll, closing, fakeServer, settle, until } from '../../support/peers.ts';
import { all, chatting, lines, loaded } from './chat.ts';
import { mixing, streaming } from './mixing.ts';

afterEach(closeAll);

const clientOf = (address: TcpAddress, options: ClientOptions = {}) =>
  closing(makeClient(loaded.Chat, address, options));

/** Serves streams of one message each. */
async function serving(port: number) {
  const heard: string[] = [];
  const listen = ({ text }: { readonly text: string }) => {
    heard.push(text);
    return lines(text);
  };
  const server = closing(makeServer(loaded.Chat, { listen }, { partial: true }));
  await server.listen({ port });
  return heard;
}

describe('a connection of streams that cannot be made', () => {
  const long = { reconnect: { initial: 60_000, max: 60_000 } };

  it('is made again after a pause; streams that begin meanwhile wait, as long as they have time', async () => {
    const server = await fakeServer(socket => socket.destroy());
    const client = clientOf(server.address, long);
    expect((await all(client.listen({ text: '' })))[0]).to.include({ code: 'UNAVAILABLE' });
    const [error] = await all(client.listen({ text: '' }, { timeout: 30 }));
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent' });
    const controller = new AbortController();
    const waits = all(client.listen({ text: '' }, { signal: controller.signal }));
    controller.abort();
    expect((await waits)[0]).to.include({ code: 'CANCELLED', phase: 'unsent' });
    expect(server.sockets).to.have.length(1);
  });

  it('is made for those that have waited, and not for those that do not wait any more', async () => {
    const port = await freePort();
    const client = clientOf({ host: '127.0.0.1', port }, { reconnect: { initial: 300, max: 300 } });
    expect((await all(client.listen({ text: '' })))[0]).to.include({ code: 'UNAVAILABLE' });
    const given = client.listen({ text: 'given up' });
    const late = client.listen({ text: 'late' }, { messageTimeout: 20 });
    const waits = all(client.listen({ text: 'a' }));
    expect((await all(late))[0]).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent' });
    await given.return();
    const heard = await serving(port);
    expect(await waits).to.deep.equal(['a']);
    expect(heard).to.deep.equal(['a']);
  });

  it('is not waited for by a client that closes', async () => {
    const server = await fakeServer(socket => socket.destroy());
    const client = clientOf(server.address, long);
    await all(client.listen({ text: '' }));
    const waits = all(client.listen({ text: '' }));
    await client.$close({ grace: 10 });
    expect((await waits)[0]).to.include({ code: 'CANCELLED', phase: 'unsent' });
  });
});

describe('a connection of streams that is old, or has nothing to do', () => {
  const shape = {
    listen: shapes.server(async function* (request) {
      yield request;
    }),
  };

  it('closes when it has had no streams for a while', async () => {
    const server = await kitexStreamServer(shape);
    const client = clientOf(server.address, { connections: { idle: 20 } });
    expect(await all(client.listen({ text: 'a' }))).to.deep.equal(['a']);
    await until(() => server.sockets[0]!.destroyed);
    expect(await all(client.listen({ text: 'b' }))).to.deep.equal(['b']);
    expect(server.sockets).to.have.length(2);
  });

  it('does not while it has one', async () => {
    const { client } = await chatting(
      { talk: (given: AsyncIterable<unknown>) => given },
      { connections: { idle: 1 } },
    );
    let go: () => void = () => {};
    const gate = new Promise<void>(resolve => {
      go = resolve;
    });
    async function* requests() {
      yield { text: 'a' };
      await gate;
      yield { text: 'b' };
    }
    const replies = client.talk(requests());
    await replies.next();
    await new Promise(resolve => setTimeout(resolve, 30));
    go();
    expect(await all(replies)).to.deep.equal(['b']);
  });

  it('takes no more streams when it is old, and ends with its last', async () => {
    const { client, peers } = await mixing({ connections: { maxAge: 1 } });
    const ticks = await streaming(client);
    await new Promise(resolve => setTimeout(resolve, 30));
    const others = await streaming(client);
    expect(peers.size).to.equal(2);
    expect((await ticks.next()).done).to.equal(false);
    await Promise.all([ticks.return(), others.return()]);
  });
});

describe('the state of a channel whose methods stream', () => {
  function watched(client: {
    readonly $channel: { onState(listener: (state: ChannelState) => void): void };
  }) {
    const states: ChannelState[] = [];
    client.$channel.onState(state => states.push(state));
    return states;
  }

  it('is that of its streams, while there are no plain calls', async () => {
    const { client, server } = await mixing();
    const states = watched(client);
    expect(client.$channel.state).to.equal('idle');
    const ticks = await streaming(client);
    expect(client.$channel.state).to.equal('ready');
    await server.close({ grace: 0 });
    expect((await all(ticks)).at(-1)).to.include({ code: 'UNAVAILABLE' });
    expect(client.$channel.state).to.equal('idle');
    expect((await all(client.ticks(1)))[0]).to.include({ code: 'UNAVAILABLE' });
    expect(client.$channel.state).to.equal('failing');
    await client.$close();
    await settle();
    expect(states).to.deep.equal(['connecting', 'ready', 'idle', 'connecting', 'failing', 'closed']);
  });

  it('is waited for without another connection, where plain calls go beside streams', async () => {
    const { client, peers } = await mixing();
    const ticks = await streaming(client);
    await client.$ready();
    await client.add(1, 1);
    await ticks.return();
    expect(peers.size).to.equal(1);
  });

  it('is waited for with another one where they do not', async () => {
    const server = await kitexStreamServer({
      listen: shapes.server(async function* (request) {
        yield request;
      }),
    });
    const client = clientOf(server.address);
    await all(client.listen({ text: 'a' }));
    await client.$ready();
    expect(server.sockets).to.have.length(2);
  });
});
