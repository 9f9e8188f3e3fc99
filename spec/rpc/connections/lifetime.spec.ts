import { expect } from 'chai';
import { type ClientOptions, connect, makeClient } from '../../../src/index.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { headerFrame, medium, pairs, ttFrame } from '../../support/frames.ts';
import { EXCEPTION, framed, hex, i32, message, REPLY, text, texts } from '../../support/hex.ts';
import { closeAll, closing, type FakeServer, fakeServer, settle, until } from '../../support/peers.ts';
import { serialPeer } from '../../support/serial.ts';
import { loaded } from '../../support/services.ts';

const { PingPong } = loaded;

afterEach(closeAll);

describe('the age of a connection', () => {
  it('ends what it is used for; calls under way are answered, new ones have another', async () => {
    const peer = await serialPeer();
    const client = closing(
      makeClient(PingPong, peer.address, { transport: 'framed', connections: { maxAge: 30 } }),
    );
    const call = client.wait('long');
    await until(() => peer.begun[0]?.[0] === 'wait');
    await until(() => client.$channel.state === 'idle');
    expect(await client.ping()).to.equal('ping');
    expect(peer.ended).to.not.include(0);
    expect(peer.begun.slice(0, 2)).to.deep.equal([['wait'], ['ping']]);
    peer.finish(0);
    expect(await call).to.equal('wait');
    await until(() => peer.ended.includes(0) && peer.ended.includes(1));
  });
});

describe('a connection without calls', () => {
  it('is closed after a while, where that is wanted', async () => {
    const peer = await serialPeer();
    const client = closing(
      makeClient(PingPong, peer.address, { transport: 'framed', connections: { idle: 40 } }),
    );
    const call = client.wait('long');
    await until(() => peer.begun[0]?.[0] === 'wait');
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(peer.ended).to.deep.equal([]);
    peer.finish(0);
    await call;
    await until(() => peer.ended.length === 1);
    await until(() => client.$channel.state === 'idle');
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['ping']]);
  });
});

/** A server that answers no call by itself; `answer` gives the bytes by which it does, and what else it has to say. */
async function facing(options: ClientOptions): Promise<{ client: TestClient; peer: FakeServer }> {
  const peer = await fakeServer(socket => {
    socket.on('data', () => {}).on('end', () => socket.end());
  });
  return { peer, client: clientOf(peer, options) };
}

const clientOf = (peer: FakeServer, options: ClientOptions) =>
  closing(makeClient(PingPong, peer.address, options));
type TestClient = ReturnType<typeof clientOf>;

const pong = (seqid: number) => message(REPLY, 'ping', seqid, texts({ 0: 'pong' }));
const goodbye = Buffer.concat([hex('00 00 01 0001'), medium('crrst'), medium('1')]);

describe('a server that says it will close a connection', () => {
  const ways: readonly (readonly [string, ClientOptions, (seqid: number) => Buffer])[] = [
    [
      'with a reply in THeader',
      { transport: 'header' },
      seqid =>
        headerFrame(pong(seqid), { header: Buffer.concat([hex('00 00'), pairs(1, [[':drain', 'true']])]) }),
    ],
    [
      'with a reply in THeader, as fbthrift does',
      { transport: 'header' },
      seqid =>
        headerFrame(pong(seqid), {
          header: Buffer.concat([hex('00 00'), pairs(1, [['connection', 'goaway']])]),
        }),
    ],
    [
      'with a reply in TTHeader',
      { transport: 'ttheader' },
      seqid => ttFrame(pong(seqid), { header: goodbye }),
    ],
    [
      'in a frame of its own, as Kitex does',
      { transport: 'ttheader' },
      seqid => Buffer.concat([ttFrame(hex('00'), { seqid: 0, header: goodbye }), ttFrame(pong(seqid))]),
    ],
  ];
  for (const [how, options, say] of ways) {
    it(`has no more calls there, and its last replies are read (${how})`, async () => {
      const { client, peer } = await facing(options);
      const calls = [client.ping(), client.ping()];
      await until(() => peer.sockets[0]?.bytesRead !== undefined && peer.sockets[0].bytesRead > 0);
      peer.sockets[0]!.write(say(1));
      expect(await calls[0]).to.equal('pong');
      const next = client.ping();
      await until(() => peer.sockets.length === 2);
      const wrap = options.transport === 'header' ? headerFrame : ttFrame;
      peer.sockets[1]!.write(wrap(pong(1)));
      expect(await next).to.equal('pong');
      expect(peer.sockets[0]!.readableEnded).to.equal(false);
      peer.sockets[0]!.write(wrap(pong(2)));
      expect(await calls[1]).to.equal('pong');
      await until(() => peer.sockets[0]!.readableEnded);
      await settle();
      expect(peer.sockets[1]!.readableEnded).to.equal(false);
    });
  }

  it('without headers, by refusing a call that it has not begun: the next call has another connection', async () => {
    const { client, peer } = await facing({});
    const first = rpcError(client.ping());
    await until(() => peer.sockets.length === 1);
    const refusal = Buffer.concat([
      ...[hex('0b 00 01'), text('closing'), hex('08 00 02'), i32(1014)],
      ...[hex('0b 4c 54'), text('{"retryAfter":0}'), hex('00')],
    ]);
    peer.sockets[0]!.write(message(EXCEPTION, 'ping', 1, refusal));
    expect(await first).to.include({ code: 'UNAVAILABLE', message: 'closing', phase: 'answered' });
    const next = client.ping();
    await until(() => peer.sockets.length === 2);
    peer.sockets[1]!.write(pong(1));
    expect(await next).to.equal('pong');
  });

  it('says so only by what means it: other values, and other frames without a message, change nothing', async () => {
    const { client, peer } = await facing({ transport: 'ttheader' });
    const other = Buffer.concat([hex('00 00 01 0001'), medium('crrst'), medium('0')]);
    const call = client.ping();
    await until(() => peer.sockets.length === 1);
    peer.sockets[0]!.write(ttFrame(hex('00'), { seqid: 0, header: other }));
    peer.sockets[0]!.write(ttFrame(hex('00'), { seqid: 0 }));
    peer.sockets[0]!.write(ttFrame(pong(1), { header: other }));
    expect(await call).to.equal('pong');
    expect(client.$channel.state).to.equal('ready');
  });

  it('on an idle connection costs no call', async () => {
    const { client, peer } = await facing({ transport: 'ttheader' });
    await client.$ready();
    await until(() => peer.sockets.length === 1);
    peer.sockets[0]!.write(ttFrame(hex('00'), { seqid: 0, header: goodbye }));
    await until(() => peer.sockets[0]!.readableEnded);
    const next = client.ping();
    await until(() => peer.sockets.length === 2);
    peer.sockets[1]!.write(ttFrame(pong(1)));
    expect(await next).to.equal('pong');
  });
});

