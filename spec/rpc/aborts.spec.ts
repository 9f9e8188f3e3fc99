import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { onAbort } from '../../src/rpc/aborts.ts';

describe('those who wait for a signal', () => {
  it('are told once, with its reason, unless they have let go', () => {
    const controller = new AbortController();
    const told: unknown[] = [];
    const stops = ['a', 'b', 'c'].map(name =>
      onAbort(controller.signal, reason => {
        told.push(`${name} ${reason}`);
        for (const stop of stops) stop();
      }),
    );
    stops[0]!();
    controller.abort('why');
    expect(told).to.deep.equal(['b why']);
  });

  it('have one listener, and none when they have let go', () => {
    const { signal } = new AbortController();
    const count = () => getEventListeners(signal, 'abort').length;
    const [first, second] = [onAbort(signal, () => {}), onAbort(signal, () => {})];
    expect(count()).to.equal(1);
    first();
    first();
    expect(count()).to.equal(1);
    second();
    expect(count()).to.equal(0);
    onAbort(signal, () => {})();
    expect(count()).to.equal(0);
  });
});
