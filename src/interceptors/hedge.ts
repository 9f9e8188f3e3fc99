import { RpcError } from '../errors/rpc-error.ts';
import type { StatusCode } from '../errors/status.ts';
import { checkOptions } from '../options.ts';
import type { ClientInvocation, Interceptor } from '../rpc/interceptor.ts';
import { budgetOf, type RetryBudget, type RetryBudgetOptions } from './budget.ts';
import { checkAttempts, checkCodes, checkNumber } from './checks.ts';
import { Failures } from './failures.ts';
import { isRepeatable } from './repeatable.ts';
import { forClients, type Next } from './sides.ts';
import { systemTiming, type Timing } from './timing.ts';

/** When a call that has no answer yet is made a second time. */
export interface HedgeOptions {
  /** ms without an answer after which another attempt begins: what 95 of 100 calls take is a good one. */
  readonly delay: number;
  /** How many attempts a call may have in all. Default: 2. */
  readonly attempts?: number;
  /** How many calls may have further attempts. Default: 20 % of them and 10 per second, with a reserve of 100. */
  readonly budget?: RetryBudget | RetryBudgetOptions;
  /** The failures at which the next attempt begins without delay. Default: `['UNAVAILABLE']`. */
  readonly codes?: readonly StatusCode[];
}

interface Rules {
  readonly delay: number;
  readonly attempts: number;
  readonly budget: RetryBudget;
  readonly codes: ReadonlySet<StatusCode>;
}

/**
 * Against servers that are slow at times: idempotent calls without an answer after `delay` are made once more, where
 * there are several servers to another one, while the first attempt goes on. The first success is the result, and the
 * other attempts are cancelled. A failure ends the call, unless it is only one server's (`codes`, RESOURCE_EXHAUSTED)
 * and another attempt still runs. Together with `retry` it stands outside.
 */
export function hedge(options: HedgeOptions): Interceptor {
  return hedgeWith(options, systemTiming);
}

export function hedgeWith(options: HedgeOptions, timing: Timing): Interceptor {
  const rules = rulesOf(options, timing);
  return forClients('hedge', (call, next) => {
    if (!call.idempotent || !call.retry || call.descriptor.oneway || !isRepeatable(call)) return next();
    rules.budget.deposit();
    return new Promise((resolve, reject) => new Race(call, next, rules, timing, resolve, reject).start());
  });
}

/** The attempts of one call. */
class Race {
  readonly #call: ClientInvocation;
  readonly #next: Next;
  readonly #rules: Rules;
  readonly #timing: Timing;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #running = new Set<AbortController>();
  readonly #failures = new Failures();
  #started = 0;
  #isOver = false;
  #stopWaiting: () => void = () => {};

  constructor(
    call: ClientInvocation,
    next: Next,
    rules: Rules,
    timing: Timing,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.#call = call;
    this.#next = next;
    this.#rules = rules;
    this.#timing = timing;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const attempt = new AbortController();
    this.#running.add(attempt);
    this.#started++;
    this.#stopWaiting();
    if (this.#started < this.#rules.attempts) {
      this.#stopWaiting = this.#timing.after(this.#rules.delay, () => {
        if (this.#mayStart()) this.start();
      });
    }
    this.#next({ signal: attempt.signal }).then(
      value => {
        this.#end(attempt);
        this.#resolve(value);
      },
      error => {
        if (!this.#isOver) this.#failed(attempt, error);
      },
    );
  }

  #failed(attempt: AbortController, error: unknown): void {
    this.#running.delete(attempt);
    if (!(error instanceof RpcError)) return this.#fail(error);
    this.#failures.add(error);
    const { codes } = this.#rules;
    if (codes.has(error.code) && this.#mayStart()) return this.start();
    const isOneServers = codes.has(error.code) || error.code === 'RESOURCE_EXHAUSTED';
    if (!isOneServers) return this.#fail(this.#failures.toError());
    if (this.#running.size > 0) return;
    const { count, tried } = this.#failures;
    this.#fail(this.#failures.toError(count === 1 ? undefined : tried));
  }

  #mayStart(): boolean {
    const { attempts, budget } = this.#rules;
    const { deadline, signal } = this.#call;
    const isWanted = signal?.aborted !== true && this.#timing.now() < deadline;
    return isWanted && this.#started < attempts && budget.withdraw();
  }

  #fail(error: unknown): void {
    this.#end(undefined);
    this.#reject(error);
  }

  /** The call is settled: the other attempts are for nothing. */
  #end(winner: AbortController | undefined): void {
    this.#isOver = true;
    this.#stopWaiting();
    if (winner !== undefined) this.#running.delete(winner);
    for (const attempt of this.#running) attempt.abort(new Error('another attempt has settled the call'));
    this.#running.clear();
  }
}

function rulesOf(options: HedgeOptions, timing: Timing): Rules {
  checkOptions('hedge', options, ['delay', 'attempts', 'budget', 'codes']);
  const { delay, attempts = 2, budget, codes = ['UNAVAILABLE'] } = options;
  return {
    delay: checkNumber('hedge.delay', delay, 0),
    attempts: checkAttempts('hedge.attempts', attempts),
    budget: budgetOf(budget, timing),
    codes: checkCodes('hedge.codes', codes),
  };
}
