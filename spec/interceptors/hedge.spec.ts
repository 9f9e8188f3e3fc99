import { expect } from 'chai';
import type { HedgeOptions } from '../../src/index.ts';
import { RetryBudget } from '../../src/interceptors/budget.ts';
import { hedge, hedgeWith } from '../../src/interceptors/hedge.ts';
import type { NextOptions } from '../../src/rpc/interceptor.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { failure, type Through, through } from '../support/invocations.ts';
import { settle, until } from '../support/peers.ts';
import { loaded } from '../support/services.ts';
import { ManualTiming } from '../support/timing.ts';

interface Running {
  readonly options: NextOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Facing {
  readonly timing: ManualTiming;
  readonly attempts: readonly Running[];
  readonly calls: Through;
}

/** A client whose attempts end by hand. */
function facing(options: Partial<HedgeOptions> = {}): Facing {
  const timing = new ManualTiming();
  const attempts: Running[] = [];
  const calls = through(
    hedgeWith({ delay: 50, ...options }, timing),
    (_call, given) =>
      new Promise((resolve, reject) => {
        attempts.push({ options: given, resolve, reject });
      }),
  );
  return { timing, attempts, calls };
}

const idempotent = { idempotent: true };
const isCancelled = ({ options }: Running) => options.signal?.aborted;

describe('hedge', () => {
  it('makes no second attempt of a call that is answered in time', async () => {
    const { timing, attempts, calls } = facing();
    const result = calls.call(idempotent);
    await until(() => attempts.length === 1);
    timing.pass(49);
    attempts[0]!.resolve('first');
    expect(await result).to.equal('first');
    timing.pass(1000);
    await settle();
    expect(attempts).to.have.length(1);
    expect(timing.waiting).to.equal(0);
  });

  for (const winner of [0, 1] as const) {
    it(`makes a second one of a call that is slow; the ${['first', 'second'][winner]} wins, the other is cancelled`, async () => {
      const { timing, attempts, calls } = facing();
      const result = calls.call(idempotent);
      await until(() => attempts.length === 1);
      timing.pass(50);
      await until(() => attempts.length === 2);
      expect(attempts.map(isCancelled)).to.deep.equal([false, false]);
      attempts[winner]!.resolve('fast');
      expect(await result).to.equal('fast');
      expect(attempts.map(isCancelled)).to.deep.equal([winner !== 0, winner !== 1]);
      attempts[1 - winner]!.reject(failure('CANCELLED', 'sent'));
      await settle();
    });
  }

  it('makes as many as it may, one after each delay', async () => {
    const { timing, attempts, calls } = facing({ attempts: 3 });
    const result = calls.call(idempotent);
    for (const count of [1, 2, 3, 3]) {
      await settle();
      expect(attempts).to.have.length(count);
      timing.pass(50);
    }
    attempts[2]!.resolve('third');
    expect(await result).to.equal('third');
  });

  it('leaves calls alone that must not be made twice', async () => {
    for (const [own, method] of [
      [{ idempotent: false }, 'ping'],
      [{ idempotent: true, retry: false }, 'ping'],
      [{ idempotent: true }, 'note'],
    ] as const) {
      const { timing, attempts, calls } = facing();
      const result = calls.call(own, method);
      await until(() => attempts.length === 1);
      timing.pass(1000);
      await settle();
      expect(attempts).to.have.length(1);
      expect(attempts[0]!.options.signal).to.equal(undefined);
      attempts[0]!.resolve('only');
      expect(await result).to.equal('only');
    }
  });

  it('does not wait when a server fails, and says so when all do', async () => {
    const { attempts, calls, timing } = facing();
    const result = rpcError(calls.call(idempotent));
    await until(() => attempts.length === 1);
    attempts[0]!.reject(failure('UNAVAILABLE', 'sent', { details: 'first' }));
    await until(() => attempts.length === 2);
    attempts[1]!.reject(failure('UNAVAILABLE', 'unsent', { details: 'second' }));
    const error = await result;
    expect(error).to.include({ code: 'UNAVAILABLE', attempts: 2, details: 'second', phase: 'unsent' });
    expect(error.message).to.match(/; tried 2 times$/);
    expect((error.cause as AggregateError).errors.map(({ details }) => details)).to.deep.equal([
      'first',
      'second',
    ]);
    expect(timing.waiting).to.equal(0);
  });

  it('waits for the other attempt when one server fails, or has too much to do', async () => {
    for (const code of ['UNAVAILABLE', 'RESOURCE_EXHAUSTED'] as const) {
      const { timing, attempts, calls } = facing();
      const result = calls.call(idempotent);
      await until(() => attempts.length === 1);
      timing.pass(50);
      await until(() => attempts.length === 2);
      attempts[1]!.reject(failure(code, 'answered'));
      await settle();
      attempts[0]!.resolve('after all');
      expect(await result).to.equal('after all');
    }
  });

  it('makes no further attempt when a server has too much to do', async () => {
    const { timing, attempts, calls } = facing();
    const result = rpcError(calls.call(idempotent));
    await until(() => attempts.length === 1);
    attempts[0]!.reject(failure('RESOURCE_EXHAUSTED', 'answered'));
    expect((await result).code).to.equal('RESOURCE_EXHAUSTED');
    expect(attempts).to.have.length(1);
    expect(timing.waiting).to.equal(0);
  });

  it('takes any other failure for the answer', async () => {
    const errors = [new loaded.NotFound({ id: 1 }), failure('NOT_FOUND', 'answered'), new TypeError('x')];
    for (const error of errors) {
      const { timing, attempts, calls } = facing();
      const result = rejection(calls.call(idempotent));
      await until(() => attempts.length === 1);
      timing.pass(50);
      await until(() => attempts.length === 2);
      attempts[0]!.reject(error);
      expect(await result).to.equal(error);
      expect(attempts.map(isCancelled)).to.deep.equal([false, true]);
    }
  });

  it('is bounded by its budget', async () => {
    const budget = new RetryBudget({ ratio: 0, perSecond: 0, burst: 1 });
    const { timing, attempts, calls } = facing({ budget });
    const first = calls.call(idempotent);
    const second = calls.call(idempotent);
    await until(() => attempts.length === 2);
    timing.pass(50);
    await settle();
    expect(attempts).to.have.length(3);
    for (const { resolve } of attempts) resolve('x');
    await Promise.all([first, second]);
  });

  it('makes no further attempt for a caller who has left, nor beyond the deadline', async () => {
    const { timing, attempts, calls } = facing();
    const gone = calls.call({ ...idempotent, signal: AbortSignal.abort() });
    const late = calls.call({ ...idempotent, deadline: timing.now() + 50 });
    await until(() => attempts.length === 2);
    timing.pass(50);
    await settle();
    expect(attempts).to.have.length(2);
    for (const { reject } of attempts) reject(failure('CANCELLED', 'sent'));
    for (const result of [gone, late]) expect((await rpcError(result)).code).to.equal('CANCELLED');
  });

  it('refuses options that make no sense', () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{}, 'hedge.delay: expected a number of 0 or more, got undefined'],
      [{ delay: -1 }, 'hedge.delay: expected a number of 0 or more, got -1'],
      [{ delay: 1, attempts: 0 }, 'hedge.attempts: expected a number of 1 or more, got 0'],
      [{ delay: 1, after: 2 }, 'hedge: there is no option "after"'],
    ];
    for (const [options, text] of wrong)
      expect(() => hedge(options as HedgeOptions)).to.throw(TypeError, text);
  });
});
