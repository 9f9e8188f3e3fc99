import {
  type Client,
  type Endpoint,
  makeClient,
  makeServer,
  type Resolver,
  type ResolverWatcher,
  type Server,
  type ServerOptions,
  type TcpAddress,
} from '../../../src/index.ts';
import { closing } from '../../support/peers.ts';
import {
  loaded,
  type PingPongHandler,
  type TestModule,
  type Waiting,
  waitingHandler,
} from '../../support/services.ts';

export type PingPongClient = Client<TestModule['PingPong']>;

/** One of several servers that do the same: `ping` says which one answered. */
export interface Replica extends Waiting {
  readonly name: string;
  readonly server: Server;
  readonly address: TcpAddress;
}

export async function replica(
  name: string,
  own: Partial<PingPongHandler> = {},
  address: Partial<TcpAddress> = {},
  options: ServerOptions = {},
): Promise<Replica> {
  const waiting = waitingHandler({ ping: () => name, ...own });
  const server = closing(makeServer(loaded.PingPong, waiting.handler, { onError() {}, ...options }));
  const bound = await server.listen({ host: '127.0.0.1', port: 0, ...address });
  return { ...waiting, name, server, address: bound };
}

/** Replicas called `a`, `b`, `c`, ... */
export function replicas(count: number, own: Partial<PingPongHandler> = {}): Promise<Replica[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => replica(String.fromCharCode(97 + i), own)));
}

/** An address where nothing listens. */
export async function deadAddress(): Promise<TcpAddress> {
  const { server, address } = await replica('dead');
  await server.close();
  return address;
}

export const addressesOf = (servers: readonly Replica[]): TcpAddress[] =>
  servers.map(({ address }) => address);

/** A client of all of them. */
export function clientOf(to: Parameters<typeof makeClient>[1], options = {}): PingPongClient {
  return closing(makeClient(loaded.PingPong, to, options)) as PingPongClient;
}

/** Calls one after the other; how many each server answered. */
export async function tally(client: PingPongClient, calls: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < calls; i++) {
    const name = await client.ping();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Calls until each of them has answered: from then on all are connected. */
export async function warmUp(client: PingPongClient, servers: readonly Replica[]): Promise<void> {
  const missing = new Set(servers.map(({ name }) => name));
  const end = performance.now() + 9000;
  while (missing.size > 0) {
    if (performance.now() > end) throw new Error(`never called: ${[...missing].join(', ')}`);
    missing.delete(await client.ping());
  }
}

/** A resolver that a test tells what to say. */
export interface Told extends Resolver {
  update(...endpoints: readonly (Endpoint['address'] | Endpoint)[]): void;
  fail(error: Error): void;
  /** How often it was asked to look again. */
  readonly refreshed: number;
  readonly isWatched: boolean;
}

export function toldResolver(): Told {
  let [watcher, refreshed]: [ResolverWatcher | undefined, number] = [undefined, 0];
  let known: readonly Endpoint[] | undefined;
  return {
    name: 'told:orders',
    watch(given) {
      watcher = given;
      if (known !== undefined) given.update(known);
      return {
        refresh() {
          refreshed++;
        },
        close() {
          watcher = undefined;
        },
      };
    },
    update(...list) {
      const isEndpoint = (one: (typeof list)[number]): one is Endpoint =>
        typeof one === 'object' && 'address' in one;
      known = list.map(one => (isEndpoint(one) ? one : { address: one }));
      watcher?.update(known);
    },
    fail: error => watcher?.failed(error),
    get refreshed() {
      return refreshed;
    },
    get isWatched() {
      return watcher !== undefined;
    },
  };
}
