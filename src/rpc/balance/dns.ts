import { isIP } from 'node:net';
import { checkMs, checkOptions } from '../../options.ts';
import { addressText, parseAddress } from '../address.ts';
import { builtins } from '../builtins.ts';
import { Polling, type PollingSettings } from './polling.ts';
import type { Endpoint, Resolver, ResolverWatcher, Watch } from './resolver.ts';
import { type ServiceRecord, serviceEndpoints } from './srv.ts';

export interface DnsOptions {
  /** ms from one look-up to the next, while all is well. Default: 30,000. */
  readonly interval?: number;
  /** ms between two look-ups in any case: after a server failed, or a look-up. Default: 1000. */
  readonly minInterval?: number;
  /** Finds the IP addresses of a host. Default: the system's own look-up, which knows `/etc/hosts`. */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
  /** Finds the SRV records of a service. Default: `resolveSrv` of `node:dns`. */
  readonly resolveSrv?: (name: string) => Promise<readonly ServiceRecord[]>;
}

/** What is looked up, and how. */
type Look = () => Promise<readonly Endpoint[]>;

const advice: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'the name is not known'],
  ['ENODATA', 'the name has no such record'],
  ['EAI_AGAIN', 'the name could not be looked up'],
  ['ETIMEOUT', 'the DNS server does not answer'],
  ['ECONNREFUSED', 'nothing answers at the DNS server'],
]);

/** True for `dns:///orders:9090`. */
export function isDns(target: unknown): target is string | URL {
  return (typeof target === 'string' || target instanceof URL) && /^dns:/i.test(String(target));
}

/**
 * Finds servers by DNS: those of `dns:///orders:9090` are the IP addresses of the host `orders`, all at that port; those
 * of `dns:///_thrift._tcp.example.org` are what its SRV records name (RFC 2782), with their ports, priorities and weights.
 * They are looked up again every 30 s, and when one fails. Certificates are checked against the name, or against
 * the host that a SRV record names. Throws a TypeError for a name that is none.
 */
export function dnsResolver(target: string | URL, options: DnsOptions = {}): Resolver {
  checkOptions('dnsResolver', options, ['interval', 'minInterval', 'lookup', 'resolveSrv']);
  const [name, look] = lookFor(String(target), options);
  const settings = {
    interval: checkMs('interval', options.interval ?? 30_000),
    minInterval: Math.max(1, checkMs('minInterval', options.minInterval ?? 1000)),
  };
  return { name, watch: watcher => new DnsWatch(look, settings, watcher) };
}

function lookFor(target: string, options: DnsOptions): [string, Look] {
  const text = /^dns:\/\/\/([^/]+)$/i.exec(target)?.[1] ?? (isDns(target) ? undefined : target);
  if (text === undefined) {
    const known =
      "'dns:///host:port' or 'dns:///_service._tcp.domain', which the system's DNS servers are asked for";
    throw new TypeError(`${target}: expected ${known}`);
  }
  if (/^_[^.]+\._/.test(text)) {
    if (/:\d+$/.test(text)) throw new TypeError(`${target}: the port is in the SRV records; leave it out`);
    const resolveSrv = options.resolveSrv ?? (name => builtins.dns.resolveSrv(name));
    return [`dns:///${text}`, async () => serviceEndpoints(await resolveSrv(text))];
  }
  const address = parseAddress(text);
  if ('path' in address) throw new TypeError(`${target}: a Unix socket is not looked up`);
  const { host, port } = address;
  const lookup = options.lookup ?? systemLookup;
  const serverName = isIP(host) === 0 ? { serverName: host } : {};
  return [
    `dns:///${addressText(address)}`,
    async () => (await lookup(host)).map(ip => ({ address: { host: ip, port }, ...serverName })),
  ];
}

async function systemLookup(host: string): Promise<readonly string[]> {
  const found = await builtins.dns.lookup(host, { all: true });
  return found.map(({ address }) => address);
}

class DnsWatch implements Watch {
  readonly #look: Look;
  readonly #watcher: ResolverWatcher;
  readonly #polling: Polling;
  /** What the watcher was told last. */
  #told: string | undefined;
  #isClosed = false;

  constructor(look: Look, settings: PollingSettings, watcher: ResolverWatcher) {
    this.#look = look;
    this.#watcher = watcher;
    this.#polling = new Polling(() => this.#lookUp(), settings);
  }

  refresh(): void {
    this.#polling.refresh();
  }

  close(): void {
    this.#isClosed = true;
    this.#polling.close();
  }

  async #lookUp(): Promise<boolean> {
    try {
      const endpoints = await this.#look();
      // DNS servers give the same records in another order each time.
      const text = endpoints
        .map(endpoint => JSON.stringify(endpoint))
        .sort()
        .join();
      if (this.#isClosed || text === this.#told) return true;
      this.#told = text;
      this.#watcher.update(endpoints);
      return true;
    } catch (cause) {
      if (!this.#isClosed) this.#watcher.failed(explain(cause as NodeJS.ErrnoException));
      return false;
    }
  }
}

function explain(cause: NodeJS.ErrnoException): Error {
  const code = cause.code === undefined ? '' : ` (${cause.code})`;
  return new Error(`${advice.get(cause.code ?? '') ?? cause.message}${code}`, { cause });
}
