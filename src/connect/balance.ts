import { withLimits } from '../limits.ts';
import { checkMs, checkOptions } from '../options.ts';
import { type Address, isProcess } from '../rpc/address.ts';
import type { BackoffSettings } from '../rpc/backoff.ts';
import { BalancedChannel } from '../rpc/balance/channel.ts';
import { dnsResolver, isDns } from '../rpc/balance/dns.ts';
import { checkEndpoint, idOf } from '../rpc/balance/endpoints.ts';
import { FixedResolver } from '../rpc/balance/fixed.ts';
import { defaultOutlier, type OutlierOptions, type OutlierSettings } from '../rpc/balance/outlier.ts';
import { policyNames } from '../rpc/balance/policies/policies.ts';
import type { Endpoint, Resolver } from '../rpc/balance/resolver.ts';
import type { Channel } from '../rpc/channel.ts';
import { dialects } from '../rpc/dialect.ts';
import { type ChannelOptions, checkOneOf } from './options.ts';

/** Several servers of the same services: their addresses, or what finds them. */
export type Targets = readonly (Address | Endpoint)[] | Resolver;

const CONNECT_TIMEOUT = 5000;
/** Between attempts to reach a server, while there are others. */
const BACKOFF: BackoffSettings = { initial: 100, max: 5000, multiplier: 2, jitter: 0.5 };

/** What finds the servers, if `target` means several. Throws a TypeError for lists and names that make no sense. */
export function resolverOf(target: unknown): Resolver | undefined {
  if (isDns(target)) return dnsResolver(target);
  if (Array.isArray(target)) return fixedList(target);
  return isResolver(target) ? target : undefined;
}

/** A channel to all servers that a resolver finds. `open` makes the one to each. */
export function openBalanced(
  resolver: Resolver,
  options: ChannelOptions,
  open: (endpoint: Endpoint) => Channel,
): Channel {
  const { protocol = 'binary', limits, balance = {} } = options;
  const own = typeof balance === 'string' ? { policy: balance } : balance;
  checkOptions('balance', own, ['policy', 'outlier', 'connectTimeout']);
  const { policy = 'least-pending', outlier = {}, connectTimeout = CONNECT_TIMEOUT } = own;
  checkOneOf('balance', policy, policyNames);
  // What is wrong with the options is said now, and not by each call.
  const endpoints = resolver instanceof FixedResolver ? resolver.endpoints : [anyEndpoint];
  const channels = endpoints.map(endpoint => open(endpoint));
  return new BalancedChannel(resolver, {
    policy,
    open,
    connectTimeout: checkMs('balance.connectTimeout', connectTimeout),
    outlier: outlier === false ? undefined : outlierSettings(outlier),
    backoff: BACKOFF,
    random: Math.random,
    dialect: dialects[protocol],
    hasHeaders: channels.every(({ hasHeaders }) => hasHeaders),
    carriesStreams: channels.every(({ carriesStreams }) => carriesStreams === true),
    prefersStreams: channels.every(({ prefersStreams }) => prefersStreams === true),
    pending: withLimits(limits).pending,
  });
}

/** Stands for those that are not known yet: all of them are sockets. */
const anyEndpoint: Endpoint = { address: { host: 'localhost', port: 1 } };

function fixedList(list: readonly (Address | Endpoint)[]): Resolver {
  if (list.length === 0) throw new TypeError('the list of addresses is empty; expected one at least');
  if (list.some(isProcess)) throw new TypeError('a program serves alone, and not among several addresses');
  const endpoints = list.map(one => (isEndpoint(one) ? one : { address: one }));
  for (const endpoint of endpoints) {
    checkOptions('a server of the list', endpoint, ['address', 'weight', 'priority', 'serverName']);
    checkEndpoint(endpoint);
  }
  return new FixedResolver(
    endpoints,
    endpoints.map(({ address }) => idOf(address)),
  );
}

function isEndpoint(one: Address | Endpoint): one is Endpoint {
  return typeof one === 'object' && one !== null && 'address' in one;
}

function isResolver(target: unknown): target is Resolver {
  return typeof target === 'object' && target !== null && typeof (target as Resolver).watch === 'function';
}

function outlierSettings(own: OutlierOptions): OutlierSettings {
  checkOptions('balance.outlier', own, Object.keys(defaultOutlier));
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new TypeError(`balance.outlier.${name}: expected a number of at least 0, got ${String(value)}`);
  }
  const set = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...defaultOutlier, ...Object.fromEntries(set) };
}
