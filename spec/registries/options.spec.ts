import { expect } from 'chai';
import type { Etcd3 } from 'etcd3';
import { createClient } from 'node-zookeeper-client';
import { etcdRegistration, etcdResolver } from '../../src/registries/etcd.ts';
import { zookeeperRegistration, zookeeperResolver } from '../../src/registries/zookeeper.ts';

const address = '10.0.0.1:9090';
// Not used before the options are found to be good.
const client = {} as Etcd3;
const make = () => createClient('127.0.0.1:1');

describe('options of registries', () => {
  it('name where the servers are', () => {
    expect(etcdResolver(client, { service: 'orders' }).name).to.equal('etcd:kitex/registry-etcd/orders/');
    expect(etcdResolver(client, { prefix: 'my/orders' }).name).to.equal('etcd:my/orders/');
    expect(etcdResolver(client, { prefix: 'my/orders/' }).name).to.equal('etcd:my/orders/');
    expect(zookeeperResolver(make, { path: '/a/b' }).name).to.equal('zookeeper:/a/b');
  });

  it('are not all keys of an etcd, and not two places', () => {
    for (const place of [{}, { prefix: '' }, { prefix: '/' }, { service: '' }, { service: 'a', prefix: 'b' }])
      expect(() => etcdResolver(client, place), JSON.stringify(place)).to.throw(TypeError, 'one of the two');
  });

  it('have a path that is one, and a way to make clients', () => {
    for (const path of ['', 'orders', '/', '/orders/', '/a//b'])
      expect(() => zookeeperResolver(make, { path }), path).to.throw(
        TypeError,
        'expected the path of a node',
      );
    expect(() => zookeeperResolver(make() as never, { path: '/a' })).to.throw(TypeError, 'createClient(');
  });

  it('are known by their names', () => {
    expect(() => etcdResolver(client, { servce: 'orders' } as never)).to.throw(TypeError, '"servce"');
    expect(() => zookeeperResolver(make, { paht: '/a' } as never)).to.throw(TypeError, '"paht"');
    expect(() => etcdRegistration(client, { service: 'a', address, TTL: 5 } as never)).to.throw(
      TypeError,
      '"TTL"',
    );
    expect(() => zookeeperRegistration(make, { path: '/a', address, ttl: 5 } as never)).to.throw(
      TypeError,
      '"ttl"',
    );
  });

  it('make sense', () => {
    const service = 'orders';
    expect(() => etcdRegistration(client, { service, address, ttl: 0.5 })).to.throw(
      TypeError,
      'ttl of 1 second',
    );
    expect(() => etcdRegistration(client, { service, address, weight: 0 })).to.throw(
      TypeError,
      'weight of 1',
    );
    expect(() => etcdRegistration(client, { service, address: '0.0.0.0:80' })).to.throw(
      TypeError,
      'others reach',
    );
    const format = 'json' as 'kitex';
    expect(() => zookeeperRegistration(make, { path: '/a', address, format })).to.throw(
      TypeError,
      'got json',
    );
  });
});
