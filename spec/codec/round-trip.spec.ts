import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { deserialize, serialize } from '../../src/serialize.ts';
import { equals } from '../../src/values/lookup.ts';
import { typedFor } from './arbitrary-value.ts';
import { hasBothOf, protocols, Subject } from './engines.ts';

for (const protocol of protocols) {
  describe(`any value of any schema, ${protocol.name}`, () => {
    const typed = typedFor(protocol);
    const options = { protocol: protocol.name };
    it('comes back equal', () => {
      fc.assert(
        fc.property(typed, ({ type, value }) => {
          const back = deserialize(type, serialize(type, value, options), options);
          expect(equals(type, value, back)).to.equal(true);
        }),
        { numRuns: 90 },
      );
    });

    // Not at once: JavaScript orders the keys of an object its own way, and a Set knows no -0.
    it('is written the same ever after, once decoded', () => {
      fc.assert(
        fc.property(typed, ({ type, value }) => {
          const bytes = serialize(type, deserialize(type, serialize(type, value, options), options), options);
          expect(serialize(type, deserialize(type, bytes, options), options)).to.deep.equal(bytes);
        }),
        { numRuns: 90 },
      );
    });

    if (hasBothOf(protocol)) {
      it('is written alike by generated code and closures, whatever room there is', () => {
        const [source, closures] = [new Subject('source', protocol), new Subject('closures', protocol)];
        fc.assert(
          fc.property(typed, fc.nat(200), ({ type, value }, capacity) => {
            const bytes = source.encode(type, value, capacity);
            expect(closures.encode(type, value).toString('hex')).to.equal(bytes.toString('hex'));
            deepStrictEqual(source.decode(type, bytes), closures.decode(type, bytes));
          }),
          { numRuns: 90 },
        );
      });
    }
  });
}
