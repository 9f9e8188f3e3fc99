import { checkOptions } from '../options.ts';
import type { Context } from '../rpc/context.ts';

/** How a service says that it is. */
export type Fb303Status = (typeof statuses)[number];

const statuses = ['DEAD', 'STARTING', 'ALIVE', 'STOPPING', 'STOPPED', 'WARNING'] as const;

/** Integers by name. */
export type Fb303Counters = Readonly<Record<string, number | bigint>> | ReadonlyMap<string, number | bigint>;

/** What a service says of itself, and what it lets others do. Functions are asked anew by each call. */
export interface Fb303Options {
  /** Default: the name of the server's first service. */
  readonly name?: string;
  /** Default: none. */
  readonly version?: string;
  /** Default: `ALIVE`. While the server closes it is `STOPPING`, whatever is given here. */
  readonly status?: Fb303Status | (() => Fb303Status | Promise<Fb303Status>);
  /** Why it is so, for people. */
  readonly statusDetails?: string | (() => string | Promise<string>);
  /** Fb303Counters beside those of the process, which `uptime` (seconds) and `memory.rss`, `memory.heap` (bytes) are. */
  readonly counters?: () => Fb303Counters | Promise<Fb303Counters>;
  /** What `getOption` and `getOptions` show; may change. */
  readonly options?: ReadonlyMap<string, string>;
  /** What `setOption` does: `(key, value) => options.set(key, value)`, or more careful. Without it nobody may. */
  readonly setOption?: (key: string, value: string, context: Context) => unknown;
  /** Makes what `getCpuProfile` gives. Without it there is none. */
  readonly cpuProfile?: (seconds: number, context: Context) => string | Promise<string>;
  /** What `reinitialize` does. Nobody waits for an answer, so without it nothing happens. */
  readonly reinitialize?: (context: Context) => unknown;
  /** What `shutdown` does, likewise: whoever can connect can ask for it. */
  readonly shutdown?: (context: Context) => unknown;
}

const kinds: Readonly<Record<keyof Fb303Options, readonly string[]>> = {
  name: ['string'],
  version: ['string'],
  status: ['string', 'function'],
  statusDetails: ['string', 'function'],
  counters: ['function'],
  options: ['Map'],
  setOption: ['function'],
  cpuProfile: ['function'],
  reinitialize: ['function'],
  shutdown: ['function'],
};

/** A TypeError for options that do not exist, or make no sense. */
export function checkFb303(options: Fb303Options): void {
  checkOptions('fb303', options, Object.keys(kinds));
  for (const [name, expected] of Object.entries(kinds)) {
    const value: unknown = options[name as keyof Fb303Options];
    if (value === undefined || expected.includes(value instanceof Map ? 'Map' : typeof value)) continue;
    throw new TypeError(`fb303: ${name}: expected a ${expected.join(' or a ')}, got ${String(value)}`);
  }
  const { status } = options;
  if (typeof status === 'string' && !statuses.includes(status)) {
    throw new TypeError(`fb303: status: expected one of ${statuses.join(', ')}; got '${String(status)}'`);
  }
}
