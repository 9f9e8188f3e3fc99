import { expect } from 'chai';
import { ACL, type Client, createClient, Id, Permission } from 'node-zookeeper-client';
import type { Registration } from '../../../src/registries/registration.ts';
import {
  type ZookeeperRegistrationOptions,
  zookeeperRegistration,
  zookeeperResolver,
} from '../../../src/registries/zookeeper.ts';
import type { Watch } from '../../../src/rpc/balance/resolver.ts';
import { Told } from '../told.ts';
import { RegistryServer, until } from './servers.ts';

const address = '127.0.0.1:9001';

describe('zookeeper, and who else uses it', () => {
  let server: RegistryServer;
  let client: Client;
  let told: Told;
  const watches: Watch[] = [];
  const registrations: Registration[] = [];

  before(async () => {
    server = await RegistryServer.zookeeper();
  });

  after(() => server.close());

  beforeEach(() => {
    told = new Told();
    client = make();
    client.connect();
  });

  afterEach(async () => {
    for (const watch of watches.splice(0)) watch.close();
    await Promise.all(registrations.splice(0).map(registration => registration.close()));
    client.close();
  });

  function make(): Client {
    return createClient(`127.0.0.1:${server.port}`, { sessionTimeout: 2000 });
  }

  function makeKnown(): Client {
    const known = make();
    known.addAuthInfo('digest', Buffer.from('orders:secret'));
    return known;
  }

  function watching(
    path: string,
    { endpoint, as = make }: { endpoint?: string; as?: () => Client } = {},
  ): void {
    const place = endpoint === undefined ? { path } : { path, endpoint };
    watches.push(zookeeperResolver(as, place).watch(told));
  }

  async function registered(options: ZookeeperRegistrationOptions, as = make): Promise<void> {
    const registration = zookeeperRegistration(as, { onError: () => {}, ...options });
    registrations.push(registration);
    await registration.ready();
  }

  function children(path: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      client.getChildren(path, (error, names) => (error ? reject(error) : resolve(names)));
    });
  }

  function read(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      client.getData(path, (error, data) => (error ? reject(error) : resolve(data.toString())));
    });
  }

  function put(path: string, value: string): Promise<void> {
    return new Promise((resolve, reject) => {
      client.mkdirp(path, Buffer.from(value), error => (error ? reject(error) : resolve()));
    });
  }

  function sees(...addresses: readonly string[]): Promise<void> {
    return until(() => told.last?.join() === addresses.join());
  }

  it("has a server where Kitex's registry-zookeeper looks for it", async () => {
    await registered({ path: '/kitex/orders', address, weight: 20 });
    expect(await children('/kitex/orders')).to.deep.equal([address]);
    // Go reads the names of fields in any case.
    expect(JSON.parse(await read(`/kitex/orders/${address}`))).to.include({ weight: 20, tags: null });
  });

  it('has a server as a member of a server set, once, after it was restarted as well', async () => {
    await registered({ path: '/sets/orders', address, format: 'serverset' });
    const [member, ...others] = await children('/sets/orders');
    expect(others).to.deep.equal([]);
    expect(member).to.match(/^member_\d{10}$/);
    expect(await read(`/sets/orders/${member}`)).to.equal(
      '{"serviceEndpoint":{"host":"127.0.0.1","port":9001},"additionalEndpoints":{},"status":"ALIVE"}',
    );
    watching('/sets/orders');
    await sees(address);
    // Left to itself it may reach the new server too early, and wait for its welcome for ever.
    client.close();
    await server.kill();
    await server.start();
    client = make();
    client.connect();
    await until(async () => (await children('/sets/orders')).join() !== member);
    expect(await children('/sets/orders')).to.have.lengthOf(1);
    await sees(address);
  });

  it('has members of server sets from others, of which one endpoint is called', async () => {
    const admin = { admin: { host: 'web1', port: 2 } };
    const member = {
      serviceEndpoint: { host: 'web1', port: 1 },
      additionalEndpoints: admin,
      status: 'ALIVE',
    };
    await put(
      '/sets/users/vector_0000000001',
      '{"vector":[{"select":"member=0","weight":0.5,"priority":1}]}',
    );
    await put('/sets/users/member_0000000001', JSON.stringify(member));
    await put('/sets/users/member_0000000002', JSON.stringify({ ...member, status: 'STOPPED' }));
    watching('/sets/users', { endpoint: 'admin' });
    await sees('web1:2');
    expect(told.failures).to.deep.equal([]);
  });

  it('has nodes that are for those who know the password', async () => {
    const acl = [new ACL(Permission.ALL, new Id('auth', ''))];
    await registered({ path: '/secret/orders', address, acl }, makeKnown);
    watching('/secret/orders', { as: makeKnown });
    await sees(address);
    told = new Told();
    watching('/secret/orders');
    await until(() => told.failures.length > 0);
    expect(told.failures[0]).to.match(/^zookeeper:\/secret\/orders: .*NO_AUTH/);
    expect(told.updates).to.deep.equal([]);
  });

  it('has a node among others that may not be read', async () => {
    const acl = [new ACL(Permission.ALL, new Id('auth', ''))];
    await put('/mixed', '');
    await put('/mixed/127.0.0.1:9002', '127.0.0.1:9002');
    await registered({ path: '/mixed', address, acl }, makeKnown);
    watching('/mixed');
    await sees('127.0.0.1:9002');
    expect(told.failures).to.have.lengthOf(1);
    expect(told.failures[0]).to.include(`zookeeper:/mixed/${address}: may not be read`);
  });

  it('takes a server from one who may make nothing but entries', async () => {
    const read = new ACL(Permission.READ, new Id('world', 'anyone'));
    const enter = new ACL(Permission.CREATE | Permission.DELETE | Permission.READ, new Id('world', 'anyone'));
    await put('/closed/orders', '');
    await new Promise<void>((resolve, reject) => {
      client.setACL('/closed/orders', [enter], error => (error ? reject(error) : resolve()));
    });
    await new Promise<void>((resolve, reject) => {
      client.setACL('/closed', [read], error => (error ? reject(error) : resolve()));
    });
    await registered({ path: '/closed/orders', address });
    expect(await children('/closed/orders')).to.deep.equal([address]);
  });

  it('has all of it below a node that the client takes for the root', async () => {
    const below = () => createClient(`127.0.0.1:${server.port}/team/a`, { sessionTimeout: 2000 });
    await put('/team/a', '');
    await registered({ path: '/orders', address }, below);
    expect(await children('/team/a/orders')).to.deep.equal([address]);
    watching('/orders', { as: below });
    await sees(address);
    await put('/team/a/orders/127.0.0.1:9002', '127.0.0.1:9002');
    await until(() => told.last?.length === 2);
    expect(told.failures.filter(failure => !failure.includes('127.0.0.1:9002'))).to.deep.equal([]);
  });

  it('is given up on where a client cannot be made, and says so', async () => {
    watching('/orders', {
      as: () => {
        throw new Error('no secret today');
      },
    });
    await until(() => told.failures.length > 1);
    expect(told.failures[0]).to.include('no secret today');
  });
});
