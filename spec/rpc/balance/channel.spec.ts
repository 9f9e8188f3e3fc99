import { expect } from 'chai';
import { connect, makeClient, saslPlain, saslPlainServer } from '../../../src/index.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, fakeServer, settle, until } from '../../support/peers.ts';
import { loaded } from '../../support/services.ts';
import {
  addressesOf,
  clientOf,
  deadAddress,
  replica,
  replicas,
  tally,
  toldResolver,
  warmUp,
} from './servers.ts';

afterEach(closeAll);

const text = ({ host, port }: { host: string; port: number }) => `${host}:${port}`;

describe('calls to several servers', () => {
  it('are shared out evenly by round-robin', async () => {
    const servers = await replicas(3);
    const client = clientOf(addressesOf(servers), { balance: 'round-robin' });
    await warmUp(client, servers);
    expect(await tally(client, 30)).to.deep.equal({ a: 10, b: 10, c: 10 });
  });

  it('are shared out by weight', async () => {
    const servers = await replicas(3);
    const weights = [5, 1, 2];
    const list = servers.map(({ address }, i) => ({ address, weight: weights[i]! }));
    const client = clientOf(list, { balance: 'round-robin' });
    await warmUp(client, servers);
    const counts = await tally(client, 80);
    // They begin anywhere in the cycle.
    for (const [name, share] of Object.entries({ a: 50, b: 10, c: 20 }))
      expect(counts[name]).to.be.within(share - 1, share + 1);
  });

  it('avoid a server that is slow, by default', async () => {
    const servers = await replicas(3);
    const client = clientOf(addressesOf(servers));
    await warmUp(client, servers);
    const calls = Array.from({ length: 10 }, (_, i) => client.wait(String(i)));
    await until(() => servers.reduce((sum, { running }) => sum + running.length, 0) === 10);
    const [slow, ...others] = [...servers].sort((x, y) => y.running.length - x.running.length);
    for (const { running, finish } of others) for (const name of [...running]) finish(name);
    await until(() => others.every(({ running }) => running.length === 0));
    await settle();
    const counts = await tally(client, 50);
    expect(Object.keys(counts)).not.to.include(slow!.name);
    for (const name of [...slow!.running]) slow!.finish(name);
    await Promise.all(calls);
    await warmUp(client, servers);
  });

  it('all go to the first server with pick-first, and to the next when that is lost', async () => {
    const servers = await replicas(3);
    const client = clientOf(addressesOf(servers), { balance: 'pick-first' });
    expect(await tally(client, 10)).to.deep.equal({ a: 10 });
    await servers[0]!.server.close();
    await settle();
    expect(await tally(client, 10)).to.deep.equal({ b: 10 });
  });

  it('never go to a server that nobody is at', async () => {
    const servers = await replicas(2);
    const dead = await deadAddress();
    for (const balance of ['pick-first', 'round-robin', 'least-pending', 'consistent-hash']) {
      const client = clientOf([dead, ...addressesOf(servers)], { balance });
      const answers = await Promise.all(Array.from({ length: 40 }, () => client.ping()));
      expect(answers).to.have.length(40);
      await tally(client, 40);
    }
  });

  it('leave a server alone that has gone, and find it again when it is back', async () => {
    const servers = await replicas(3);
    const client = clientOf(addressesOf(servers), { balance: 'round-robin' });
    await warmUp(client, servers);
    const [first] = servers;
    await first!.server.close();
    await settle();
    expect(Object.keys(await tally(client, 30)).sort()).to.deep.equal(['b', 'c']);
    await replica('a', {}, first!.address);
    await warmUp(client, servers);
  });

  it('fail when no server can be reached, and say so; and work when one is back', async () => {
    const dead = [await deadAddress(), await deadAddress()];
    const client = clientOf(dead, { balance: 'round-robin' });
    for (let i = 0; i < 5; i++) {
      const error = await rpcError(client.ping());
      expect(error).to.include({ code: 'UNAVAILABLE', method: 'PingPong.ping' });
      expect(error.message).to.match(
        /^PingPong\.ping: none of the 2 servers of 127\S+, 127\S+ can be reached; the last: cannot connect to 127\.\S+: nothing listens there: is the server running\? \(ECONNREFUSED\)$/,
      );
      expect(dead.map(text)).to.include(error.peer);
      expect(error.stack).to.include('channel.spec.ts');
    }
    expect(await rpcError(client.$ready())).to.include({ code: 'UNAVAILABLE' });
    await replica('back', {}, dead[1]!);
    let answer: unknown;
    while (answer !== 'back') answer = await client.ping().catch(() => settle());
  });

  it('go to servers of a lesser priority only when those before them cannot be reached', async () => {
    const servers = await replicas(3);
    const list = servers.map(({ address }, i) => ({ address, priority: i === 0 ? 1 : 2 }));
    const client = clientOf(list, { balance: 'round-robin' });
    expect(await tally(client, 5)).to.deep.equal({ a: 5 });
    await servers[0]!.server.close();
    await settle();
    expect(Object.keys(await tally(client, 30)).sort()).to.deep.equal(['b', 'c']);
    await replica('a', {}, servers[0]!.address);
    await warmUp(client, [servers[0]!]);
    expect(await tally(client, 5)).to.deep.equal({ a: 5 });
  });

  it('do not wait for a server that takes long to connect, while there are others', async () => {
    const { address } = await replica('a', {}, {}, { sasl: { mechanisms: [saslPlainServer(() => true)] } });
    // It never answers the negotiation, and so is connecting for ever.
    const silent = await fakeServer(() => {});
    for (const balance of ['pick-first', 'round-robin', 'least-pending']) {
      const sasl = saslPlain('user', 'password');
      const client = clientOf([silent.address, address], {
        sasl,
        balance: { policy: balance, connectTimeout: 60_000 },
      });
      expect(await tally(client, 20)).to.deep.equal({ a: 20 });
    }
  });

  it('learn that connecting took too long', async () => {
    const silent = await fakeServer(() => {});
    const sasl = saslPlain('user', 'password');
    const client = clientOf([silent.address], { sasl, balance: { connectTimeout: 30 } });
    const error = await rpcError(client.ping());
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.match(/^PingPong\.ping: no connection to 127\.\S+ within 30 ms$/);
  });

  it('may be of several kinds: sockets, HTTP and WebSocket', async () => {
    const servers = await replicas(3);
    const [a, b, c] = addressesOf(servers);
    const client = clientOf([text(a!), `http://${text(b!)}/`, `ws://${text(c!)}/`], {
      balance: 'round-robin',
    });
    await warmUp(client, servers);
    expect(await tally(client, 9)).to.deep.equal({ a: 3, b: 3, c: 3 });
  });
});

