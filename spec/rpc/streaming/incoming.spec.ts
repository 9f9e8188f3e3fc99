import { expect } from 'chai';
import fc from 'fast-check';
import { Incoming } from '../../../src/rpc/streaming/incoming.ts';

/** Makes a queue, with what its owner is told of the messages that are taken. */
function counted(): { readonly incoming: Incoming; readonly taken: number[] } {
  const incoming = new Incoming();
  const taken: number[] = [];
  incoming.owner = { taken: bytes => taken.push(bytes), abandoned: () => {}, silent: () => {} };
  return { incoming, taken };
}

describe('the messages of a stream that have come', () => {
  it('are had in their order, however many wait, with their bytes', async () => {
    const step = fc.record({
      come: fc.integer({ min: 0, max: 1500 }),
      go: fc.integer({ min: 0, max: 1500 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async steps => {
        const { incoming, taken } = counted();
        let [pushed, had] = [0, 0];
        for (const { come, go } of steps) {
          for (let i = 0; i < come; i++, pushed++) incoming.push(pushed, pushed + 1);
          const asked = Math.min(go, pushed - had);
          for (const end = had + asked; had < end; had++)
            expect(await incoming.next()).to.deep.equal({ done: false, value: had });
          expect(incoming.length).to.equal(pushed - had);
          expect(incoming.bytes).to.equal((pushed * (pushed + 1) - had * (had + 1)) / 2);
        }
        expect(taken).to.deep.equal(Array.from({ length: had }, (_, i) => i + 1));
        incoming.end();
        for (; had < pushed; had++) expect((await incoming.next()).value).to.equal(had);
        expect(await incoming.next()).to.deep.equal({ done: true, value: undefined });
      }),
      { numRuns: 20 },
    );
  });

  it('are given to those who wait, first come, first served', async () => {
    const { incoming } = counted();
    const waiting = [incoming.next(), incoming.next()];
    for (const value of ['a', 'b', 'c']) incoming.push(value, 1);
    expect((await Promise.all(waiting)).map(({ value }) => value)).to.deep.equal(['a', 'b']);
    expect(incoming.length).to.equal(1);
    expect((await incoming.next()).value).to.equal('c');
  });
});
