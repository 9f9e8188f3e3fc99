import { RpcError } from '../errors/rpc-error.ts';
import type { StatusCode } from '../errors/status.ts';
import { checkMs, checkOptions } from '../options.ts';
import { type BackoffSettings, pauseAfter } from '../rpc/backoff.ts';
import { isFinal } from '../rpc/channels/failures.ts';
import type { ClientInvocation, Interceptor } from '../rpc/interceptor.ts';
import { retryAfter } from '../rpc/not-begun.ts';
import { type BackoffOptions, backoffOf } from './backoff.ts';
import { budgetOf, type RetryBudget, type RetryBudgetOptions } from './budget.ts';
import { checkAttempts, checkCodes } from './checks.ts';
import { Failures } from './failures.ts';
import { isRepeatable } from './repeatable.ts';
import { forClients } from './sides.ts';
import { sleep, systemTiming, type Timing } from './timing.ts';

/** When, and how often, calls that failed are tried again. */
export interface RetryOptions {
  /** How often a call is tried, the first time included. Default: 3. */
  readonly attempts?: number;
  /** How long is waited between attempts. */
  readonly backoff?: BackoffOptions;
  /** How many calls may be tried again. Default: 20 % of them and 10 per second, with a reserve of 100. */
  readonly budget?: RetryBudget | RetryBudgetOptions;
  /** ms for each attempt, of the time that the whole call has. Default: all that is left. */
  readonly perAttempt?: number;
  /** The failures that another attempt may mend. Default: `['UNAVAILABLE']`. */
  readonly codes?: readonly StatusCode[];
}

/**
 * Tries calls again that failed with UNAVAILABLE, where that can do no harm: nothing of the call was sent, or it is
 * idempotent, or the server says that it has not begun it, with `details: { retryAfter: ms }`. An attempt that took
 * longer than `perAttempt` counts as such a failure. It never waits beyond the call's deadline, and ends when the
 * caller gives up. The last error says in `attempts` how often the call was tried, and its cause is an AggregateError
 * of them all. Oneway calls are only tried again when they were not sent, and what a client streams only where it is an
 * array, or the like: a generator cannot give it twice.
 *
 * As the option `retry` of a client it is the innermost interceptor: those around it see one call.
 */
export function retry(options: RetryOptions = {}): Interceptor {
  return retryWith(options, systemTiming);
}

interface Rules {
  readonly attempts: number;
  readonly backoff: BackoffSettings;
  readonly budget: RetryBudget;
  readonly perAttempt: number | undefined;
  readonly codes: ReadonlySet<StatusCode>;
}

export function retryWith(options: RetryOptions, timing: Timing): Interceptor {
  const rules = rulesOf(options, timing);
  const { perAttempt } = rules;
  return forClients('retry', async (call, next) => {
    const failures = new Failures();
    rules.budget.deposit();
    for (;;) {
      try {
        return await next(perAttempt === undefined ? {} : { timeout: perAttempt });
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        failures.add(error);
        const ms = patience(call, error, failures, rules, timing);
        if (!(await sleep(timing, ms, call.signal))) throw cancelledBetween(call, error, failures);
      }
    }
  });
}

/** ms to wait before the next attempt. Throws the error of the call where there is none. */
function patience(
  call: ClientInvocation,
  error: RpcError,
  failures: Failures,
  rules: Rules,
  timing: Timing,
): number {
  if (!mayTryAgain(call, error, rules)) throw failures.toError();
  const { attempts, backoff, budget } = rules;
  const { count, tried } = failures;
  if (count >= attempts) throw failures.toError(count === 1 ? undefined : tried);
  const ms = Math.max(pauseAfter(count, backoff, timing.random()), retryAfter(error) ?? 0);
  if (timing.now() + ms >= call.deadline)
    throw failures.toError(`${tried}, and not again: its time is over before the next attempt`);
  if (!budget.withdraw())
    throw failures.toError(`${tried}, and not again: too many calls fail (retry.budget is used up)`);
  return ms;
}

function mayTryAgain(call: ClientInvocation, error: RpcError, { codes, perAttempt }: Rules): boolean {
  if (!call.retry || call.signal?.aborted === true || isFinal(error) || !isRepeatable(call)) return false;
  if (retryAfter(error) !== undefined) return true;
  const isLate = perAttempt !== undefined && error.code === 'DEADLINE_EXCEEDED';
  if (!isLate && !codes.has(error.code)) return false;
  return error.phase === 'unsent' || (call.idempotent && !call.descriptor.oneway);
}

function cancelledBetween(
  { method, peer, signal }: ClientInvocation,
  last: RpcError,
  { count, tried }: Failures,
): RpcError {
  const reason: unknown = signal?.reason;
  const why = reason instanceof Error ? reason.message : String(reason);
  const text = `${method}: cancelled while it waited for another attempt: ${why}; ${tried}, the last time: ${last.message}`;
  return new RpcError('CANCELLED', text, {
    method,
    peer,
    ...(last.phase === undefined ? {} : { phase: last.phase }),
    ...(count === 1 ? {} : { attempts: count }),
    cause: reason,
  });
}

function rulesOf(options: RetryOptions, timing: Timing): Rules {
  checkOptions('retry', options, ['attempts', 'backoff', 'budget', 'perAttempt', 'codes']);
  const { attempts = 3, backoff, budget, perAttempt, codes = ['UNAVAILABLE'] } = options;
  return {
    attempts: checkAttempts('retry.attempts', attempts),
    backoff: backoffOf(backoff),
    budget: budgetOf(budget, timing),
    perAttempt: perAttempt === undefined ? undefined : checkMs('retry.perAttempt', perAttempt),
    codes: checkCodes('retry.codes', codes),
  };
}
