import type { Endpoint } from './resolver.ts';

/** A SRV record as `node:dns` gives it: where one of a service's servers is (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** A weight of 0 among others "should have a very small chance of being selected". */
const SMALL = 0.01;

/** The servers that SRV records name. */
export function serviceEndpoints(records: readonly ServiceRecord[]): readonly Endpoint[] {
  // "A Target of "." means that the service is decidedly not available at this domain."
  const there = records.filter(({ name }) => name !== '' && name !== '.');
  const isWeighted = there.some(({ weight }) => weight > 0);
  return there.map(({ name, port, priority, weight }) => ({
    address: { host: name.replace(/\.$/, ''), port },
    weight: isWeighted ? Math.max(weight, SMALL) : 1,
    priority,
  }));
}
