import { RpcError } from '../errors/rpc-error.ts';
import type { Context } from '../rpc/context.ts';
import type { Handler, ServerView, ServicePackage } from '../server.ts';
import { type Fb303, fb303Module } from './contract.ts';
import { checkFb303, type Fb303Counters, type Fb303Options, type Fb303Status } from './options.ts';

export type FacebookService = Fb303['FacebookService'];

/**
 * fb303's FacebookService, for `server.add`: what health checks and monitors of Thrift services ask. They call it
 * without saying which service they mean, so none of its method names should be another's. Its `service` is for clients,
 * and so are its `statuses`. Throws a TypeError for options that make no sense.
 */
export function fb303(options: Fb303Options = {}): Fb303Package {
  checkFb303(options);
  const { FacebookService: service, fb_status: statuses } = fb303Module();
  return { service, statuses, handler: server => new Fb303Handler(options, server), exempt: true };
}

export interface Fb303Package extends ServicePackage<FacebookService> {
  /** What `getStatus` gives, as `fb_status` numbers it: `statuses.ALIVE === 2`, `statuses[2] === 'ALIVE'`. */
  readonly statuses: Fb303['fb_status'];
}

class Fb303Handler implements Handler<FacebookService> {
  readonly #options: Fb303Options;
  readonly #server: ServerView;
  readonly #since = Math.floor(Date.now() / 1000);

  constructor(options: Fb303Options, server: ServerView) {
    this.#options = options;
    this.#server = server;
  }

  getName(): string {
    return this.#options.name ?? this.#server.services[0]?.name ?? '';
  }

  getVersion(): string {
    return this.#options.version ?? '';
  }

  async getStatus(): Promise<Fb303Status> {
    if (this.#server.isClosing) return 'STOPPING';
    const { status = 'ALIVE' } = this.#options;
    return typeof status === 'function' ? status() : status;
  }

  async getStatusDetails(): Promise<string> {
    if (this.#server.isClosing) return 'the server is closing';
    const { statusDetails = '' } = this.#options;
    return typeof statusDetails === 'function' ? statusDetails() : statusDetails;
  }

  async getCounters(): Promise<Map<string, number | bigint>> {
    const own = (await this.#options.counters?.()) ?? {};
    return new Map([...this.#ofProcess(), ...entriesOf(own)]);
  }

  async getCounter(key: string): Promise<number | bigint> {
    return (await this.getCounters()).get(key) ?? 0;
  }

  async setOption(key: string, value: string, context: Context): Promise<void> {
    const { setOption } = this.#options;
    if (setOption === undefined) throw notOffered('setOption', 'setOption');
    await setOption(key, value, context);
  }

  getOption(key: string): string {
    return this.#options.options?.get(key) ?? '';
  }

  getOptions(): ReadonlyMap<string, string> {
    return this.#options.options ?? new Map();
  }

  getCpuProfile(seconds: number, context: Context): string | Promise<string> {
    const { cpuProfile } = this.#options;
    if (cpuProfile === undefined) throw notOffered('getCpuProfile', 'cpuProfile');
    return cpuProfile(seconds, context);
  }

  aliveSince(): number {
    return this.#since;
  }

  async reinitialize(context: Context): Promise<void> {
    await this.#options.reinitialize?.(context);
  }

  async shutdown(context: Context): Promise<void> {
    await this.#options.shutdown?.(context);
  }

  #ofProcess(): readonly (readonly [string, number])[] {
    const { rss, heapUsed } = process.memoryUsage();
    return [
      ['uptime', Math.floor(process.uptime())],
      ['memory.rss', rss],
      ['memory.heap', heapUsed],
    ];
  }
}

function entriesOf(counters: Fb303Counters): Iterable<[string, number | bigint]> {
  return counters instanceof Map ? counters : Object.entries(counters);
}

function notOffered(method: string, option: string): RpcError {
  return new RpcError('UNIMPLEMENTED', `${method} is not offered here; fb303({ ${option} }) offers it`);
}
