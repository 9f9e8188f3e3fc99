import { expect } from 'chai';
import { defaultLimits } from '../../src/limits.ts';
import { giveReader, takeReader } from '../../src/wire/readers.ts';

describe('readers that are shared', () => {
  it('have the limits of who asks, and no bytes of who had them before', () => {
    const first = takeReader({ ...defaultLimits, depth: 3, name: 5 });
    expect([first.maxDepth, first.maxName]).to.deep.equal([3, 5]);
    first.attach(Buffer.from('secret'));
    giveReader(first);
    const second = takeReader(defaultLimits);
    expect(second).to.equal(first);
    expect([second.maxDepth, second.maxName]).to.deep.equal([defaultLimits.depth, defaultLimits.name]);
    expect([second.bytes.length, second.view.byteLength]).to.deep.equal([0, 0]);
    giveReader(second);
  });

  it('are not the same one for two who read at the same time', () => {
    const [first, second] = [takeReader(defaultLimits), takeReader(defaultLimits)];
    expect(first).to.not.equal(second);
    giveReader(first);
    giveReader(second);
  });
});
