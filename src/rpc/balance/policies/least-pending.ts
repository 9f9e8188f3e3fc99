import type { Candidate, Policy, Random } from './policy.ts';

/**
 * Of two servers taken at random, the one with fewer calls under way for its weight. Two are enough: slow servers get
 * fewer calls, and a server that looks idle is not overrun by all clients at once (Mitzenmacher, "The power of two
 * choices in randomized load balancing").
 */
export class LeastPending<C extends Candidate> implements Policy<C> {
  readonly isSticky = false;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  update(): void {}

  pick(open: readonly C[]): C {
    const { length } = open;
    const first = Math.floor(this.#random() * length);
    const one = open[first]!;
    if (length === 1) return one;
    const second = Math.floor(this.#random() * (length - 1));
    const other = open[second < first ? second : second + 1]!;
    return load(other) < load(one) ? other : one;
  }
}

/** With the call that is to be placed: else weights would not count among idle servers. */
function load({ pending, weight }: Candidate): number {
  return (pending + 1) / weight;
}
