/** Where servers of one name stand in etcd: one of the two. */
export interface EtcdPlace {
  /** The name that Kitex's registry-etcd knows them by: their keys begin with `kitex/registry-etcd/<service>/`. */
  readonly service?: string;
  /** Any other beginning of their keys; it ends with `/`, which is added where it is missing. */
  readonly prefix?: string;
}

/** The names of those options. */
export const placeKeys: readonly (keyof EtcdPlace)[] = ['service', 'prefix'];

/** What the keys begin with. Throws a TypeError where there is not one of the two. */
export function prefixOf(what: string, { service, prefix }: EtcdPlace): string {
  const given = service ?? prefix;
  // Of all keys most are none of ours.
  if ((service !== undefined && prefix !== undefined) || typeof given !== 'string' || /^\/*$/.test(given)) {
    throw new TypeError(
      `${what}: expected { service: 'orders' } or { prefix: 'my/orders/' }, one of the two`,
    );
  }
  const whole = service === undefined ? given : `kitex/registry-etcd/${service}`;
  return whole.endsWith('/') ? whole : `${whole}/`;
}
