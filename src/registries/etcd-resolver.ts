import type { Etcd3, IKeyValue, IRangeResponse, IWatchResponse } from 'etcd3';
import { checkOptions } from '../options.ts';
import type { Resolver, ResolverWatcher, Watch } from '../rpc/balance/resolver.ts';
import { Attempts } from './attempts.ts';
import { type EtcdPlace, placeKeys, prefixOf } from './etcd-place.ts';
import { Members, mostMembers, tooMany } from './members.ts';

/** ms that etcd may take to answer. */
const PATIENCE = 5000;
/** ms between two looks that somebody asked for. */
const BETWEEN = 5000;

type WatchStream = Awaited<ReturnType<Etcd3['watchClient']['watch']>>;

/**
 * The servers whose keys are under a prefix in etcd, by a client of npm's `etcd3`, which stays the caller's, to
 * configure and to close: `etcdResolver(new Etcd3({ hosts }), { service: 'orders' })` finds what Kitex servers of that
 * name registered. What the values look like is in `readInstance`. A change arrives as etcd tells it, none is missed;
 * while etcd is away, the servers that were known last still count. Throws a TypeError for options of the wrong shape.
 */
export function etcdResolver(client: Etcd3, place: EtcdPlace): Resolver {
  checkOptions('etcdResolver', place, placeKeys);
  const prefix = prefixOf('etcdResolver', place);
  return {
    name: `etcd:${prefix}`,
    watch: watcher => new EtcdWatch(client, prefix, watcher),
  };
}

/** All keys are read, and changes are followed from that revision on. When that breaks off, it begins anew. */
class EtcdWatch implements Watch {
  readonly #client: Etcd3;
  readonly #prefix: string;
  readonly #members: Members;
  readonly #attempts = new Attempts();
  /** The look under way, and what ends it. */
  #ending: AbortController | undefined;
  #begun = 0;
  #isClosed = false;

  constructor(client: Etcd3, prefix: string, watcher: ResolverWatcher) {
    this.#client = client;
    this.#prefix = prefix;
    this.#members = new Members(watcher);
    // Not before `watch` has returned: a watcher may close at the first word.
    this.#attempts.soon(this.#begin);
  }

  refresh(): void {
    if (!this.#isClosed && performance.now() - this.#begun > BETWEEN) this.#begin();
  }

  close(): void {
    this.#isClosed = true;
    this.#members.close();
    this.#attempts.stop();
    this.#ending?.abort();
  }

  readonly #begin = (): void => {
    this.#attempts.stop();
    this.#ending?.abort();
    const ending = new AbortController();
    this.#ending = ending;
    this.#begun = performance.now();
    this.#look(ending.signal).catch((error: Error) => {
      if (ending.signal.aborted) return;
      ending.abort();
      this.#members.failed(this.#failure(error));
      if (!this.#isClosed) this.#attempts.again(this.#begin);
    });
  };

  /** Never resolves: it ends with an error, or with its signal. */
  async #look(signal: AbortSignal): Promise<never> {
    const { start: key, end: range_end } = this.#client.range({ prefix: this.#prefix });
    const range = { key, range_end };
    const deadline = Date.now() + PATIENCE;
    const found = await this.#client.kv.range({ ...range, limit: mostMembers }, { deadline });
    if (!signal.aborted) this.#read(found);
    const start_revision = (BigInt(found.header.revision) + 1n).toString();
    const stream = await this.#client.watchClient.watch();
    return new Promise((_, reject) => {
      // Begins here, for what is cancelled ends with an error too.
      stream.on('error', reject);
      stream.on('end', () => reject(new Error('etcd ended the watch')));
      const late = setTimeout(
        () => reject(new Error(`etcd did not begin to watch within ${PATIENCE} ms`)),
        PATIENCE,
      );
      stream.on('data', (response: IWatchResponse) => {
        if (signal.aborted) return;
        if (response.canceled) {
          reject(new Error(`etcd cancelled the watch: ${response.cancel_reason || 'it is compacted'}`));
        } else {
          clearTimeout(late);
          this.#attempts.succeeded();
          this.#follow(response);
        }
      });
      endWith(signal, stream, late);
      stream.write({ create_request: { ...range, start_revision } });
    });
  }

  #read({ kvs, more }: IRangeResponse): void {
    if (more) this.#members.failed(tooMany(this.#prefix));
    this.#members.keep(new Set(kvs.map(nameOf)));
    for (const kv of kvs) this.#members.set(nameOf(kv), kv.value);
    this.#members.publish();
  }

  #follow({ events }: IWatchResponse): void {
    for (const { type, kv } of events) {
      if (type === 'Delete') this.#members.delete(nameOf(kv));
      else this.#members.set(nameOf(kv), kv.value);
    }
    if (events.length > 0) this.#members.publish();
  }

  #failure(cause: Error): Error {
    const text = `etcd:${this.#prefix}: ${cause.message}; the servers known before still count, and it is tried again`;
    return new Error(text, { cause });
  }
}

function endWith(signal: AbortSignal, stream: WatchStream, late: NodeJS.Timeout): void {
  const end = () => {
    clearTimeout(late);
    // Ended before, or the package takes it for a fault of the connection, which the caller's other calls are on.
    stream.end();
    stream.cancel();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
}

function nameOf({ key }: IKeyValue): string {
  return key.toString();
}
