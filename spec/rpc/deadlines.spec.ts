import { expect } from 'chai';
import fc from 'fast-check';
import { addDeadline, type Expiring, removeDeadline } from '../../src/rpc/deadlines.ts';

interface Item extends Expiring {
  readonly name: string;
  expire(): void;
}

function makeItem(name: string, expired: string[]): Item {
  return {
    name,
    expire: () => expired.push(name),
    expiresAt: 0,
    queue: undefined,
    place: 0,
  };
}

/** Waits until the clock shows `ms` more, and timers due by then have run. */
const pass = (ms: number) => new Promise(resolve => setTimeout(resolve, ms + 3));

describe('deadlines', () => {
  it('expire in order, each once, and not when they were taken out', async () => {
    const expired: string[] = [];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name => makeItem(name, expired)) as [
      Item,
      Item,
      Item,
      Item,
    ];
    for (const item of [a, b, c, d]) addDeadline(item, 4);
    removeDeadline(b);
    removeDeadline(d);
    removeDeadline(d);
    await pass(6);
    expect(expired).to.deep.equal(['a', 'c']);
    addDeadline(b, 4);
    await pass(6);
    expect(expired).to.deep.equal(['a', 'c', 'b']);
  });

  it('have their time from when what added them has run to its end', async () => {
    const items = ['a', 'b'].map(name => makeItem(name, []));
    addDeadline(items[0]!, 100_000);
    const end = performance.now() + 5;
    while (performance.now() < end);
    addDeadline(items[1]!, 100_000);
    await new Promise(setImmediate);
    expect(items.map(({ expiresAt }) => expiresAt >= end + 100_000)).to.deep.equal([true, true]);
    expect(items[0]!.queue!.timeLeft(items[0]!)).to.be.within(1, 100_001);
    for (const item of items) removeDeadline(item);
  });

  it('that are added by one that expires do not expire with it', async () => {
    const expired: string[] = [];
    const second = makeItem('second', expired);
    const first = {
      ...makeItem('first', expired),
      expire: () => {
        addDeadline(second, 5);
        expired.push('first');
      },
    };
    addDeadline(first, 5);
    while (expired.length === 0) await pass(1);
    expect(expired).to.deep.equal(['first']);
    await pass(8);
    expect(expired).to.deep.equal(['first', 'second']);
  });

  it('that add themselves again each time they expire need one timer, however often', async () => {
    const { setTimeout: original } = globalThis;
    let timers = 0;
    let expired = 0;
    const item = makeItem('again', []);
    item.expire = () => {
      if (++expired < 10) addDeadline(item, 4);
    };
    globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
      timers++;
      return original(...args);
    }) as typeof setTimeout;
    try {
      addDeadline(item, 4);
      while (expired < 10) await new Promise(resolve => original(resolve, 1));
    } finally {
      globalThis.setTimeout = original;
    }
    // One for each, and now and then one more where the clock was not quite there.
    expect(timers).to.be.within(10, 20);
  });

  it('expire whatever was added and taken out beside them, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { minLength: 1, maxLength: 300, size: 'max' }), async steps => {
        const expired: string[] = [];
        const waiting: Item[] = [];
        for (const [i, step] of steps.entries()) {
          // Three steps of ten add nothing; of those that wait, any may leave, and come again behind the others.
          const [left] = step < 3 ? waiting.splice((step * 7 + i) % (waiting.length || 1), 1) : [];
          if (left !== undefined) removeDeadline(left);
          const next = left !== undefined && step === 0 ? left : makeItem(String(i), expired);
          if (step >= 3 || next === left) {
            waiting.push(next);
            addDeadline(next, 3);
          }
        }
        while (expired.length < waiting.length) await pass(1);
        expect(expired).to.deep.equal(waiting.map(({ name }) => name));
      }),
      { numRuns: 50 },
    );
  });

  it('take as much room as there are of them, however many come and go', () => {
    const items = ['patient', 'hasty'].map(name => makeItem(name, []));
    addDeadline(items[0]!, 100_000);
    for (let i = 0; i < 10_000; i++) {
      addDeadline(items[1]!, 100_000);
      expect(items[1]!.place).to.be.below(64);
      removeDeadline(items[1]!);
    }
    removeDeadline(items[0]!);
  });

  it('never expire before their time', async () => {
    for (const ms of [1, 2.5, 7]) {
      const begun = performance.now();
      const taken = await new Promise<number>(resolve => {
        const item = makeItem('', []);
        addDeadline({ ...item, expire: () => resolve(performance.now() - begun) }, ms);
      });
      expect(taken).to.be.at.least(ms);
    }
  });

  it('share a timer when their times are the same but for a fraction of a ms', () => {
    const expired: string[] = [];
    const items = Array.from({ length: 1000 }, () => makeItem('x', expired));
    const { setTimeout: original } = globalThis;
    let timers = 0;
    globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
      timers++;
      return original(...args);
    }) as typeof setTimeout;
    try {
      for (const [i, item] of items.entries()) addDeadline(item, 5000 + i / 1001);
    } finally {
      globalThis.setTimeout = original;
      for (const item of items) removeDeadline(item);
    }
    expect(timers).to.be.within(1, 2);
  });

  it('beyond what timers can wait for are waited for nevertheless, those of Infinity for ever', async () => {
    const expired: string[] = [];
    const items = [2 ** 31, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY].map(ms => {
      const item = makeItem(String(ms), expired);
      addDeadline(item, ms);
      return item;
    });
    await pass(5);
    expect(expired).to.deep.equal([]);
    expect(items.map(item => item.queue !== undefined)).to.deep.equal([true, true, true, false]);
    for (const item of items) removeDeadline(item);
  });
});
