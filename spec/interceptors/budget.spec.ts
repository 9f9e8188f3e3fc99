import { expect } from 'chai';
import { RetryBudget } from '../../src/interceptors/budget.ts';
import { ManualTiming } from '../support/timing.ts';

/** How many further attempts a budget allows in a row. */
function drain(budget: RetryBudget): number {
  let taken = 0;
  while (budget.withdraw()) taken++;
  return taken;
}

describe('a retry budget', () => {
  it('begins with a reserve, and then grows by a share of the calls', () => {
    const budget = new RetryBudget({ ratio: 0.2, perSecond: 0, burst: 10 }, new ManualTiming());
    expect(drain(budget)).to.equal(10);
    for (let i = 0; i < 25; i++) budget.deposit();
    expect(drain(budget)).to.equal(5);
    expect(drain(budget)).to.equal(0);
  });

  it('grows with time, too, for those who seldom call', () => {
    const timing = new ManualTiming();
    const budget = new RetryBudget({ ratio: 0, perSecond: 2, burst: 10 }, timing);
    drain(budget);
    timing.pass(499);
    expect(budget.left).to.equal(0);
    timing.pass(1);
    expect(drain(budget)).to.equal(1);
    timing.pass(3_600_000);
    expect(drain(budget), 'no more than the reserve').to.equal(10);
  });

  it('does not mind a clock that is set back', () => {
    const timing = new ManualTiming();
    const budget = new RetryBudget({ burst: 5 }, timing);
    timing.pass(-3_600_000);
    expect(budget.left).to.equal(5);
  });

  it('is 20 % of the calls and 10 per second, with a reserve of 100, unless told otherwise', () => {
    const timing = new ManualTiming();
    const budget = new RetryBudget({}, timing);
    expect(drain(budget)).to.equal(100);
    for (let i = 0; i < 100; i++) budget.deposit();
    expect(drain(budget)).to.be.within(19, 20);
    timing.pass(1000);
    expect(drain(budget)).to.be.within(9, 11);
  });

  it('refuses options that make no sense', () => {
    const make = (options: object) => () => new RetryBudget(options);
    expect(make({ ratio: -1 })).to.throw(TypeError, 'budget.ratio: expected a number of 0 or more, got -1');
    expect(make({ perSecond: '1' })).to.throw(
      TypeError,
      "budget.perSecond: expected a number of 0 or more, got '1'",
    );
    expect(make({ burst: 0 })).to.throw(TypeError, 'budget.burst: expected a number of 1 or more, got 0');
    expect(make({ rate: 1 })).to.throw(TypeError, 'there is no option "rate"');
  });
});
