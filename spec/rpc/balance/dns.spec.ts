import { expect } from 'chai';
import { dnsResolver, type Endpoint } from '../../../src/index.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { closeAll, closing, settle, until } from '../../support/peers.ts';
import { nameServer } from './name-server.ts';
import { clientOf, replica, tally, warmUp } from './servers.ts';

afterEach(closeAll);

/** What a resolver says, until the end of the test. */
function heard(resolver: ReturnType<typeof dnsResolver>) {
  const [updates, failures]: [(readonly Endpoint[])[], Error[]] = [[], []];
  const watch = resolver.watch({
    update: endpoints => updates.push(endpoints),
    failed: error => failures.push(error),
  });
  closing({ close: async () => watch.close() });
  return { updates, failures, watch };
}

const quick = { interval: 5, minInterval: 1 };

describe('dns:///host:port', () => {
  it('names the IP addresses of the host, at that port, and the name to check certificates against', async () => {
    const { zones, options } = await nameServer();
    zones.set('orders.test', { a: ['127.0.0.1', '127.0.0.2'] });
    const resolver = dnsResolver('dns:///orders.test:9000', options);
    expect(resolver.name).to.equal('dns:///orders.test:9000');
    const { updates } = heard(resolver);
    await until(() => updates.length === 1);
    const host = (ip: string) => ({ address: { host: ip, port: 9000 }, serverName: 'orders.test' });
    expect(updates[0]).to.have.deep.members([host('127.0.0.1'), host('127.0.0.2')]);
  });

  it('is looked up by the system, which knows /etc/hosts', async () => {
    const { updates } = heard(dnsResolver('dns:///localhost'));
    await until(() => updates.length === 1);
    const hosts = updates[0]!.map(({ address }) => address);
    expect(hosts).to.deep.include.oneOf([
      { host: '127.0.0.1', port: 9090 },
      { host: '::1', port: 9090 },
    ]);
  });

  it('is looked up again while all is well, and tells only what is new', async () => {
    const { zones, asked, options } = await nameServer();
    zones.set('orders.test', { a: ['127.0.0.1', '127.0.0.2'] });
    const { updates } = heard(dnsResolver('orders.test:1', { ...options, ...quick }));
    await until(() => asked.length > 3);
    zones.set('orders.test', { a: ['127.0.0.2', '127.0.0.1'] });
    const before = asked.length;
    await until(() => asked.length > before + 3);
    expect(updates).to.have.length(1);
    zones.set('orders.test', { a: ['127.0.0.2'] });
    await until(() => updates.length === 2);
    expect(updates[1]).to.have.length(1);
  });

  it('is looked up again on demand, but not more often than allowed', async () => {
    const { zones, asked, options } = await nameServer();
    zones.set('orders.test', { a: ['127.0.0.1'] });
    const { updates, watch } = heard(dnsResolver('orders.test', { ...options, minInterval: 60_000 }));
    const other = heard(dnsResolver('orders.test', { ...options, minInterval: 1 }));
    await until(() => updates.length === 1 && other.updates.length === 1);
    asked.length = 0;
    for (let i = 0; i < 100; i++) watch.refresh();
    // Asked without a pause, too.
    await until(() => {
      other.watch.refresh();
      return asked.length === 2;
    });
    other.watch.close();
  });

  it('that cannot be looked up says why, and is tried again', async () => {
    const { zones, options } = await nameServer();
    const { updates, failures } = heard(dnsResolver('orders.test:1', { ...options, ...quick }));
    await until(() => failures.length > 2);
    expect(failures[0]!.message).to.equal('the name is not known (ENOTFOUND)');
    zones.set('orders.test', { a: ['127.0.0.1'] });
    await until(() => updates.length === 1);
  });

  it('says nothing more when it is closed', async () => {
    let answer: (ips: readonly string[]) => void = () => {};
    const lookup = () =>
      new Promise<readonly string[]>(resolve => {
        answer = resolve;
      });
    const { updates, watch } = heard(dnsResolver('orders.test', { lookup, ...quick }));
    watch.close();
    watch.refresh();
    answer(['127.0.0.1']);
    await new Promise(resolve => setImmediate(resolve));
    expect(updates).to.deep.equal([]);
  });

  it('is refused when it is no such name', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['dns://8.8.8.8/orders:9090', /^dns:\/\/8\.8\.8\.8\/orders:9090: expected 'dns:\/\/\/host:port' or/],
      ['dns:orders', /^dns:orders: expected/],
      ['dns:///', /^dns:\/\/\/: expected/],
      ['dns:///orders:99999', /^port: expected 0 to 65535, got 99999$/],
      ['dns:///_thrift._tcp.orders.test:9090', /the port is in the SRV records; leave it out$/],
    ];
    for (const [target, message] of cases) expect(() => dnsResolver(target)).to.throw(TypeError, message);
    expect(() => dnsResolver('a', { intervall: 1 } as object)).to.throw(TypeError, 'no option "intervall"');
  });
});

