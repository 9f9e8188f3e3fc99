import { expect } from 'chai';
import { type ClientOptions, makeClient, makeServer } from '../../../src/index.ts';
import { defaultLimits } from '../../../src/limits.ts';
import { socketDial } from '../../../src/rpc/channels/dial.ts';
import { defaultPool } from '../../../src/rpc/channels/pool.ts';
import { ReconnectingChannel } from '../../../src/rpc/channels/reconnecting.ts';
import { dialects } from '../../../src/rpc/dialect.ts';
import { noHeaders } from '../../../src/transport/envelope.ts';
import { transports } from '../../../src/transport/transports.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, settle, until } from '../../support/peers.ts';
import { type SerialPeer, serialPeer } from '../../support/serial.ts';
import { loaded, waitingHandler } from '../../support/services.ts';

const { PingPong } = loaded;

afterEach(closeAll);

const clientOf = (peer: SerialPeer, options: ClientOptions = {}) =>
  closing(makeClient(PingPong, peer.address, { transport: 'framed', ...options }));

type TestClient = ReturnType<typeof clientOf>;

const expire = async (client: TestClient, timeout = 20) =>
  expect(await rpcError(client.wait('slow', { timeout }))).to.include({ code: 'DEADLINE_EXCEEDED' });

describe('a server that works through a connection in order', () => {
  it('needs no more than one, while no call is given up', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer);
    const slow = client.wait('slow');
    const others = Array.from({ length: 20 }, () => client.ping());
    await until(() => peer.begun.length === 1 && peer.mostInFlight === 21);
    peer.finish(0);
    expect(new Set(await Promise.all([slow, ...others]))).to.deep.equal(new Set(['wait', 'ping']));
    expect(peer.begun).to.have.length(1);
  });

  for (const [what, giveUp] of [
    ['timed out', expire],
    [
      'was cancelled',
      async (client: TestClient, peer: SerialPeer) => {
        const controller = new AbortController();
        const call = rpcError(client.wait('slow', { signal: controller.signal }));
        await until(() => peer.begun[0]?.[0] === 'wait');
        controller.abort();
        expect(await call).to.include({ code: 'CANCELLED', phase: 'sent' });
      },
    ],
  ] as const) {
    it(`blocks no call behind one that ${what}`, async () => {
      const peer = await serialPeer();
      const client = clientOf(peer);
      if (giveUp === expire) await expire(client);
      else await giveUp(client, peer as never);
      expect(await client.ping()).to.equal('ping');
      expect(await client.ping()).to.equal('ping');
      expect(peer.begun).to.deep.equal([['wait'], ['ping', 'ping']]);
    });
  }

  it('is called on the first connection again when it has answered the late call', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer);
    await expire(client);
    await client.ping();
    peer.finish(0);
    while (!peer.begun[0]!.includes('ping')) await client.ping();
    expect(peer.begun).to.have.length(2);
    expect(peer.ended).to.deep.equal([]);
  });

  it('answers what waits behind the call yet, while new calls go elsewhere', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer);
    const [given, patient] = [expire(client), client.login('a', 'b')];
    await given;
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['ping']]);
    peer.finish(0);
    expect(await patient).to.equal('login');
  });

  it('has no more connections than it may: those that nobody waits for make room', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, { connections: { max: 2 } });
    for (let i = 0; i < 4; i++) await expire(client);
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['wait'], ['wait'], ['wait'], ['ping']]);
    await until(() => peer.ended.length === 3);
    expect([...peer.ended].sort()).to.deep.equal([0, 1, 2]);
  });

  it('has its calls where the fewest wait, when all connections are blocked', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, { connections: { max: 2 } });
    const first = [expire(client), client.login('a', 'b'), client.login('c', 'd')] as const;
    await first[0];
    const second = [expire(client), client.login('e', 'f')] as const;
    await second[0];
    const call = client.ping();
    await until(() => peer.begun.length === 2);
    peer.finish(1);
    expect(await call).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['wait', 'login', 'ping']]);
    peer.finish(0);
    await Promise.all([...first, ...second]);
  });

  it('has one connection and keeps it, where only one is allowed', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, { connections: { max: 1 } });
    await expire(client);
    const call = client.ping();
    await settle();
    peer.finish(0);
    expect(await call).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait', 'ping']]);
    expect(peer.ended).to.deep.equal([]);
  });

  it('loses a connection on which nobody waits any more, after some patience', async () => {
    const peer = await serialPeer();
    const channel = new ReconnectingChannel(
      'peer',
      socketDial(peer.address),
      {
        dialect: dialects.binary,
        transport: transports.framed,
        headers: () => noHeaders,
        zlib: false,
        limits: defaultLimits,
      },
      { ...defaultPool, patience: 10 },
    );
    const client = makeClient(PingPong, closing(channel));
    await expire(client as TestClient);
    await until(() => peer.ended.length === 1);
    expect(channel.state).to.equal('idle');
    expect(await client.ping()).to.equal('ping');
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['ping', 'ping']]);
  });

  it('gets the calls of a connection that could not be made on the one there is', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer);
    await expire(client);
    await peer.refuse();
    const calls = [client.ping(), client.login('a', 'b')];
    await until(() => peer.mostInFlight === 3);
    peer.finish(0);
    expect(await Promise.all(calls)).to.deep.equal(['ping', 'login']);
    expect(peer.begun).to.deep.equal([['wait', 'ping', 'login']]);
  });
});

describe('a server that answers out of order', () => {
  const serve = async () => {
    const peers = new Set<string>();
    const waiting = waitingHandler({
      ping(context) {
        peers.add(context!.peer);
        return 'pong';
      },
    });
    const address = await closing(makeServer(PingPong, waiting.handler)).listen({ port: 0 });
    return { ...waiting, peers, client: closing(makeClient(PingPong, address)) };
  };

  it('needs one connection, however many calls are given up, once it has shown it', async () => {
    const { client, peers, running, finish } = await serve();
    const slow = client.wait('first');
    await until(() => running.length === 1);
    await client.ping();
    finish('first');
    await slow;
    for (let i = 0; i < 5; i++) {
      await rpcError(client.wait(`slow${i}`, { timeout: 5 }));
      await client.ping();
    }
    expect(peers.size).to.equal(1);
  });

  it('needs one connection when it has answered later calls before the one was given up', async () => {
    const { client, peers, running } = await serve();
    const controller = new AbortController();
    const slow = rpcError(client.wait('slow', { signal: controller.signal }));
    await until(() => running.length === 1);
    await client.ping();
    controller.abort();
    await slow;
    await client.ping();
    expect(peers.size).to.equal(1);
  });
});
