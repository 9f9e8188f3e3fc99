import { expect } from 'chai';
import fc from 'fast-check';
import { loadSource } from '../../src/load.ts';
import { type } from '../../src/values/module.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { engines, Subject } from '../codec/engines.ts';
import { table } from '../codec/table.ts';

describe('ByteWriter', () => {
  it('keeps what stands before the position when it grows, and nothing else is asked of it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(200), (kept, need) => {
        const w = new ByteWriter(kept.length, 64);
        w.bytes.set(kept);
        const before = w.bytes;
        w.grow(kept.length, need);
        expect(w.bytes.subarray(0, kept.length)).to.deep.equal(Buffer.from(kept));
        expect(w.size)
          .to.equal(w.bytes.length)
          .and.at.least(kept.length + need);
        expect(w.view.buffer).to.equal(w.bytes.buffer).and.not.equal(before.buffer);
        expect(w.view.byteLength).to.equal(w.size);
      }),
    );
  });

  it('grows by doubling, so that a long message is not copied again for each value', () => {
    const w = new ByteWriter(64, 64);
    let grown = 0;
    for (let at = 0; at < 1_000_000; at++) {
      if (at + 1 > w.size) {
        w.grow(at, 1);
        grown++;
      }
    }
    expect(grown).to.be.at.most(15);
  });
});

for (const engine of engines) {
  describe(`a buffer that ends anywhere, ${engine}`, () => {
    const subject = new Subject(engine);

    it('is grown in time for each value of the table', () => {
      for (const { type, value, binary } of table) {
        for (let capacity = 0; capacity <= binary.length / 2 + 1; capacity++)
          expect(subject.encode(type, value, capacity).toString('hex'), `${type}, ${capacity}`).to.equal(
            binary,
          );
      }
    });

    it('is grown in time for a text that fills it to the last byte, before the stop byte', () => {
      const S = type(loadSource('struct S { 1: string text }'), 'S');
      for (const length of [0, 1, 24, 25, 100, 16_384, 16_385, 1_000_000]) {
        const text = 'x'.repeat(length);
        for (const spare of [-1, 0, 1, 2, 2 * length - 1, 2 * length, 2 * length + 1]) {
          const bytes = subject.encode(S, { text }, Math.max(0, 3 + 4 + length + spare));
          expect(bytes.length).to.equal(3 + 4 + length + 1);
          expect(bytes.at(-1)).to.equal(0);
          expect(bytes.toString('latin1', 7, 7 + length)).to.equal(text);
        }
      }
    });

    it('is grown in time for bytes and lists of any size', () => {
      const S = type(loadSource('struct S { 1: binary b, 2: list<i64> l, 3: map<i32, string> m }'), 'S');
      const shape = fc.tuple(fc.nat(100), fc.nat(40), fc.nat(20), fc.nat(700));
      fc.assert(
        fc.property(shape, ([b, l, m, capacity]) => {
          const value = {
            b: new Uint8Array(b).fill(7),
            l: Array.from({ length: l }, (_, i) => BigInt(i)),
            m: new Map(Array.from({ length: m }, (_, i) => [i, String(i)])),
          };
          const bytes = subject.encode(S, value, capacity);
          expect(bytes).to.deep.equal(subject.encode(S, value, 10_000));
          expect(subject.decode(S, bytes)).to.deep.include(value);
        }),
        { numRuns: 100 },
      );
    });
  });
}