describe('dns:///_service._tcp.domain', () => {
  it('names the servers of the SRV records, with their priorities and weights', async () => {
    const { zones, asked, options } = await nameServer();
    const record = { name: 'one.orders.test', port: 9001, priority: 10, weight: 60 };
    zones.set('_thrift._tcp.orders.test', {
      srv: [record, { ...record, name: 'two.orders.test', port: 9002, priority: 20, weight: 0 }],
    });
    const { updates } = heard(dnsResolver('dns:///_thrift._tcp.orders.test', options));
    await until(() => updates.length === 1);
    expect(updates[0]).to.have.deep.members([
      { address: { host: 'one.orders.test', port: 9001 }, priority: 10, weight: 60 },
      { address: { host: 'two.orders.test', port: 9002 }, priority: 20, weight: 0.01 },
    ]);
    expect(asked).to.deep.equal(['SRV _thrift._tcp.orders.test']);
  });

  it('takes all servers for equal when no record has a weight, and "." for none', async () => {
    const record = { port: 9001, priority: 0, weight: 0 };
    for (const [names, weights] of [
      [
        ['a.test', 'b.test'],
        [1, 1],
      ],
      [['.'], []],
      [[''], []],
    ] as const) {
      const resolveSrv = async () => names.map(name => ({ ...record, name }));
      const { updates } = heard(dnsResolver('_thrift._tcp.orders.test', { resolveSrv }));
      await until(() => updates.length === 1);
      expect(updates[0]!.map(({ weight }) => weight)).to.deep.equal(weights);
    }
  });
});

describe('a client of a DNS name', () => {
  it('calls the servers there are, also when there are others', async () => {
    const a = await replica('a');
    const { port } = a.address;
    const b = await replica('b', {}, { host: '127.0.0.2', port });
    const { zones, options } = await nameServer();
    const client = clientOf(dnsResolver(`orders.test:${port}`, { ...options, ...quick }));
    expect((await rpcError(client.ping())).message).to.equal(
      `PingPong.ping: cannot find the servers of dns:///orders.test:${port}: the name is not known (ENOTFOUND)`,
    );
    zones.set('orders.test', { a: ['127.0.0.1'] });
    while ((await client.ping().catch(() => settle())) !== 'a');
    expect(await tally(client, 10)).to.deep.equal({ a: 10 });
    zones.set('orders.test', { a: ['127.0.0.1', '127.0.0.2'] });
    await warmUp(client, [a, b]);
    zones.delete('orders.test');
    await a.server.close();
    await settle();
    await warmUp(client, [b]);
    zones.set('orders.test', { a: ['127.0.0.2'] });
    expect(await tally(client, 10)).to.deep.equal({ b: 10 });
  });

  it('goes by /etc/hosts when it is given the name', async () => {
    const { address } = await replica('a');
    const client = clientOf(`dns:///localhost:${address.port}`);
    expect(await tally(client, 5)).to.deep.equal({ a: 5 });
  });

  it('fails with the name when nobody knows it', async () => {
    const client = clientOf('dns:///no-such-host.invalid:1');
    const { message } = (await rejection(client.ping())) as Error;
    expect(message).to.match(/cannot find the servers of dns:\/\/\/no-such-host\.invalid:1: the name/);
  });
});
