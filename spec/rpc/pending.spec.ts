import { expect } from 'chai';
import fc from 'fast-check';
import type { Call } from '../../src/rpc/call.ts';
import { PendingCalls } from '../../src/rpc/channels/pending.ts';

const call = (seqid: number) => ({ seqid }) as Call;

describe('the table of pending calls', () => {
  it('gives and takes like a map', () => {
    const ids = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), ids)), steps => {
        const [table, map] = [new PendingCalls(), new Map<number, Call>()];
        for (const [isAdd, id] of steps) {
          expect(table.has(id)).to.equal(map.has(id));
          if (isAdd && !map.has(id)) {
            const added = call(id);
            table.add(added);
            map.set(id, added);
          } else if (!isAdd) {
            expect(table.take(id)).to.equal(map.get(id));
            map.delete(id);
          }
          expect(table.size).to.equal(map.size);
        }
        expect(table.drain().sort((a, b) => a.seqid - b.seqid)).to.deep.equal(
          [...map.values()].sort((a, b) => a.seqid - b.seqid),
        );
        expect(table.size).to.equal(0);
      }),
    );
  });

  it('takes the room of the calls that wait, not of those that were answered beside a slow one', () => {
    const table = new PendingCalls();
    const slow = [call(0), call(1), call(70)];
    for (const one of slow) table.add(one);
    for (let id = 71; id < 200_000; id++) {
      table.add(call(id));
      table.take(id);
    }
    for (let bit = 18; bit < 31; bit++) {
      table.add(call(2 ** bit));
      table.take(2 ** bit);
    }
    expect(table.capacity).to.equal(8);
    for (const one of slow) expect(table.take(one.seqid)).to.equal(one);
    for (let id = 0; id < 1000; id++) table.add(call(id));
    expect(table.capacity).to.be.within(1000, 4096);
  });
});
