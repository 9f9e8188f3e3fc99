import { expect } from 'chai';
import { connect, makeClient, type Target } from '../../src/index.ts';
import { addressesOf, clientOf, replica, replicas, tally, toldResolver } from '../rpc/balance/servers.ts';
import { rpcError } from '../support/errors.ts';
import { identity } from '../support/identities.ts';
import { closeAll, closing } from '../support/peers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

describe('several servers', () => {
  it('are given as addresses of any form, with weights or without', async () => {
    const [a] = await replicas(1);
    const { port } = a!.address;
    const forms: Target[] = [
      [a!.address],
      [`127.0.0.1:${port}`, `thrift://127.0.0.1:${port}`],
      [new URL(`thrift://127.0.0.1:${port}`)],
      [{ address: a!.address, weight: 2 }, `http://127.0.0.1:${port}/`],
      `dns:///127.0.0.1:${port}`,
      new URL(`dns:///localhost:${port}`),
    ];
    for (const form of forms) expect(await tally(clientOf(form), 3)).to.deep.equal({ a: 3 });
  });

  it('have one channel, named after them', async () => {
    const addresses = Array.from({ length: 5 }, (_, i) => `h${i}:1`);
    expect(closing(connect(addresses)).peer).to.equal('h0:1, h1:1, h2:1 and 2 more');
    expect(closing(connect(['h0:1', 'unix:/s'])).peer).to.equal('h0:1, unix:/s');
    expect(closing(connect('dns:///orders')).peer).to.equal('dns:///orders:9090');
    expect(closing(connect(toldResolver())).peer).to.equal('told:orders');
  });

  it('are refused when they make no sense, and so are options that do not go with them', () => {
    const list = ['h:1', 'h:2'];
    const cases: readonly (readonly [unknown, object, string | RegExp])[] = [
      [[], {}, 'the list of addresses is empty; expected one at least'],
      [['h:1', 'h:x'], {}, /^"h:x" is no address/],
      [[null], {}, /^null is no address/],
      [[{ command: 'x' }], {}, 'a program serves alone, and not among several addresses'],
      [[{ address: 'h:1', wait: 2 }], {}, /^a server of the list: there is no option "wait"/],
      [[{ address: 'h:1', weight: 0 }], {}, 'h:1: weight: expected a number above 0, got 0'],
      [[{ address: 'h:1', weight: '2' }], {}, 'h:1: weight: expected a number above 0, got 2'],
      [[{ address: 'h:1', priority: 'x' }], {}, 'h:1: priority: expected a number, got x'],
      [list, { balance: 'random' }, /^balance: expected one of 'pick-first', .*; got 'random'$/],
      [list, { balance: { polcy: 'x' } }, /^balance: there is no option "polcy"/],
      [list, { balance: { connectTimeout: 'x' } }, /^balance\.connectTimeout: expected ms/],
      [list, { balance: { outlier: { foo: 1 } } }, /^balance\.outlier: there is no option "foo"/],
      [list, { balance: { outlier: { window: -1 } } }, /^balance\.outlier\.window: expected a number/],
      [list, { transport: 'framd' }, /^transport: expected one of/],
      ['dns:///h:1', { transport: 'framd' }, /^transport: expected one of/],
      [toldResolver(), { protocol: 'x' }, /^protocol: expected one of/],
      ['dns://1.1.1.1/h:1', {}, /expected 'dns:\/\/\/host:port'/],
      ['h:1', { balance: 'round-robin' }, /^balance: there is one server only; several are given as \[/],
    ];
    for (const [target, options, message] of cases) {
      const open = () => connect(target as Target, options);
      if (typeof message === 'string') expect(open).to.throw(TypeError).with.property('message', message);
      else expect(open).to.throw(TypeError, message);
    }
  });

  it('are asked for the certificate of the name they are known by, and not of their IP address', async () => {
    const { ca, ...other } = identity('other');
    const { address } = await replica('a', {}, {}, { tls: { ...other, required: true } });
    const asked = (serverName: string | undefined, tls = {}) => {
      const resolver = toldResolver();
      const client = closing(makeClient(loaded.PingPong, resolver, { tls: { ca, ...tls } }));
      const call = client.ping();
      resolver.update(serverName === undefined ? address : { address, serverName });
      return call;
    };
    expect(await asked('other.test')).to.equal('a');
    expect((await rpcError(asked('localhost'))).message).to.include("Host: localhost. is not in the cert's");
    expect((await rpcError(asked(undefined))).message).to.include("IP: 127.0.0.1 is not in the cert's");
    expect(await asked('localhost', { servername: 'other.test' })).to.equal('a');

    const resolver = toldResolver();
    const client = clientOf(resolver);
    const call = rpcError(client.ping());
    resolver.update({ address: `thrifts://127.0.0.1:${address.port}`, serverName: 'other.test' });
    expect((await call).message, 'encrypted by the scheme').to.include('authority');
  });

  it('are closed with the client that was made for them', async () => {
    const servers = await replicas(2);
    const client = makeClient(loaded.PingPong, addressesOf(servers), { balance: 'round-robin' });
    for (let i = 0; i < 4; i++) await client.ping();
    await client.$close();
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
    await Promise.all(servers.map(({ server }) => server.close()));
  });
});
