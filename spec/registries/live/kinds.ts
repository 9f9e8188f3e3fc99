import { Etcd3 } from 'etcd3';
import { type Client, createClient } from 'node-zookeeper-client';
import { etcdRegistration, etcdResolver } from '../../../src/registries/etcd.ts';
import type { Registration, RegistrationOptions } from '../../../src/registries/registration.ts';
import { zookeeperRegistration, zookeeperResolver } from '../../../src/registries/zookeeper.ts';
import type { Resolver } from '../../../src/rpc/balance/resolver.ts';
import { RegistryServer } from './servers.ts';

/** One kind of registry, as both are tested. */
export interface Registry {
  resolver(name: string): Resolver;
  register(name: string, options: RegistrationOptions): Registration;
  /** As anybody might write it. */
  put(name: string, entry: string, value: string): Promise<void>;
  delete(name: string, entry: string): Promise<void>;
  close(): Promise<void>;
}

export type Kind = 'etcd' | 'zookeeper';

export const kinds: Readonly<Record<Kind, (port: number) => Registry>> = { etcd, zookeeper };

export const startServer: Readonly<Record<Kind, () => Promise<RegistryServer>>> = {
  etcd: () => RegistryServer.etcd(),
  zookeeper: () => RegistryServer.zookeeper(),
};

function etcd(port: number): Registry {
  const client = new Etcd3({ hosts: `127.0.0.1:${port}` });
  const key = (name: string, entry: string) => `kitex/registry-etcd/${name}/${entry}`;
  return {
    resolver: name => etcdResolver(client, { service: name }),
    register: (name, options) => etcdRegistration(client, { service: name, ttl: 2, ...options }),
    put: async (name, entry, value) => {
      await client.put(key(name, entry)).value(value);
    },
    delete: async (name, entry) => {
      await client.delete().key(key(name, entry));
    },
    close: async () => client.close(),
  };
}

function zookeeper(port: number): Registry {
  const make = () => createClient(`127.0.0.1:${port}`, { sessionTimeout: 2000 });
  let own: Client | undefined;
  const client = () => {
    if (own === undefined) {
      own = make();
      own.connect();
    }
    return own;
  };
  return {
    resolver: name => zookeeperResolver(make, { path: `/${name}` }),
    register: (name, options) => zookeeperRegistration(make, { path: `/${name}`, ...options }),
    put: async (name, entry, value) => {
      await ended(done => client().mkdirp(`/${name}/${entry}`, done));
      await ended(done => client().setData(`/${name}/${entry}`, Buffer.from(value), done));
    },
    delete: (name, entry) => ended(done => client().remove(`/${name}/${entry}`, done)),
    close: async () => own?.close(),
  };
}

function ended(run: (done: (error: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run(error => (error ? reject(error) : resolve())));
}