describe('a peer that does not send a byte', () => {
  const silent = { transport: 'framed', connections: { max: 1, timeouts: 3 } } as const;

  const expire = async (client: TestClient, count: number) => {
    for (let i = 0; i < count; i++)
      expect(await rpcError(client.ping({ timeout: 5 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  };

  it('is taken for dead after some timeouts: the next call connects again', async () => {
    const { client, peer } = await facing(silent);
    await expire(client, 2);
    const last = expire(client, 1);
    const later = rpcError(client.login('a', 'b', { timeout: Number.POSITIVE_INFINITY }));
    await last;
    const error = await later;
    expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect(error.message).to.include(
      'broke (3 calls timed out, one after the other, without a byte received) before the reply came',
    );
    const next = rpcError(client.ping({ timeout: 1000 }));
    await until(() => peer.sockets.length === 2);
    peer.sockets[1]!.destroy();
    await next;
  });

  it('is so whatever else waits, when it has answered out of order before', async () => {
    const { client, peer } = await facing(silent);
    const calls = [client.ping(), client.ping()];
    await until(() => peer.sockets[0]?.bytesRead !== undefined && peer.sockets[0].bytesRead > 0);
    peer.sockets[0]!.write(Buffer.concat([framed(pong(2)), framed(pong(1))]));
    await Promise.all(calls);
    const patient = rpcError(client.login('a', 'b', { timeout: Number.POSITIVE_INFINITY }));
    await expire(client, 3);
    expect(await patient).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
  });

  it('is not by calls that time out together', async () => {
    const { client, peer } = await facing(silent);
    const together = Array.from({ length: 20 }, () => expire(client, 1));
    const later = client.ping();
    await Promise.all(together);
    peer.sockets[0]!.write(framed(pong(21)));
    expect(await later).to.equal('pong');
    expect(peer.sockets).to.have.length(1);
  });

  it('is not, while it may be at an earlier call than those that timed out', async () => {
    const peer = await serialPeer();
    const client = closing(makeClient(PingPong, peer.address, silent));
    const patient = client.wait('long', { timeout: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 5; i++) await rpcError(client.ping({ timeout: 5 }));
    peer.finish(0);
    expect(await patient).to.equal('wait');
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.have.length(1);
  });

  it('is not, when it sends one between them', async () => {
    const peer = await serialPeer();
    const client = closing(makeClient(PingPong, peer.address, silent));
    await client.$ready();
    for (let i = 0; i < 3; i++) {
      const given = [rpcError(client.wait('slow', { timeout: 50 })), rpcError(client.ping({ timeout: 50 }))];
      await Promise.all(given);
      peer.finish(0);
      expect(await client.ping()).to.equal('ping');
    }
    expect(peer.begun).to.have.length(1);
  });
});

describe('the options of connections', () => {
  const target = { host: '127.0.0.1', port: 1 };

  for (const [options, told] of [
    [{ connections: { max: 0 } }, 'connections.max: expected a whole number above 0, or Infinity, got 0'],
    [{ connections: { inFlight: 1.5 } }, 'connections.inFlight: expected a whole number above 0'],
    [
      { connections: { timeouts: '3' } },
      "connections.timeouts: expected a whole number above 0, or Infinity, got '3'",
    ],
    [{ connections: { maxAge: Number.NaN } }, 'connections.maxAge: expected ms as a number, got NaN'],
    [{ connections: { idle: -1 } }, 'connections.idle: expected ms above 0, got -1'],
    [{ connections: { maximum: 1 } }, 'connections: there is no option "maximum"'],
    [{ connections: 4 }, 'connections: expected an object of options'],
    [{ reconnect: { initial: 0 } }, 'reconnect.initial: expected ms above 0, got 0'],
    [{ reconnect: { max: Number.POSITIVE_INFINITY } }, 'reconnect.max: expected ms that come to an end'],
    [{ reconnect: { delay: 1 } }, 'reconnect: there is no option "delay"'],
  ] as const) {
    it(`are refused where they make no sense: ${told}`, () => {
      expect(() => connect(target, options as object)).to.throw(TypeError, told);
    });
  }

  it('are not for HTTP, but for WebSockets', async () => {
    for (const name of ['connections', 'reconnect'] as const)
      expect(() => connect('http://127.0.0.1:1/', { [name]: {} })).to.throw(
        TypeError,
        `${name}: over http:// try { http: { agent } }`,
      );
    const client = makeClient(PingPong, 'ws://127.0.0.1:1/', { connections: { max: 2 }, reconnect: {} });
    expect(await rejection(closing(client).ping())).to.include({ code: 'UNAVAILABLE' });
  });
});
