import { addressText, parseAddress } from '../../src/rpc/address.ts';
import type { Endpoint, ResolverWatcher } from '../../src/rpc/balance/resolver.ts';

/** Remembers what a resolver says; addresses in order, for a resolver promises none. */
export class Told implements ResolverWatcher {
  readonly updates: string[][] = [];
  readonly weights: (number | undefined)[][] = [];
  readonly failures: string[] = [];

  get last(): readonly string[] | undefined {
    return this.updates.at(-1);
  }

  update(endpoints: readonly Endpoint[]): void {
    this.updates.push(endpoints.map(({ address }) => addressText(parseAddress(address))).sort());
    this.weights.push(endpoints.map(({ weight }) => weight));
  }

  failed(error: Error): void {
    this.failures.push(error.message);
  }
}
