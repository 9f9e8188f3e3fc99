import { expect } from 'chai';
import type { Etcd3 } from 'etcd3';
import { createClient } from 'node-zookeeper-client';
import { etcdRegistration } from '../../src/registries/etcd.ts';
import type { Registration } from '../../src/registries/registration.ts';
import { zookeeperRegistration } from '../../src/registries/zookeeper.ts';
import { rejection } from '../support/errors.ts';
import { settle } from '../support/peers.ts';

const address = '10.0.0.1:9090';

/** What is used of a client of etcd; `enter` makes the entry. */
function fakeEtcd(enter: () => Promise<void>): Etcd3 {
  const put = { value: () => put, options: () => put, exec: enter };
  const lease = { on() {}, put: () => put, async revoke() {}, release() {} };
  return { lease: () => lease } as unknown as Etcd3;
}

const away: readonly (readonly [name: string, begin: () => Registration])[] = [
  [
    `etcd:kitex/registry-etcd/orders/${address}`,
    () =>
      etcdRegistration(
        fakeEtcd(() => new Promise(() => {})),
        { service: 'orders', address },
      ),
  ],
  [
    `zookeeper:/orders/${address}`,
    () =>
      zookeeperRegistration(() => createClient('127.0.0.1:1'), { path: '/orders', address, onError() {} }),
  ],
];

describe('a registration that is closed', () => {
  for (const [name, begin] of away) {
    it(`before there is an entry tells who waits for it: ${name}`, async () => {
      const registration = begin();
      const early = rejection(registration.ready());
      await settle();
      await registration.close();
      const why = `${name}: the registration was closed before the entry was made`;
      for (const error of [await early, await rejection(registration.ready())])
        expect((error as Error).message).to.include(why);
    });

    it(`before there is an entry troubles nobody else: ${name}`, async () => {
      const unhandled: unknown[] = [];
      const listener = (error: unknown) => void unhandled.push(error);
      process.on('unhandledRejection', listener);
      try {
        await begin().close();
        await settle();
      } finally {
        process.off('unhandledRejection', listener);
      }
      expect(unhandled).to.deep.equal([]);
    });
  }

  it('when there was one was ready', async () => {
    const registration = etcdRegistration(
      fakeEtcd(async () => {}),
      { service: 'orders', address },
    );
    await registration.ready();
    await registration.close();
    await registration.ready();
  });
});
