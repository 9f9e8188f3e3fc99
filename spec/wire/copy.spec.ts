import { expect } from 'chai';
import fc from 'fast-check';
import { putBytes } from '../../src/wire/copy.ts';

describe('putting bytes into a buffer', () => {
  it('puts them there, all of them and nothing else, wherever both stand', () => {
    const source = Buffer.from(Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 251));
    const place = fc.nat(5000);
    const length = fc.oneof(fc.nat(3000), fc.nat(15_000), fc.constantFrom(0, 1999, 2000, 2001, 4000, 15_000));
    fc.assert(
      fc.property(place, place, fc.nat(20), length, (from, begin, at, size) => {
        const target = new Uint8Array(new ArrayBuffer(25_100), begin, size + at + 10).fill(0xff);
        putBytes(target, at, source.subarray(from, from + size));
        expect(Buffer.compare(target.subarray(at, at + size), source.subarray(from, from + size))).to.equal(
          0,
        );
        expect(target.subarray(0, at).every(byte => byte === 0xff)).to.equal(true);
        expect(target.subarray(at + size).every(byte => byte === 0xff)).to.equal(true);
      }),
    );
  });

  it('does so a few bytes apart as well', () => {
    const source = Buffer.alloc(10_000).map((_, i) => i * 31);
    for (let apart = 0; apart <= 16; apart++) {
      const target = new Uint8Array(10_000 + apart + 1);
      putBytes(target, apart, source);
      expect(Buffer.compare(target.subarray(apart, -1), source), String(apart)).to.equal(0);
      expect(target.at(-1)).to.equal(0);
    }
  });
});
