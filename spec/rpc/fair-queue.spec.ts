import { expect } from 'chai';
import { FairQueue, Line, type Waiting } from '../../src/rpc/server/fair-queue.ts';

interface Named extends Waiting {
  readonly name: string;
}

const named = (name: string): Named => ({ name, before: undefined, after: undefined, begin() {} });

/** The names of all that is taken out, until nothing is left. */
function takeAll(queue: FairQueue): string {
  let names = '';
  for (let taken = queue.take(); taken !== undefined; taken = queue.take()) names += (taken as Named).name;
  return names;
}

describe('a fair queue', () => {
  it('gives each connection its turn, and the requests of each in order', () => {
    const queue = new FairQueue();
    const [busy, modest, late] = [new Line(), new Line(), new Line()];
    for (const name of 'abcde') queue.add(busy, named(name));
    for (const name of 'xy') queue.add(modest, named(name));
    expect((queue.take() as Named).name).to.equal('a');
    queue.add(late, named('1'));
    expect(queue.size).to.equal(7);
    expect(takeAll(queue)).to.equal('xb1ycde');
    expect(queue.size).to.equal(0);
    queue.add(busy, named('f'));
    expect(takeAll(queue)).to.equal('f');
  });

  it('lets any leave, wherever it stands', () => {
    const queue = new FairQueue();
    const [one, other] = [new Line(), new Line()];
    const all = Array.from('abcx', named);
    for (const waiting of all.slice(0, 3)) queue.add(one, waiting);
    queue.add(other, all[3]!);
    queue.remove(one, all[1]!);
    expect(takeAll(queue)).to.equal('axc');
    queue.add(one, all[0]!);
    queue.add(other, all[3]!);
    queue.remove(one, all[0]!);
    expect(queue.size).to.equal(1);
    expect(takeAll(queue)).to.equal('x');
  });
});
