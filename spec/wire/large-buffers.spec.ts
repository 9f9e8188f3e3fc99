import { mock } from 'node:test';
import { expect } from 'chai';
import { LargeBuffers } from '../../src/wire/large-buffers.ts';

const MB = 1024 * 1024;

describe('large buffers', () => {
  let buffers: LargeBuffers;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    buffers = new LargeBuffers(100 * MB);
  });

  afterEach(() => mock.timers.reset());

  it('serve needs that are alike, one at a time', () => {
    const buffer = buffers.take(16_000_000);
    buffers.give(buffer);
    expect(buffers.take(16_000_100)).to.equal(buffer);
    expect(buffers.take(16_000_000)).to.not.equal(buffer);
  });

  it('serve smaller needs as well, the smallest that is large enough first', () => {
    const [small, middle, large] = [buffers.take(8 * MB), buffers.take(12 * MB), buffers.take(20 * MB)];
    for (const buffer of [large, small, middle]) buffers.give(buffer);
    expect(buffers.take(9 * MB)).to.equal(middle);
    expect(buffers.take(9 * MB)).to.equal(large);
    expect(buffers.take(9 * MB)).to.not.equal(small);
    expect(buffers.take(5 * MB)).to.equal(small);
  });

  it('are not given to who needs a quarter of them', () => {
    const buffer = buffers.take(48 * MB);
    buffers.give(buffer);
    expect(buffers.take(12 * MB)).to.not.equal(buffer);
    expect(buffers.take(12 * MB + 1)).to.equal(buffer);
  });

  it('are kept up to a limit', () => {
    const given = Array.from({ length: 6 }, () => buffers.take(32 * MB));
    for (const buffer of given) buffers.give(buffer);
    const again = given.map(() => buffers.take(32 * MB)).filter(buffer => given.includes(buffer));
    expect(again).to.have.length(3);
  });

  it('are let go after a second', () => {
    const buffer = buffers.take(40 * MB);
    buffers.give(buffer);
    mock.timers.tick(999);
    expect(buffers.take(40 * MB)).to.equal(buffer);
    buffers.give(buffer);
    mock.timers.tick(1);
    expect(buffers.take(40 * MB)).to.not.equal(buffer);
  });

  it('may be kept again after that, as many of them', () => {
    buffers.give(buffers.take(80 * MB));
    mock.timers.tick(1000);
    const buffer = buffers.take(80 * MB);
    buffers.give(buffer);
    mock.timers.tick(999);
    expect(buffers.take(80 * MB)).to.equal(buffer);
  });
});
