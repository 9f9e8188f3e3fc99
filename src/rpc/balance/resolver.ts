import type { Address } from '../address.ts';

/** Finds the servers behind a name, and goes on telling when there are others: DNS, a registry, a list of one's own. */
export interface Resolver {
  /** As errors name what was looked for: `dns:///orders:9090`. */
  readonly name: string;
  /** Begins to watch. Never throws: what goes wrong, the watcher is told. */
  watch(watcher: ResolverWatcher): Watch;
}

/** Who wants to know where the servers are. */
export interface ResolverWatcher {
  /** All servers there are now, in any order; none is a valid answer. Called when they change. */
  update(endpoints: readonly Endpoint[]): void;
  /** They could not be found out. What was known before still counts; the resolver tries again by itself. */
  failed(error: Error): void;
}

/** A watch under way. */
export interface Watch {
  /** A server could not be reached, or leaves: what is known may be out of date. Resolvers look again at a bounded rate. */
  refresh(): void;
  /** Ends it: no further word to the watcher, nothing that keeps the process alive. */
  close(): void;
}

/** One of several servers of the same services. */
export interface Endpoint {
  /** Of a socket: `host:port`, `{ host, port }`, `{ path }`, or a URL with `thrift:`, `thrifts:` or `unix:`. */
  readonly address: Address;
  /** Its share of the calls, where the policy knows shares: any number above 0. Default: 1. */
  readonly weight?: number;
  /** Servers of a greater number are called only while none of a lesser one can be. Default: 0. */
  readonly priority?: number;
  /** The name that its certificate is checked against, where that is not the address's own host. */
  readonly serverName?: string;
}
