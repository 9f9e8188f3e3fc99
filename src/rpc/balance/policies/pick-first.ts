import type { Candidate, Policy } from './policy.ts';

/** All calls go to the first server, until it takes none: then to the next, and they stay there. */
export class PickFirst<C extends Candidate> implements Policy<C> {
  readonly isSticky = false;
  #current: C | undefined;

  update(all: readonly C[]): void {
    if (this.#current !== undefined && !all.includes(this.#current)) this.#current = undefined;
  }

  pick(open: readonly C[]): C {
    if (this.#current === undefined || !open.includes(this.#current)) this.#current = open[0]!;
    return this.#current;
  }
}
