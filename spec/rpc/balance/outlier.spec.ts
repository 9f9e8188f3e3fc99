import { expect } from 'chai';
import { pauseAfter } from '../../../src/rpc/backoff.ts';
import { defaultOutlier, mayEject, Outlier } from '../../../src/rpc/balance/outlier.ts';

const outlierWith = (own: Partial<typeof defaultOutlier> = {}) => new Outlier({ ...defaultOutlier, ...own });

/** Records calls, `x` for those that failed; gives the index of the one that ejects. */
function recorded(outlier: Outlier, calls: string, now = 1): number {
  for (const [i, call] of [...calls].entries()) {
    if (call === '.') outlier.succeeded();
    else if (outlier.failed(now)) return i;
  }
  return -1;
}

describe('a server is passed over', () => {
  it('after five failures in a row', () => {
    expect(recorded(outlierWith(), 'xxxx.xxxx.xxxxx')).to.equal(14);
  });

  it('when most calls of a window fail, once there are enough of them', () => {
    const calls = 'xxxx.'.repeat(8);
    const settings = { failureRate: 0.8, volume: 20 };
    expect(recorded(outlierWith({ ...settings, volume: 41 }), calls)).to.equal(-1);
    expect(recorded(outlierWith(settings), calls)).to.equal(20);
    expect(recorded(outlierWith({ ...settings, failureRate: 0.9 }), calls)).to.equal(-1);
  });

  it('for what it did in this window, and not in those before', () => {
    const outlier = outlierWith({ failureRate: 0.5, volume: 3, window: 100 });
    expect(recorded(outlier, 'xx', 0)).to.equal(-1);
    expect(recorded(outlier, '.xx', 100), 'two calls of a new one').to.equal(-1);
    expect(recorded(outlier, 'x', 199), 'the third').to.equal(0);
  });

  it('longer each time, up to a bound; and less long when it has behaved since', () => {
    const outlier = outlierWith({ ejection: 10, maxEjection: 25, window: 100 });
    const times = [];
    for (let i = 0; i < 3; i++) {
      outlier.eject(1000);
      times.push(outlier.ejectedUntil - 1000);
      outlier.readmit(1000);
    }
    expect(times).to.deep.equal([10, 20, 25]);
    recorded(outlier, 'x', 1200);
    outlier.eject(3000);
    expect(outlier.ejectedUntil).to.equal(3020);
  });

  it('not for calls that were sent before it was, nor again for what it did before', () => {
    const outlier = outlierWith();
    recorded(outlier, 'xxxxx');
    outlier.eject(1);
    expect(recorded(outlier, 'xxxxxxxx')).to.equal(-1);
    outlier.readmit(1);
    expect(recorded(outlier, 'xxxx')).to.equal(-1);
    expect(recorded(outlier, 'x')).to.equal(0);
  });

  it('while not too many others are', () => {
    const most = (servers: number, maxEjected = 0.5) => {
      let ejected = 0;
      while (mayEject(servers, ejected, { ...defaultOutlier, maxEjected })) ejected++;
      return ejected;
    };
    expect([1, 2, 3, 4, 10].map(servers => most(servers))).to.deep.equal([0, 1, 1, 2, 5]);
    expect([1, 2, 3].map(servers => most(servers, 1))).to.deep.equal([0, 1, 2]);
    expect(most(10, 0)).to.equal(0);
  });
});

describe('attempts to connect', () => {
  it('come ever later, up to a bound, and not all at the same time', () => {
    const settings = { initial: 100, max: 10_000, multiplier: 2, jitter: 0.5 };
    const waits = (random: number) => [1, 2, 3, 7, 8, 60].map(n => pauseAfter(n, settings, random));
    expect(waits(0)).to.deep.equal([100, 200, 400, 6400, 10_000, 10_000]);
    expect(waits(0.5)).to.deep.equal([75, 150, 300, 4800, 7500, 7500]);
    expect(waits(1)).to.deep.equal([50, 100, 200, 3200, 5000, 5000]);
  });
});
