/** `livethrift/zookeeper`: the servers that are entered in ZooKeeper, by npm's `node-zookeeper-client`. */
export type { Registration } from './registration.ts';
export { type ZookeeperRegistrationOptions, zookeeperRegistration } from './zookeeper-registration.ts';
export { type ZookeeperPlace, zookeeperResolver } from './zookeeper-resolver.ts';
