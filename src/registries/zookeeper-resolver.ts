import { type Client, Exception } from 'node-zookeeper-client';
import { checkOptions } from '../options.ts';
import type { Resolver, ResolverWatcher, Watch } from '../rpc/balance/resolver.ts';
import { Members, mostMembers, tooMany } from './members.ts';
import { checkNode, childrenOf, exists, isCode, type Watcher } from './zookeeper-calls.ts';
import { ZookeeperSession } from './zookeeper-session.ts';

/** Where servers of one name stand in ZooKeeper. */
export interface ZookeeperPlace {
  /** The node whose children they are: `/orders` of Kitex's registry-zookeeper, or a server set. */
  readonly path: string;
  /** Of members of a server set: which of their additional endpoints to call. Default: their service endpoint. */
  readonly endpoint?: string;
}

/** ms between two looks that somebody asked for. */
const BETWEEN = 5000;

/**
 * The servers that are children of a node in ZooKeeper: `zookeeperResolver(() => createClient('zk1:2181,zk2:2181'),
 * { path: '/orders' })`. `make` gives a client of npm's `node-zookeeper-client`, with its credentials and not yet
 * connected. It is asked for another one when a session ends, and all of them are closed with the watch. A change
 * arrives as ZooKeeper tells it; while ZooKeeper is away, the servers that were known last still count. Throws a
 * TypeError for options of the wrong shape.
 */
export function zookeeperResolver(make: () => Client, place: ZookeeperPlace): Resolver {
  checkOptions('zookeeperResolver', place, ['path', 'endpoint']);
  checkNode('zookeeperResolver', make, place.path);
  return {
    name: `zookeeper:${place.path}`,
    watch: watcher => new ZookeeperWatch(make, place, watcher),
  };
}

class ZookeeperWatch implements Watch {
  readonly #members: Members;
  readonly #session: ZookeeperSession;
  #listing: Listing | undefined;
  #begun = 0;

  constructor(make: () => Client, { path, endpoint }: ZookeeperPlace, watcher: ResolverWatcher) {
    const members = new Members(watcher, endpoint);
    this.#members = members;
    this.#session = new ZookeeperSession(make, {
      connected: client => {
        this.#begun = performance.now();
        this.#listing = new Listing(client, path, members, this.#session);
      },
      lost: cause => {
        this.#listing?.stop();
        const text = `zookeeper:${path}: ${cause.message}; the servers known before still count, and it is tried again`;
        members.failed(new Error(text, { cause }));
      },
    });
  }

  refresh(): void {
    if (performance.now() - this.#begun < BETWEEN) return;
    this.#begun = performance.now();
    this.#listing?.look();
  }

  close(): void {
    this.#members.close();
    this.#listing?.stop();
    this.#session.close();
  }
}

/** The children of a node in one session: listed when they change, each read once, and again when it changes. */
class Listing {
  readonly #client: Client;
  readonly #path: string;
  readonly #members: Members;
  readonly #session: ZookeeperSession;
  /** Those whose values are asked for, and watched. */
  readonly #read = new Set<string>();
  #isLooking = false;
  /** Something changed while it looked. */
  #isStale = false;
  #isOver = false;

  constructor(client: Client, path: string, members: Members, session: ZookeeperSession) {
    this.#client = client;
    this.#path = path;
    this.#members = members;
    this.#session = session;
    this.look();
  }

  /** One and the same function, which the package takes to watch the same thing only once. */
  readonly look = (): void => {
    this.#isStale = true;
    if (this.#isLooking || this.#isOver) return;
    this.#isLooking = true;
    this.#settle().then(
      () => {
        this.#isLooking = false;
      },
      (error: Error) => this.#session.fail(error, this.#client),
    );
  };

  stop(): void {
    this.#isOver = true;
  }

  readonly #changed: Watcher = ({ path }) => {
    this.#read.delete(path);
    this.look();
  };

  async #settle(): Promise<void> {
    while (this.#isStale && !this.#isOver) {
      this.#isStale = false;
      const children = await childrenOf(this.#client, this.#path, this.look);
      if (children === undefined && (await exists(this.#client, this.#path, this.look))) this.#isStale = true;
      else await this.#readAll(children ?? []);
    }
  }

  async #readAll(children: readonly string[]): Promise<void> {
    // Finagle's weights of whole groups stand beside their members.
    const servers = children.filter(child => !child.startsWith('vector_')).sort();
    if (servers.length > mostMembers) this.#members.failed(tooMany(this.#path));
    const paths = servers.slice(0, mostMembers).map(child => `${this.#path}/${child}`);
    const names = new Set(paths);
    for (const name of this.#read) if (!names.has(name)) this.#read.delete(name);
    if (!this.#isOver) this.#members.keep(names);
    await Promise.all(paths.filter(path => !this.#read.has(path)).map(path => this.#readOne(path)));
    if (this.#isOver) return;
    this.#session.succeeded();
    this.#members.publish();
  }

  #readOne(path: string): Promise<void> {
    // Before it is read: word of a change may come with the value, before anybody who awaits it.
    this.#read.add(path);
    return new Promise((resolve, reject) => {
      this.#client.getData(path, this.#changed, (error, data) => {
        if (this.#isOver) return resolve();
        if (!error) this.#members.set(path, data);
        else if (isCode(error, Exception.NO_NODE)) this.#read.delete(path);
        else if (isCode(error, Exception.NO_AUTH)) this.#members.failed(unreadable(path, error));
        else return reject(error);
        if (error) this.#members.delete(path);
        resolve();
      });
    });
  }
}

function unreadable(path: string, cause: Error | Exception): Error {
  const text = `zookeeper:${path}: may not be read; make the client with addAuthInfo, or give its reader the right`;
  return new Error(text, { cause });
}
