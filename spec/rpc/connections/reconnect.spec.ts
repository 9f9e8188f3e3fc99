import { Duplex } from 'node:stream';
import { expect } from 'chai';
import { type ChannelState, connect, makeClient } from '../../../src/index.ts';
import { defaultLimits } from '../../../src/limits.ts';
import { Attempts } from '../../../src/rpc/channels/attempts.ts';
import type { Dial } from '../../../src/rpc/channels/link.ts';
import { defaultPool } from '../../../src/rpc/channels/pool.ts';
import { ReconnectingChannel } from '../../../src/rpc/channels/reconnecting.ts';
import { dialects } from '../../../src/rpc/dialect.ts';
import { noHeaders } from '../../../src/transport/envelope.ts';
import { transports } from '../../../src/transport/transports.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, fakeServer, settle, until } from '../../support/peers.ts';
import { serialPeer } from '../../support/serial.ts';
import { loaded } from '../../support/services.ts';

const { PingPong } = loaded;
/** Longer than any test. */
const LONG = 60_000;

afterEach(closeAll);

const settings = {
  dialect: dialects.binary,
  transport: transports.framed,
  headers: () => noHeaders,
  zlib: false,
  limits: defaultLimits,
};

/** A port on which nothing listens. */
async function deadPort(): Promise<number> {
  const peer = await fakeServer(() => {});
  await peer.close();
  return peer.address.port;
}

/** Attempts to connect, each of which does what the test says. */
function dialing(attempt: (stream: Duplex, open: () => void) => void): { dial: Dial; attempts: Duplex[] } {
  const attempts: Duplex[] = [];
  const dial: Dial = owner => {
    let failure: Error | undefined;
    const stream: Duplex = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
      .on('error', error => {
        failure = error;
      })
      .on('close', () => owner.closed(failure));
    attempts.push(stream);
    setImmediate(() => attempt(stream, () => owner.opened(stream)));
    return { stream, ref() {}, unref() {} };
  };
  return { dial, attempts };
}

describe('the pauses between attempts to connect', () => {
  it('double up to a bound, are a little random, and begin anew after a success', () => {
    let [now, random] = [1000, 0];
    const attempts = new Attempts(
      { initial: 20, max: 100, multiplier: 2, jitter: 0.2 },
      () => random,
      () => now,
    );
    const pauses = (count: number) =>
      Array.from({ length: count }, () => {
        attempts.failed();
        return attempts.pause;
      });
    expect(attempts).to.include({ pause: 0, isFailing: false });
    expect(pauses(5)).to.deep.equal([20, 40, 80, 100, 100]);
    random = 1;
    expect(pauses(2000)).to.deep.equal(new Array(2000).fill(80));
    now += 80;
    expect(attempts).to.include({ pause: 0, isFailing: true });
    attempts.succeeded();
    random = 0;
    expect(attempts).to.include({ pause: 0, isFailing: false });
    expect(pauses(1)).to.deep.equal([20]);
  });
});

