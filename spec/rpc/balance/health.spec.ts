import { expect } from 'chai';
import { connect, RpcError } from '../../../src/index.ts';
import { BalancedChannel } from '../../../src/rpc/balance/channel.ts';
import { dialects } from '../../../src/rpc/dialect.ts';
import { callOf } from '../../support/calls.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { closeAll, settle, until } from '../../support/peers.ts';
import { loaded } from '../../support/services.ts';
import { addressesOf, clientOf, replica, replicas, tally, toldResolver, warmUp } from './servers.ts';

afterEach(closeAll);

/** A server that fails all calls while it is told to. */
async function faulty(name: string, code: 'INTERNAL' | 'UNAVAILABLE' | 'NOT_FOUND' = 'INTERNAL') {
  const state = { fails: true };
  const ping = () => {
    if (state.fails) throw new RpcError(code, `${name} fails`);
    return name;
  };
  return { ...(await replica(name, { ping })), state };
}

describe('a server that answers badly', () => {
  for (const code of ['INTERNAL', 'UNAVAILABLE'] as const) {
    it(`is passed over for a while (${code}), and called again afterwards`, async () => {
      const bad = await faulty('bad', code);
      const good = await replicas(2);
      const outlier = { ejection: 20, consecutive: 3 };
      const client = clientOf([bad.address, ...addressesOf(good)], {
        balance: { policy: 'round-robin', outlier },
      });
      let failed = 0;
      while (failed < 3) await client.ping().catch(() => failed++);
      expect(Object.keys(await tally(client, 10)).sort()).to.deep.equal(['a', 'b']);
      bad.state.fails = false;
      await warmUp(client, [bad]);
    });
  }

  it('is called on when it says no more than what a call asked for', async () => {
    const { address } = await faulty('bad', 'NOT_FOUND');
    const good = await replica('good');
    const client = clientOf([address, good.address], { balance: 'round-robin' });
    for (let i = 0; i < 4; i++) await client.ping().catch(() => {});
    let failed = 0;
    for (let i = 0; i < 30; i++) await client.ping().catch(() => failed++);
    expect(failed).to.be.within(13, 17);
    for (let i = 0; i < 20; i++) expect(await rejection(client.find(-1))).to.be.instanceOf(loaded.NotFound);
    for (let i = 0; i < 20; i++)
      expect(await rejection(client.count('x' as unknown as number))).to.include({ name: 'ValueError' });
  });

  it('is called on when it was lost once, and is back, however many calls were lost with it', async () => {
    const servers = await replicas(3);
    const client = clientOf(addressesOf(servers), { balance: 'round-robin' });
    await warmUp(client, servers);
    let lost = 0;
    const calls = Array.from({ length: 60 }, (_, i) => client.wait(`call ${i}`).catch(() => lost++));
    const [first] = servers;
    await until(() => first!.running.length >= 15);
    await first!.server.close({ grace: 0 });
    await until(() => lost >= 15);
    await replica('a', {}, first!.address);
    await warmUp(client, servers);
    for (const { running, finish } of servers) for (const name of [...running]) finish(name);
    await Promise.all(calls);
  });

  it('is called on when it is the only one, or when half of them are passed over already', async () => {
    const bad = await Promise.all([faulty('x'), faulty('y'), faulty('z')]);
    const alone = clientOf([bad[0]!.address]);
    for (let i = 0; i < 10; i++) await rpcError(alone.ping());
    const good = await replica('good');
    const client = clientOf([...addressesOf(bad), good.address], { balance: 'round-robin' });
    await warmUp(client, [good]).catch(() => {});
    let failed = 0;
    for (let i = 0; i < 60; i++) await client.ping().catch(() => failed++);
    failed = 0;
    for (let i = 0; i < 20; i++) await client.ping().catch(() => failed++);
    expect(failed, 'one bad server and a good one are left').to.be.within(8, 12);
  });

  it('is called on where that is asked for', async () => {
    const bad = await faulty('bad');
    const good = await replica('good');
    const balance = { policy: 'round-robin', outlier: false } as const;
    const client = clientOf([bad.address, good.address], { balance });
    let failed = 0;
    for (let i = 0; i < 40; i++) await client.ping().catch(() => failed++);
    expect(failed).to.be.within(15, 25);
  });
});

describe('a call says where it goes', () => {
  /** A channel that a test gives its own calls. */
  async function channelTo(count: number, pending = 1000) {
    const servers = await replicas(count);
    const resolver = toldResolver();
    const channel = new BalancedChannel(resolver, {
      policy: 'consistent-hash',
      open: ({ address }) => connect(address),
      connectTimeout: 5000,
      backoff: { initial: 100, max: 10_000, multiplier: 2, jitter: 0.5 },
      outlier: undefined,
      random: Math.random,
      dialect: dialects.binary,
      hasHeaders: false,
      carriesStreams: false,
      prefersStreams: false,
      pending,
    });
    const ask = (routing: object, timeout?: number) => {
      const { call, result } = callOf('ping', [], timeout, routing);
      channel.start(call);
      return result;
    };
    return { servers, resolver, channel, ask };
  }

  it('by a key: calls with the same one go to the same server, until that cannot be reached', async () => {
    const { servers, resolver, channel, ask } = await channelTo(3);
    const keys = Array.from({ length: 60 }, (_, i) => `key ${i}`);
    const first = keys.map(hashKey => ask({ hashKey }));
    resolver.update(...addressesOf(servers));
    const owners = await Promise.all(first);
    expect(new Set(owners)).to.deep.equal(new Set(['a', 'b', 'c']));
    expect(await Promise.all(keys.map(hashKey => ask({ hashKey })))).to.deep.equal(owners);
    await servers[1]!.server.close();
    await settle();
    const after = await Promise.all(keys.map(hashKey => ask({ hashKey })));
    for (const [i, owner] of owners.entries()) {
      if (owner === 'b') expect(after[i]).to.not.equal('b');
      else expect(after[i]).to.equal(owner);
    }
    await channel.close();
  });

  it('by an address: to that server, or nowhere', async () => {
    const { servers, resolver, channel, ask } = await channelTo(3);
    const early = ask({ backend: servers[2]!.address });
    resolver.update(...addressesOf(servers));
    expect(await early).to.equal('c');
    for (const { name, address } of servers) {
      expect(await ask({ backend: address })).to.equal(name);
      expect(await ask({ backend: `${address.host}:${address.port}` })).to.equal(name);
    }
    const error = await rpcError(ask({ backend: 'elsewhere:1' }));
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.match(
      /^PingPong\.ping: backend: elsewhere:1 is none of the servers of told:orders; there are 127\.\S+, 127\.\S+, 127\.\S+$/,
    );
    await servers[0]!.server.close();
    await settle();
    expect((await rpcError(ask({ backend: servers[0]!.address }))).message).to.include('cannot connect to');
    await channel.close();
  });

  it('and waits for a server together with no more calls than may wait', async () => {
    const { servers, resolver, channel, ask } = await channelTo(1, 3);
    const waiting = [ask({}), ask({}), ask({}, 5)];
    expect(await rpcError(ask({}))).to.include({
      code: 'RESOURCE_EXHAUSTED',
      message: 'PingPong.ping: 3 calls wait for a server (limits.pending); nothing was sent to told:orders',
    });
    expect(await rpcError(waiting[2]!)).to.include({ code: 'DEADLINE_EXCEEDED' });
    const next = ask({});
    resolver.update(...addressesOf(servers));
    expect(await Promise.all([waiting[0], waiting[1], next])).to.deep.equal(['a', 'a', 'a']);
    await channel.close();
  });
});
