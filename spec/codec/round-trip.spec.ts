import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { deserialize, serialize } from '../../src/serialize.ts';
import { equals } from '../../src/values/lookup.ts';
import { typed } from './arbitrary-value.ts';
import { hasBoth, Subject } from './engines.ts';

describe('any value of any schema', () => {
  it('comes back equal', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const back = deserialize(type, serialize(type, value));
        expect(equals(type, value, back)).to.equal(true);
      }),
      { numRuns: 150 },
    );
  });

  // Not at once: JavaScript orders the keys of an object its own way, and a Set knows no -0.
  it('is written the same ever after, once decoded', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const bytes = serialize(type, deserialize(type, serialize(type, value)));
        expect(serialize(type, deserialize(type, bytes))).to.deep.equal(bytes);
      }),
      { numRuns: 150 },
    );
  });

  if (hasBoth) {
    it('is written alike by generated code and closures, whatever room there is', () => {
      const [source, closures] = [new Subject('source'), new Subject('closures')];
      fc.assert(
        fc.property(typed, fc.nat(200), ({ type, value }, capacity) => {
          const bytes = source.encode(type, value, capacity);
          expect(closures.encode(type, value).toString('hex')).to.equal(bytes.toString('hex'));
          deepStrictEqual(source.decode(type, bytes), closures.decode(type, bytes));
        }),
        { numRuns: 150 },
      );
    });
  }
});
