import { expect } from 'chai';
import { giveWriter, takeWriter } from '../../src/wire/writers.ts';

describe('writers that are shared', () => {
  it('are given to the next who asks, with the depth that it allows', () => {
    const first = takeWriter(10);
    giveWriter(first);
    const second = takeWriter(20);
    expect(second).to.equal(first);
    expect(second.maxDepth).to.equal(20);
    expect(takeWriter(20)).to.not.equal(second);
  });

  it('are as large as their last user made them, but not beyond a megabyte', () => {
    const writer = takeWriter(64);
    writer.grow(0, 1024 * 1024);
    giveWriter(writer);
    expect(takeWriter(64)).to.equal(writer);
    writer.grow(0, 1024 * 1024 + 1);
    giveWriter(writer);
    expect(takeWriter(64)).to.not.equal(writer);
  });

  it('hold no more than a few megabytes when nobody needs them', () => {
    const many = Array.from({ length: 40 }, () => takeWriter(64));
    for (const writer of many) {
      writer.grow(0, 512 * 1024);
      giveWriter(writer);
    }
    const kept = new Set(many.map(() => takeWriter(64)).filter(writer => writer.size > 4096));
    expect(kept.size).to.equal(8);
  });
});
