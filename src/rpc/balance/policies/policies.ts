import { ConsistentHash } from './consistent-hash.ts';
import { LeastPending } from './least-pending.ts';
import { PickFirst } from './pick-first.ts';
import type { Candidate, Policy, Random } from './policy.ts';
import { RoundRobin } from './round-robin.ts';

/**
 * How the server of a call is chosen: `least-pending` (the one with fewer calls under way, of two taken at random),
 * `round-robin` (one after the other, by weight), `pick-first` (the first, the next only when it fails), or
 * `consistent-hash` (the same one for the same `hashKey`).
 */
export type PolicyName = 'pick-first' | 'round-robin' | 'least-pending' | 'consistent-hash';

export const policyNames: readonly PolicyName[] = [
  'pick-first',
  'round-robin',
  'least-pending',
  'consistent-hash',
];

export function makePolicy<C extends Candidate>(name: PolicyName, random: Random): Policy<C> {
  if (name === 'pick-first') return new PickFirst();
  if (name === 'round-robin') return new RoundRobin(random);
  return name === 'least-pending' ? new LeastPending(random) : new ConsistentHash(random);
}
