import { expect } from 'chai';
import { Etcd3 } from 'etcd3';
import { etcdResolver } from '../../../src/registries/etcd.ts';
import type { Watch } from '../../../src/rpc/balance/resolver.ts';
import { settle } from '../../support/peers.ts';
import { Told } from '../told.ts';
import { RegistryServer, until } from './servers.ts';

const prefix = 'my/orders/';

describe('etcd, at the worst moment', () => {
  let server: RegistryServer;
  let client: Etcd3;
  let told: Told;
  let watch: Watch | undefined;

  before(async () => {
    server = await RegistryServer.etcd();
  });

  after(() => server.close());

  beforeEach(async () => {
    told = new Told();
    client = new Etcd3({ hosts: `127.0.0.1:${server.port}` });
    await client.delete().prefix(prefix);
    await put('127.0.0.1:9001');
  });

  afterEach(() => {
    watch?.close();
    client.close();
  });

  async function put(address: string): Promise<number> {
    const { header } = await client.put(prefix + address).value(address);
    return Number(header.revision);
  }

  /** Runs `meanwhile` when the keys are read and are not watched yet. */
  function between(meanwhile: () => Promise<void>): void {
    const { watchClient } = client;
    const begin = watchClient.watch.bind(watchClient);
    watchClient.watch = async () => {
      watchClient.watch = begin;
      await meanwhile();
      return begin();
    };
  }

  function sees(...addresses: readonly string[]): Promise<void> {
    return until(() => told.last?.join() === addresses.join());
  }

  it('tells of what came after it was read and before it was watched', async () => {
    between(async () => {
      await put('127.0.0.1:9002');
      await client.delete().key(`${prefix}127.0.0.1:9001`);
    });
    watch = etcdResolver(client, { prefix }).watch(told);
    await sees('127.0.0.1:9002');
    expect(told.updates[0]).to.deep.equal(['127.0.0.1:9001']);
    expect(told.failures).to.deep.equal([]);
  });

  it('reads all again when what it missed is compacted', async () => {
    between(async () => {
      await put('127.0.0.1:9002');
      await client.kv.compact({ revision: await put('127.0.0.1:9003'), physical: true });
    });
    watch = etcdResolver(client, { prefix }).watch(told);
    await sees('127.0.0.1:9001', '127.0.0.1:9002', '127.0.0.1:9003');
    expect(told.failures).to.have.lengthOf(1);
    expect(told.failures[0]).to.include('cancelled the watch');
  });

  it('says no word after it was closed', async () => {
    between(async () => {
      watch?.close();
      await put('127.0.0.1:9002');
    });
    watch = etcdResolver(client, { prefix }).watch(told);
    await sees('127.0.0.1:9001');
    const other = new Told();
    const second = etcdResolver(client, { prefix }).watch(other);
    await until(() => other.last?.length === 2);
    second.close();
    expect(told).to.deep.include({ updates: [['127.0.0.1:9001']], failures: [] });
  });

  it("leaves the caller's other calls alone when many are closed", async () => {
    const all = Array.from({ length: 10 }, () => new Told());
    const watches = all.map(each => etcdResolver(client, { prefix }).watch(each));
    await until(() => all.every(({ updates }) => updates.length === 1));
    await put('127.0.0.1:9002');
    await until(() => all.every(({ updates }) => updates.length === 2));
    for (const each of watches) each.close();
    // What is cancelled ends with an error, of which three in a row would make the client refuse all calls for a while.
    await settle(200);
    await put('127.0.0.1:9003');
    expect(all.flatMap(({ failures }) => failures)).to.deep.equal([]);
  });
});