describe('a resolver', () => {
  it('is waited for by calls, which are answered when it has', async () => {
    const resolver = toldResolver();
    const client = clientOf(resolver);
    expect(resolver.isWatched).to.equal(false);
    const calls = [client.ping(), client.ping()];
    const ready = client.$ready();
    expect(resolver.isWatched).to.equal(true);
    const { address } = await replica('a');
    resolver.update(address);
    expect(await Promise.all(calls)).to.deep.equal(['a', 'a']);
    await ready;
  });

  it('is not waited for longer than a call has time', async () => {
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const error = await rpcError(client.ping({ timeout: 5 }));
    expect(error.code).to.equal('DEADLINE_EXCEEDED');
    expect(error.message).to.equal(
      'PingPong.ping: no word of where told:orders is within 5 ms; nothing was sent',
    );
    expect(await rpcError(client.$ready(5))).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(await rpcError(client.ping({ timeout: 0 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  it('that fails before it ever answered fails the calls, until it answers', async () => {
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const call = rpcError(client.ping());
    resolver.fail(new Error('the registry is down'));
    const message = 'PingPong.ping: cannot find the servers of told:orders: the registry is down';
    expect(await call).to.include({ code: 'UNAVAILABLE', message });
    expect(await rpcError(client.ping())).to.include({ message });
    expect(resolver.refreshed).to.be.greaterThan(0);
    resolver.update((await replica('a')).address);
    expect(await client.ping()).to.equal('a');
    resolver.fail(new Error('what was known before still counts'));
    expect(await client.ping()).to.equal('a');
  });

  it('that names no server fails the calls', async () => {
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const call = rpcError(client.ping());
    resolver.update();
    const message = 'PingPong.ping: told:orders names no server at present';
    expect(await call).to.include({ code: 'UNAVAILABLE', message });
    expect(await rpcError(client.ping())).to.include({ message });
  });

  it('that says nonsense has failed: what was known before still counts', async () => {
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const call = rpcError(client.ping());
    resolver.update({ address: 'h:1', weight: Number.NaN });
    expect((await call).message).to.include('h:1: weight: expected a number above 0, got NaN');
    const { address } = await replica('a');
    resolver.update(address);
    resolver.update({ address: 'h:1', weight: 0 });
    expect(await client.ping()).to.equal('a');
    resolver.update('nonsense://', address);
    expect(await tally(client, 20)).to.deep.equal({ a: 20 });
    resolver.update('nonsense://');
    expect((await rpcError(client.ping())).message).to.include('nonsense://: addresses begin with');
  });

  it('that names others moves the calls there; those under way finish where they are', async () => {
    const [a, b] = await replicas(2);
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const slow = client.wait('slow');
    resolver.update(a!.address);
    await until(() => a!.running.length === 1);
    resolver.update(b!.address);
    expect(await tally(client, 10)).to.deep.equal({ b: 10 });
    const draining = a!.server.close();
    a!.finish('slow');
    expect(await slow).to.equal('slow');
    await draining;
    resolver.update(a!.address, b!.address);
    await replica('a', {}, a!.address);
    await warmUp(client, [a!, b!]);
  });

  it('is asked to look again when a server cannot be reached or is lost', async () => {
    const { address, server, running } = await replica('a');
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const slow = rpcError(client.wait('x'));
    resolver.update(address);
    // One that is on its way when the server closes is refused, not lost.
    await until(() => running.length === 1);
    expect(resolver.refreshed).to.equal(0);
    await server.close({ grace: 0 });
    expect(await slow).to.include({ code: 'UNAVAILABLE' });
    expect(resolver.refreshed).to.be.greaterThan(0);
    const before = resolver.refreshed;
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
    expect(resolver.refreshed).to.be.greaterThan(before);
  });
});

describe('a server that says goodbye', () => {
  for (const transport of ['header', 'ttheader'] as const) {
    it(`has the resolver asked again, while it can still be reached: ${transport}`, async () => {
      const [a, b] = await replicas(2);
      const resolver = toldResolver();
      const client = clientOf(resolver, { transport, balance: 'pick-first' });
      resolver.update(a!.address, b!.address);
      const slow = client.wait('x');
      await until(() => a!.running.length === 1);
      expect(await client.ping()).to.equal('a');
      const closed = a!.server.close({ notice: 60_000 });
      expect(await client.ping()).to.equal('a');
      await until(() => resolver.refreshed > 0);
      resolver.update(b!.address);
      expect(await tally(client, 10)).to.deep.equal({ b: 10 });
      a!.finish('x');
      expect(await slow).to.equal('x');
      await Promise.all([closed, a!.server.close()]);
    });
  }
});

describe('a balanced channel that is closed', () => {
  it('lets calls under way finish, and takes no more', async () => {
    const servers = await replicas(2);
    const channel = connect(addressesOf(servers), { balance: 'round-robin' });
    const client = makeClient(loaded.PingPong, channel);
    const calls = [client.wait('1'), client.wait('2')];
    await until(() => servers.reduce((sum, { running }) => sum + running.length, 0) === 2);
    const done = channel.close();
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
    expect(await rpcError(channel.ready())).to.include({ code: 'UNAVAILABLE' });
    for (const { running, finish } of servers) for (const name of [...running]) finish(name);
    expect(await Promise.all(calls)).to.deep.equal(['1', '2']);
    await done;
  });

  it('cuts off those that take too long, those that wait for a server, and those of servers that have left', async () => {
    const [a, b] = await replicas(2);
    const resolver = toldResolver();
    const channel = closing(connect(resolver));
    const client = makeClient(loaded.PingPong, channel);
    const calls = [client.wait('1')];
    resolver.update(a!.address);
    await until(() => a!.running.length === 1);
    resolver.update(b!.address);
    calls.push(client.wait('2'));
    await until(() => b!.running.length === 1);
    const errors = Promise.all(calls.map(rpcError));
    await channel.close({ grace: 0 });
    for (const error of await errors) expect(error).to.include({ code: 'CANCELLED' });

    const unknown = connect(toldResolver());
    const waiting = [rpcError(makeClient(loaded.PingPong, unknown).ping()), rpcError(unknown.ready())];
    await unknown.close({ grace: 0 });
    for (const error of await Promise.all(waiting)) expect(error).to.include({ code: 'CANCELLED' });
  });

  it('waits for calls that wait for a server', async () => {
    const { address } = await replica('a');
    const resolver = toldResolver();
    const client = clientOf(resolver);
    const call = client.ping();
    const done = client.$close();
    resolver.update(address);
    expect(await call).to.equal('a');
    await done;
    expect(resolver.isWatched).to.equal(false);
  });
});