describe('a peer that cannot be connected to', () => {
  it('is tried as often as the pauses let it, however many calls there are', async () => {
    const { dial, attempts } = dialing(stream => stream.destroy(new Error('no')));
    const channel = closing(
      new ReconnectingChannel('peer', dial, settings, {
        ...defaultPool,
        backoff: { ...defaultPool.backoff, initial: 20, max: 20 },
      }),
    );
    const client = makeClient(PingPong, channel);
    const begin = performance.now();
    const calls: Promise<unknown>[] = [];
    while (performance.now() - begin < 200) {
      calls.push(rpcError(client.ping()));
      await new Promise(resolve => setImmediate(resolve));
    }
    for (const error of await Promise.all(calls)) {
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
      expect((error as Error).message).to.equal('PingPong.ping: cannot connect to peer: no');
    }
    // A timer may be early by a fraction of a ms, the first attempt comes at once, and one is under way at the end.
    expect(attempts.length).to.be.within(2, 2 + (performance.now() - begin) / 15);
    expect(calls.length).to.be.greaterThan(attempts.length);
  });

  it('gets the calls of a pause when it has come back', async () => {
    const port = await deadPort();
    const client = closing(
      makeClient(PingPong, { host: '127.0.0.1', port }, { transport: 'framed', reconnect: { initial: 100 } }),
    );
    const first = await rpcError(client.ping());
    expect(first).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    const waiting = [client.ping(), client.login('a', 'b'), client.$ready()];
    const peer = await serialPeer(port);
    expect(await Promise.all(waiting)).to.deep.equal(['ping', 'login', undefined]);
    expect(peer.begun).to.deep.equal([['ping', 'login']]);
  });

  it('fails the calls of a pause with the next attempt, and says why', async () => {
    const client = closing(
      makeClient(PingPong, { host: '127.0.0.1', port: await deadPort() }, { reconnect: { initial: 10 } }),
    );
    await rpcError(client.ping());
    for (const error of await Promise.all([rpcError(client.ping()), rpcError(client.$ready())])) {
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
      expect(error.message).to.match(/cannot connect to 127.*: nothing listens there.*\(ECONNREFUSED\)$/);
    }
  });

  it('lets no call of a pause wait beyond its own time, or the end of the client', async () => {
    const client = closing(
      makeClient(
        PingPong,
        { host: '127.0.0.1', port: await deadPort() },
        { reconnect: { initial: LONG, max: LONG } },
      ),
    );
    await rpcError(client.ping());
    const late = await rpcError(client.ping({ timeout: 10 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent' });
    expect(late.message).to.match(
      /^PingPong\.ping: no connection to 127[.:\d]+ within 10 ms: cannot connect to 127.*ECONNREFUSED/,
    );
    const cancelled = rpcError(client.ping({ signal: AbortSignal.timeout(5) }));
    expect(await cancelled).to.include({ code: 'CANCELLED', phase: 'unsent' });
    expect(await rpcError(client.$ready(10))).to.include({ code: 'DEADLINE_EXCEEDED' });
    const [call, ready] = [rpcError(client.ping()), rpcError(client.$ready())];
    await client.close({ grace: 10 });
    expect(await call).to.include({ code: 'CANCELLED', phase: 'unsent' });
    expect(await ready).to.include({ code: 'UNAVAILABLE' });
    expect(process.getActiveResourcesInfo().filter(name => name === 'Timeout').length).to.be.lessThan(2);
  });

  it('is tried at once after a connection that was good', async () => {
    const peer = await serialPeer();
    const client = closing(
      makeClient(PingPong, peer.address, {
        transport: 'framed',
        reconnect: { initial: LONG, max: LONG },
      }),
    );
    for (let i = 0; i < 3; i++) {
      expect(await client.ping()).to.equal('ping');
      peer.hangUp(i);
      await until(() => client.$channel.state === 'idle');
    }
    expect(await client.ping()).to.equal('ping');
    await peer.refuse();
    peer.hangUp(3);
    await until(() => client.$channel.state === 'idle');
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    expect(await rpcError(client.ping({ timeout: 10 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  it('is not tried at once when it takes connections only to close them', async () => {
    const peer = await fakeServer(socket => socket.once('data', () => socket.destroy()));
    const client = closing(makeClient(PingPong, peer.address, { reconnect: { initial: LONG, max: LONG } }));
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect(client.$channel.state).to.equal('failing');
    expect(await rpcError(client.ping({ timeout: 10 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(peer.sockets).to.have.length(1);
  });
});

describe('how far a call came', () => {
  it('is known when its connection breaks before it was sent', async () => {
    const { dial, attempts } = dialing((_stream, open) => open());
    const channel = closing(new ReconnectingChannel('peer', dial, settings));
    const client = makeClient(PingPong, channel);
    await client.$ready();
    const sent = [rpcError(client.ping()), rpcError(client.ping())];
    await settle();
    const unsent = [rpcError(client.ping()), rpcError(client.note('x'))];
    attempts[0]!.destroy(new Error('cut'));
    for (const error of await Promise.all(sent)) {
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
      expect(error.message).to.include('the connection to peer broke (cut) before the reply came');
    }
    for (const error of await Promise.all(unsent)) {
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
      expect(error.message).to.match(/the connection to peer broke \(cut\) before the call was sent$/);
    }
  });
});

describe('the state of a channel', () => {
  it('follows its connections, and is told', async () => {
    const port = await deadPort();
    const channel = connect(
      { host: '127.0.0.1', port },
      { transport: 'framed', reconnect: { initial: 1, max: 1 } },
    );
    const told: ChannelState[] = [];
    const stop = channel.onState(state => told.push(state));
    const client = makeClient(PingPong, closing(channel));
    expect(channel.state).to.equal('idle');
    const failed = rpcError(client.ping());
    expect(channel.state).to.equal('connecting');
    await failed;
    expect(channel.state).to.equal('failing');
    const peer = await serialPeer(port);
    await client.ping();
    expect(channel.state).to.equal('ready');
    peer.hangUp(0);
    await until(() => channel.state === 'idle');
    await channel.ready();
    await channel.close();
    expect(channel.state).to.equal('closed');
    await settle();
    const expected = ['connecting', 'failing', 'ready', 'idle', 'connecting', 'ready', 'closed'];
    expect(told).to.deep.equal(expected);
    stop();
    expect(() => channel.onState('ready' as never)).to.throw(TypeError, 'onState: expected a function');
  });

  it('is that of the best of several servers', async () => {
    const peers = [await serialPeer(), await serialPeer()] as const;
    const channel = closing(
      connect(
        peers.map(({ address }) => address),
        { transport: 'framed', balance: 'round-robin' },
      ),
    );
    const told: ChannelState[] = [];
    channel.onState(state => told.push(state));
    expect(channel.state).to.equal('idle');
    const client = makeClient(PingPong, channel);
    for (let i = 0; i < 4; i++) await client.ping();
    await until(() => peers.every(({ begun }) => begun.length === 1));
    expect(channel.state).to.equal('ready');
    peers[0].hangUp(0);
    await until(() => peers[0].ended.length === 1);
    await settle();
    expect(channel.state).to.equal('ready');
    peers[1].hangUp(0);
    await until(() => told.at(-1) === 'idle');
    for (const peer of peers) await peer.refuse();
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
    expect(channel.state).to.equal('failing');
    await channel.close();
    await settle();
    expect(told.filter((state, i) => state !== told[i - 1])).to.deep.equal(told);
    expect(told.slice(0, 3)).to.deep.equal(['connecting', 'ready', 'idle']);
    expect(told.at(-1)).to.equal('closed');
  });

  it('is told to nobody who has stopped to listen', async () => {
    const peer = await serialPeer();
    const channel = closing(connect(peer.address, { transport: 'framed' }));
    const told: ChannelState[] = [];
    const listener = (state: ChannelState) => told.push(state);
    const [stop, stopOther] = [channel.onState(listener), channel.onState(listener)];
    stop();
    await channel.ready();
    await settle();
    expect(told).to.deep.equal(['connecting', 'ready']);
    stopOther();
    await channel.close();
    await settle();
    expect(told).to.deep.equal(['connecting', 'ready']);
  });
});
