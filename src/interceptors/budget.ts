import { checkOptions } from '../options.ts';
import { checkNumber } from './checks.ts';
import { systemTiming, type Timing } from './timing.ts';

/** How many calls may be tried again. */
export interface RetryBudgetOptions {
  /** Further attempts per call: 0.2 lets load grow by a fifth when everything fails. Default: 0.2. */
  readonly ratio?: number;
  /** Further attempts per second, for clients that call so seldom that a share of it is nothing. Default: 10. */
  readonly perSecond?: number;
  /** How many unused ones are kept for bad times; a new budget has as many. Default: 100. */
  readonly burst?: number;
}

/**
 * What keeps retries from becoming the outage: a bucket of tokens. Each call puts a share of one in, each second some
 * more; each further attempt takes one out, and where there is none, it is not made. Clients that call the same
 * servers should share one.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #perMs: number;
  readonly #burst: number;
  readonly #timing: Pick<Timing, 'now'>;
  #tokens: number;
  #filled: number;

  /** Throws a TypeError for options that make no sense. */
  constructor(options: RetryBudgetOptions = {}, timing: Pick<Timing, 'now'> = systemTiming) {
    checkOptions('budget', options, ['ratio', 'perSecond', 'burst']);
    const { ratio = 0.2, perSecond = 10, burst = 100 } = options;
    this.#ratio = checkNumber('budget.ratio', ratio, 0);
    this.#perMs = checkNumber('budget.perSecond', perSecond, 0) / 1000;
    this.#burst = checkNumber('budget.burst', burst, 1);
    this.#timing = timing;
    this.#tokens = burst;
    this.#filled = timing.now();
  }

  /** How many further attempts may be made now. */
  get left(): number {
    this.#fill();
    return Math.floor(this.#tokens);
  }

  /** A call begins. */
  deposit(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + this.#ratio);
  }

  /** A further attempt is to be made: whether it may. */
  withdraw(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #fill(): void {
    const now = this.#timing.now();
    // The clock of a machine may be set back.
    const passed = Math.max(0, now - this.#filled);
    this.#filled = now;
    this.#tokens = Math.min(this.#burst, this.#tokens + passed * this.#perMs);
  }
}

/** A budget that was given, or one made by what was. */
export function budgetOf(given: RetryBudget | RetryBudgetOptions | undefined, timing: Timing): RetryBudget {
  return given instanceof RetryBudget ? given : new RetryBudget(given, timing);
}
