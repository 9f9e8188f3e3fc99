import { expect } from 'chai';
import fc from 'fast-check';
import { Slab } from '../../src/wire/slab.ts';
import { room } from '../../src/wire/writer.ts';

/** A value of so many bytes, all `byte`, written as encoders do: in steps, with a little too much behind each. */
function write(slab: Slab, length: number, byte: number): Uint8Array {
  let at = slab.begin();
  for (let left = length; left > 0; ) {
    const step = Math.min(left, 100);
    room(slab.writer, at, step + 8);
    slab.writer.bytes.fill(byte, at, at + step + 8);
    at += step;
    left -= step;
  }
  return slab.end(at);
}

describe('a slab', () => {
  it('gives values that stay as they are, whatever is written later', () => {
    const length = fc.oneof(
      fc.nat(40),
      fc.nat(1100),
      fc.constantFrom(1023, 1024, 1025, 8192, 70_000, 1_100_000),
    );
    fc.assert(
      fc.property(fc.array(length, { minLength: 1, maxLength: 60, size: 'max' }), lengths => {
        const slab = new Slab(64);
        const values = lengths.map((size, i) => [write(slab, size, i + 1), size, i + 1] as const);
        for (const [value, size, byte] of values) {
          expect(value.length).to.equal(size);
          expect(value.every(found => found === byte)).to.equal(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives small ones of one memory, and larger ones memory of their own', () => {
    const slab = new Slab(64);
    const small = Array.from({ length: 7 }, (_, i) => write(slab, 1000, i));
    expect(new Set(small.map(({ buffer }) => buffer)).size).to.equal(1);
    expect(small.map(({ byteOffset }) => byteOffset % 8)).to.deep.equal([0, 0, 0, 0, 0, 0, 0]);
    for (const size of [1025, 100_000]) expect(write(slab, size, 1).buffer.byteLength).to.equal(size);
  });

  it('leaves what was begun and not ended', () => {
    const slab = new Slab(64);
    const one = write(slab, 10, 1);
    slab.writer.bytes.fill(9, slab.begin());
    const two = write(slab, 10, 2);
    expect([...one, ...two].join('')).to.equal('11111111112222222222');
  });
});
