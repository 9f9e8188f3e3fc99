/** `livethrift/etcd`: the servers that are entered in etcd, by npm's `etcd3`. */

export type { EtcdPlace } from './etcd-place.ts';
export { type EtcdRegistrationOptions, etcdRegistration } from './etcd-registration.ts';
export { etcdResolver } from './etcd-resolver.ts';
export type { Registration } from './registration.ts';
