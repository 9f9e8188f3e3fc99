import { expect } from 'chai';
import type { RetryOptions, RpcError, StatusCode } from '../../src/index.ts';
import { RetryBudget } from '../../src/interceptors/budget.ts';
import { retry, retryWith } from '../../src/interceptors/retry.ts';
import type { ClientInvocation } from '../../src/rpc/interceptor.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { type Attempt, failure, through } from '../support/invocations.ts';
import { settle, until } from '../support/peers.ts';
import { loaded } from '../support/services.ts';
import { HastyTiming, ManualTiming } from '../support/timing.ts';

const unsent = () => failure('UNAVAILABLE', 'unsent');

/** A client whose attempts fail as told, and then succeed. */
function failing(errors: readonly unknown[], options: RetryOptions = {}, timing = new HastyTiming()) {
  const attempt: Attempt = (_call, _options, nth) => {
    if (nth <= errors.length) throw errors[nth - 1];
    return `attempt ${nth}`;
  };
  return { timing, calls: through(retryWith(options, timing), attempt) };
}

describe('retry', () => {
  it('tries a call again that was not sent, after waits that grow', async () => {
    const { calls, timing } = failing([unsent(), unsent(), unsent()], {
      attempts: 4,
      backoff: { initial: 100, multiplier: 3, max: 500, jitter: 0 },
    });
    expect(await calls.call()).to.equal('attempt 4');
    expect(timing.waits).to.deep.equal([100, 300, 500]);
  });

  it('leaves a part of each wait to chance', async () => {
    const timing = new HastyTiming();
    timing.chance = 0.5;
    const { calls } = failing([unsent(), unsent()], { backoff: { initial: 100, jitter: 0.5 } }, timing);
    await calls.call();
    expect(timing.waits).to.deep.equal([75, 150]);
  });

  const rules: readonly (readonly [string, RpcError, Partial<ClientInvocation>, string, boolean])[] = [
    ['unsent', unsent(), {}, 'ping', true],
    ['sent', failure('UNAVAILABLE', 'sent'), {}, 'ping', false],
    ['sent, idempotent', failure('UNAVAILABLE', 'sent'), { idempotent: true }, 'ping', true],
    ['answered, idempotent', failure('UNAVAILABLE', 'answered'), { idempotent: true }, 'ping', true],
    ['of an unknown phase', failure('UNAVAILABLE', undefined), {}, 'ping', false],
    ['unsent, told not to', unsent(), { retry: false, idempotent: true }, 'ping', false],
    ['oneway, unsent', unsent(), {}, 'note', true],
    ['oneway, sent, idempotent', failure('UNAVAILABLE', 'sent'), { idempotent: true }, 'note', false],
    ['expired unsent', failure('DEADLINE_EXCEEDED', 'unsent'), { idempotent: true }, 'ping', false],
    ['cancelled', failure('CANCELLED', 'unsent'), { idempotent: true }, 'ping', false],
    ['exhausted, unsent', failure('RESOURCE_EXHAUSTED', 'unsent'), { idempotent: true }, 'ping', false],
    ['exhausted, answered', failure('RESOURCE_EXHAUSTED', 'answered'), { idempotent: true }, 'ping', false],
    [
      'exhausted, answered, with leave to come back',
      failure('RESOURCE_EXHAUSTED', 'answered', { details: { retryAfter: 0 } }),
      {},
      'ping',
      true,
    ],
    [
      'unavailable, answered, with leave to come back',
      failure('UNAVAILABLE', 'answered', { details: { retryAfter: 0 } }),
      {},
      'ping',
      true,
    ],
    [
      'internal, with leave that means nothing',
      failure('INTERNAL', 'answered', { details: { retryAfter: 0 } }),
      { idempotent: true },
      'ping',
      false,
    ],
    [
      'exhausted, with nonsense for leave',
      failure('RESOURCE_EXHAUSTED', 'answered', { details: { retryAfter: 'soon' } }),
      { idempotent: true },
      'ping',
      false,
    ],
  ];
  for (const [what, error, own, method, expected] of rules) {
    it(`${expected ? 'tries again' : 'does not try again'} what is ${what}`, async () => {
      const { calls } = failing([error]);
      const result = calls.call(own, method);
      if (expected) expect(await result).to.equal('attempt 2');
      else expect(await rejection(result)).to.equal(error);
      expect(calls.count).to.equal(expected ? 2 : 1);
    });
  }

  it('has nothing to do with declared exceptions, nor with values that do not fit', async () => {
    for (const error of [new loaded.NotFound({ id: 1 }), new TypeError('no such option')]) {
      const { calls } = failing([error]);
      expect(await rejection(calls.call({ idempotent: true }))).to.equal(error);
    }
  });

  it('takes other codes for ones that may pass', async () => {
    const codes: readonly StatusCode[] = ['ABORTED'];
    const { calls } = failing([failure('ABORTED', 'answered')], { codes });
    expect(await calls.call({ idempotent: true })).to.equal('attempt 2');
    const others = failing([unsent()], { codes });
    expect((await rpcError(others.calls.call())).code).to.equal('UNAVAILABLE');
  });

  it('waits as long as the server asks for', async () => {
    const details = { retryAfter: 700 };
    const { calls, timing } = failing([failure('RESOURCE_EXHAUSTED', 'answered', { details })]);
    await calls.call();
    expect(timing.waits).to.deep.equal([700]);
  });

  it('gives each attempt its time, and tries again what took longer', async () => {
    const late = failure('DEADLINE_EXCEEDED', 'sent');
    const given: unknown[] = [];
    const calls = through(retryWith({ perAttempt: 250 }, new HastyTiming()), (_call, options, nth) => {
      given.push(options.timeout);
      if (nth === 1) throw late;
      return nth;
    });
    expect(await calls.call({ idempotent: true })).to.equal(2);
    expect(given).to.deep.equal([250, 250]);
    const harmful = failing([late], { perAttempt: 250 });
    expect(await rejection(harmful.calls.call()), 'it may have been done').to.equal(late);
  });

  it('says in the last error how often it was tried, and why each attempt failed', async () => {
    const errors = ['a', 'b', 'c'].map(text =>
      failure('UNAVAILABLE', 'unsent', { cause: new Error(text), details: text }),
    );
    const { calls } = failing(errors);
    const error = await rpcError(calls.call());
    expect(error).to.include({
      code: 'UNAVAILABLE',
      message: 'PingPong.ping: UNAVAILABLE, unsent; tried 3 times',
      method: 'PingPong.ping',
      peer: '127.0.0.1:9000',
      phase: 'unsent',
      attempts: 3,
      details: 'c',
    });
    expect((error.cause as AggregateError).errors).to.deep.equal(errors);
  });

  it('keeps the last five of many errors', async () => {
    const errors = Array.from({ length: 20 }, unsent);
    const { calls } = failing(errors, { attempts: 20 });
    const error = await rpcError(calls.call());
    expect(error.attempts).to.equal(20);
    expect((error.cause as AggregateError).errors).to.deep.equal(errors.slice(-5));
  });

  it('leaves an answer as it is, but for the number of attempts', async () => {
    const answer = failure('NOT_FOUND', 'answered');
    const { calls } = failing([unsent(), answer]);
    const error = await rpcError(calls.call());
    expect(error).to.include({ code: 'NOT_FOUND', message: answer.message, attempts: 2 });
    const missing = new loaded.NotFound({ id: 1 });
    expect(await rejection(failing([unsent(), missing]).calls.call())).to.equal(missing);
  });

  it('begins no wait that would go beyond the deadline', async () => {
    const timing = new ManualTiming();
    const { calls } = failing([unsent()], { backoff: { initial: 100, jitter: 0 } }, timing);
    const error = await rpcError(calls.call({ deadline: timing.now() + 100 }));
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.equal(
      'PingPong.ping: UNAVAILABLE, unsent; tried once, and not again: its time is over before the next attempt',
    );
    expect(error.attempts).to.equal(undefined);
    expect(timing.waits).to.deep.equal([]);
    const later = calls.call({ deadline: timing.now() + 101 });
    timing.pass(100);
    expect(await later).to.equal('attempt 2');
  });

  it('ends at once when the caller gives up while it waits', async () => {
    const timing = new ManualTiming();
    const { calls } = failing([failure('UNAVAILABLE', 'sent')], {}, timing);
    const controller = new AbortController();
    const result = rpcError(calls.call({ signal: controller.signal, idempotent: true }));
    await until(() => timing.waiting === 1);
    controller.abort(new Error('the user left'));
    const error = await result;
    expect(error).to.include({ code: 'CANCELLED', method: 'PingPong.ping', phase: 'sent' });
    expect(error.message).to.equal(
      'PingPong.ping: cancelled while it waited for another attempt: the user left; tried once, ' +
        'the last time: PingPong.ping: UNAVAILABLE, sent',
    );
    expect(error.cause).to.have.property('message', 'the user left');
    expect(timing.waiting, 'no timer is left').to.equal(0);
    expect(calls.count).to.equal(1);
  });

  it('does not begin to wait for a caller who has left', async () => {
    const error = unsent();
    const { calls, timing } = failing([error]);
    expect(await rejection(calls.call({ signal: AbortSignal.abort() }))).to.equal(error);
    expect(timing.waits).to.deep.equal([]);
  });

  it('cannot make a storm: retries are a share of the calls', async () => {
    const timing = new HastyTiming();
    const budget = new RetryBudget({ ratio: 0.1, perSecond: 0, burst: 10 }, timing);
    const calls = through(retryWith({ budget, attempts: 5 }, timing), () => {
      throw unsent();
    });
    const errors: RpcError[] = [];
    for (let i = 0; i < 1000; i++) errors.push(await rpcError(calls.call()));
    expect(calls.count).to.be.within(1105, 1110);
    expect(errors.at(-2)!.message).to.match(
      /; tried once, and not again: too many calls fail \(retry\.budget is used up\)$/,
    );
    expect(errors[0]!.attempts).to.equal(5);
  });

  it('shares a budget between clients that are given the same one', async () => {
    const timing = new HastyTiming();
    const budget = new RetryBudget({ ratio: 0, perSecond: 0, burst: 1 }, timing);
    const first = failing([unsent()], { budget }, timing);
    const second = failing([unsent()], { budget }, timing);
    expect(await first.calls.call()).to.equal('attempt 2');
    expect((await rpcError(second.calls.call())).message).to.include('retry.budget is used up');
  });

  it('waits without leaving listeners at the signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const count = { add: 0, remove: 0 };
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      count.add++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      count.remove++;
      removeEventListener.apply(signal, args);
    };
    const { calls } = failing([unsent(), unsent()]);
    await calls.call({ signal });
    await settle();
    expect(count).to.deep.equal({ add: 2, remove: 2 });
  });

  it('refuses options that make no sense', () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ attempts: 0 }, 'retry.attempts: expected a number of 1 or more, got 0'],
      [{ attempts: 1.5 }, 'retry.attempts: expected a whole number, got 1.5'],
      [{ codes: 'UNAVAILABLE' }, 'retry.codes: expected an array of status codes'],
      [{ codes: ['unavailable'] }, "retry.codes: 'unavailable' is no status code, such as 'UNAVAILABLE'"],
      [{ perAttempt: '1s' }, 'retry.perAttempt: expected ms as a number, got 1s'],
      [{ backoff: { jitter: 2 } }, 'retry.backoff.jitter: expected a number from 0 to 1, got 2'],
      [{ backoff: { multiplier: 0.5 } }, 'retry.backoff.multiplier: expected a number of 1 or more, got 0.5'],
      [{ backoff: { min: 1 } }, 'there is no option "min"'],
      [{ budget: { ratio: Number.NaN } }, 'budget.ratio: expected a number of 0 or more, got NaN'],
      [{ retries: 1 }, 'retry: there is no option "retries"'],
    ];
    for (const [options, text] of wrong) expect(() => retry(options)).to.throw(TypeError, text);
    expect(() => retry({ attempts: Number.POSITIVE_INFINITY })).not.to.throw();
  });
});
