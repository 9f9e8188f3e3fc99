import type { Candidate, Policy, Random } from './policy.ts';

/**
 * One server after the other, each as often as its weight says. Of unequal ones the order is mixed as nginx does it
 * (smooth weighted round robin): of 5:1:1 no five calls in a row go to the same.
 */
export class RoundRobin<C extends Candidate> implements Policy<C> {
  readonly isSticky = false;
  readonly #random: Random;
  #open: readonly C[] = [];
  /** Whose turn it is, where all weights are the same. */
  #next = 0;
  /** What each has saved up, where they are not. */
  #credits: number[] | undefined;
  #total = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  update(): void {
    this.#open = [];
  }

  pick(open: readonly C[]): C {
    if (open !== this.#open) this.#begin(open);
    const credits = this.#credits;
    if (credits === undefined) {
      const chosen = open[this.#next]!;
      this.#next = (this.#next + 1) % open.length;
      return chosen;
    }
    let richest = 0;
    for (let i = 0; i < open.length; i++) {
      credits[i]! += open[i]!.weight;
      if (credits[i]! > credits[richest]!) richest = i;
    }
    credits[richest]! -= this.#total;
    return open[richest]!;
  }

  /** Begins anywhere: many clients that start together must not all call the same server first. */
  #begin(open: readonly C[]): void {
    this.#open = open;
    this.#next = Math.floor(this.#random() * open.length);
    const isEven = open.every(({ weight }) => weight === open[0]!.weight);
    this.#total = open.reduce((sum, { weight }) => sum + weight, 0);
    this.#credits = isEven ? undefined : open.map(({ weight }) => this.#random() * weight);
  }
}
