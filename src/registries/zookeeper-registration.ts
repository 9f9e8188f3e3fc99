import { ACL, type Client, CreateMode, Exception, Id, Permission } from 'node-zookeeper-client';
import { addressText } from '../rpc/address.ts';
import { kitexValue, serversetValue } from './instances.ts';
import {
  checkRegistration,
  FirstEntry,
  type Registration,
  type RegistrationOptions,
} from './registration.ts';
import { checkNode, settled } from './zookeeper-calls.ts';
import { ZookeeperSession } from './zookeeper-session.ts';

export interface ZookeeperRegistrationOptions extends RegistrationOptions {
  /** The node that the entry becomes a child of; made where there is none. */
  readonly path: string;
  /**
   * Who is to read it. `kitex`: a node named by the address, as Kitex's registry-zookeeper has it, with the weight.
   * `serverset`: a node `member_<number>`, as Finagle has it, which knows no weight. Default: `kitex`.
   */
  readonly format?: 'kitex' | 'serverset';
  /** Who may do what with the nodes that are made. Default: everybody everything, as Kitex and Finagle have it. */
  readonly acl?: readonly ACL[];
}

/**
 * Enters a server in ZooKeeper by an ephemeral node, which is there until `close`, or, when the process dies, for as
 * long as ZooKeeper keeps its session. `make` is as in `zookeeperResolver`; with each new session the entry comes
 * back. Throws a TypeError for options of the wrong shape.
 */
export function zookeeperRegistration(
  make: () => Client,
  options: ZookeeperRegistrationOptions,
): Registration {
  const what = 'zookeeperRegistration';
  const { address, weight, onError } = checkRegistration(what, options, ['path', 'format', 'acl']);
  const { path, format = 'kitex', acl } = options;
  checkNode(what, make, path);
  if (format !== 'kitex' && format !== 'serverset')
    throw new TypeError(`${what}: expected a format of 'kitex' or 'serverset', got ${String(format)}`);
  const entry = {
    parent: path,
    acl: acl === undefined ? [new ACL(Permission.ALL, new Id('world', 'anyone'))] : [...acl],
    ...(format === 'kitex'
      ? { name: addressText(address), value: kitexValue(address, weight), mode: CreateMode.EPHEMERAL }
      : { name: 'member_', value: serversetValue(address), mode: CreateMode.EPHEMERAL_SEQUENTIAL }),
  };
  return new ZookeeperRegistration(make, entry, onError);
}

interface Entry {
  readonly parent: string;
  readonly name: string;
  readonly value: Buffer;
  readonly mode: number;
  readonly acl: ACL[];
}

class ZookeeperRegistration implements Registration {
  readonly #entry: Entry;
  readonly #session: ZookeeperSession;
  readonly #first = new FirstEntry();
  /** The node that is to go before there is a new one: of a session that ended, or of the process before. */
  #last: string | undefined;

  constructor(make: () => Client, entry: Entry, onError: (error: Error) => void) {
    this.#entry = entry;
    if (entry.mode === CreateMode.EPHEMERAL) this.#last = `${entry.parent}/${entry.name}`;
    this.#session = new ZookeeperSession(make, {
      connected: client => this.#enter(client),
      lost: cause => {
        const text = `${this.#name}: ${cause.message}; it is tried again`;
        onError(new Error(text, { cause }));
      },
    });
  }

  ready(): Promise<void> {
    return this.#first.made;
  }

  close(): Promise<void> {
    this.#first.closed(this.#name);
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #name(): string {
    return `zookeeper:${this.#entry.parent}/${this.#entry.name}`;
  }

  #enter(client: Client): void {
    this.#create(client).then(
      () => {
        this.#session.succeeded();
        this.#first.succeeded();
      },
      (error: Error) => this.#session.fail(error, client),
    );
  }

  async #create(client: Client): Promise<void> {
    const { parent, acl } = this.#entry;
    const last = this.#last;
    if (last !== undefined) await settled(Exception.NO_NODE, done => client.remove(last, done));
    if (await this.#put(client)) return;
    // Only now: above, who may enter a server often may not make nodes, not even those that there are.
    await settled(Exception.NODE_EXISTS, done => client.mkdirp(parent, acl, done));
    if (!(await this.#put(client))) throw new Error(`somebody removed ${parent}`);
  }

  /** False where the parent is missing. */
  #put(client: Client): Promise<boolean> {
    const { parent, name, value, mode, acl } = this.#entry;
    return settled(Exception.NO_NODE, done =>
      client.create(`${parent}/${name}`, value, acl, mode, (error, path) => {
        if (!error) this.#last = path;
        done(error);
      }),
    );
  }
}
