import { hash } from './hash.ts';
import type { Candidate, Policy, Random } from './policy.ts';

/** Points on the ring of the server with the greatest weight; as many as ketama has. */
const POINTS = 160;
/** Points of all servers together. */
const MOST_POINTS = 65_536;

interface Point<C> {
  readonly at: number;
  readonly owner: C;
}

/**
 * Calls with the same key go to the same server. Each server has many points on a ring, and a key belongs to the first
 * point behind it: when a server goes, its keys are spread over all others and no other key moves. Clients that know
 * the same servers agree. Calls without a key go anywhere.
 */
export class ConsistentHash<C extends Candidate> implements Policy<C> {
  readonly isSticky = true;
  readonly #random: Random;
  #ring: readonly Point<C>[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  update(all: readonly C[]): void {
    const greatest = all.reduce((most, { weight }) => Math.max(most, weight), 0);
    const points = Math.min(POINTS, MOST_POINTS / all.length);
    this.#ring = all
      .flatMap(owner => {
        const count = Math.max(1, Math.round((points * owner.weight) / greatest));
        return Array.from({ length: count }, (_, i) => ({ at: hash(`${owner.id}#${i}`), owner }));
      })
      // Where two meet, all clients must prefer the same one.
      .sort((a, b) => a.at - b.at || (a.owner.id < b.owner.id ? -1 : 1));
  }

  pick(open: readonly C[], key: string | undefined): C {
    if (key === undefined) return open[Math.floor(this.#random() * open.length)]!;
    const ring = this.#ring;
    const from = this.#behind(hash(key));
    for (let i = 0; i < ring.length; i++) {
      const { owner } = ring[(from + i) % ring.length]!;
      if (owner.isOpen) return owner;
    }
    return open[0]!;
  }

  /** Index of the first point at or behind `at`; past the last one the ring begins again. */
  #behind(at: number): number {
    const ring = this.#ring;
    let [low, high] = [0, ring.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ring[middle]!.at < at) low = middle + 1;
      else high = middle;
    }
    return low % ring.length;
  }
}
