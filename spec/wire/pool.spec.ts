import { expect } from 'chai';
import { giveBuffer, takeBuffer } from '../../src/wire/pool.ts';

const KB = 1024;
const MB = 1024 * KB;

describe('buffers that are shared', () => {
  it('have at least the size that is asked for', () => {
    for (const size of [1, 64 * KB - 1, 64 * KB, 64 * KB + 1, 4 * MB, 4 * MB + 1, 17 * MB])
      expect(takeBuffer(size).length, String(size)).to.be.least(size);
  });

  for (const size of [64 * KB, 1_000_000, 4 * MB, 5 * MB, 16_000_000]) {
    it(`are given to the next who asks, and to nobody else: ${size} bytes`, () => {
      const buffer = takeBuffer(size);
      giveBuffer(buffer);
      expect(takeBuffer(size)).to.equal(buffer);
      expect(takeBuffer(size)).to.not.equal(buffer);
    });
  }
});
