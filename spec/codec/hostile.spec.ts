import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { explainValue } from '../../src/codec/explain.ts';
import { typed, typedFor } from './arbitrary-value.ts';
import { anyCorruption, anyDamage, corrupted, damaged } from './corrupt.ts';
import { enginesOf, hasBothOf, protocols, Subject, type Verdict, verdictOf } from './engines.ts';

for (const protocol of protocols) {
  describe(`a value with something wrong in it, ${protocol.name}`, () => {
    for (const engine of enginesOf(protocol)) {
      it(`is written, or refused for a reason and with its path (${engine})`, () => {
        const subject = new Subject(engine, protocol);
        fc.assert(
          fc.property(typed, anyCorruption, ({ type, value }, corruption) => {
            const wrong = corrupted(value, corruption);
            const verdict = verdictOf(() => subject.encode(type, wrong));
            if ('value' in verdict) {
              expect(explainValue(type, wrong, 64, protocol).code).to.equal('changed-while-read');
            } else {
              expect(verdict.code).to.not.equal('changed-while-read');
              expect(verdict.path.startsWith(String(type)), verdict.path).to.equal(true);
              expect(verdict.message.startsWith(`${verdict.path}: `), verdict.message).to.equal(true);
            }
          }),
          { numRuns: 120 },
        );
      });
    }

    if (hasBothOf(protocol)) {
      it('is judged alike by generated code and closures', () => {
        const [source, closures] = [new Subject('source', protocol), new Subject('closures', protocol)];
        fc.assert(
          fc.property(typed, anyCorruption, ({ type, value }, corruption) => {
            const wrong = corrupted(value, corruption);
            sameVerdict(
              verdictOf(() => source.encode(type, wrong).toString('hex')),
              verdictOf(() => closures.encode(type, wrong).toString('hex')),
            );
          }),
          { numRuns: 120 },
        );
      });
    }
  });

  describe(`bytes with something wrong in them, ${protocol.name}`, () => {
    const fitting = typedFor(protocol);
    for (const engine of enginesOf(protocol)) {
      it(`give a value or a DecodeError that says where (${engine})`, () => {
        const subject = new Subject(engine, protocol);
        fc.assert(
          fc.property(fitting, anyDamage, ({ type, value }, damage) => {
            const bytes = damaged(subject.encode(type, value), damage);
            const verdict = verdictOf(() => subject.decode(type, bytes));
            if ('value' in verdict) return;
            expect(verdict.offset).to.be.within(0, bytes.length);
            expect(verdict.path.startsWith(String(type)), verdict.path).to.equal(true);
          }),
          { numRuns: 90 },
        );
      });

      it(`are no business of the bytes around them (${engine})`, () => {
        const subject = new Subject(engine, protocol);
        const around = fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }));
        fc.assert(
          fc.property(fitting, anyDamage, around, ({ type, value }, damage, [before, after]) => {
            const bytes = damaged(subject.encode(type, value), damage);
            sameVerdict(
              verdictOf(() => subject.decodeWithin(type, bytes, before, after)),
              verdictOf(() => subject.decode(type, bytes)),
            );
          }),
          { numRuns: 90 },
        );
      });

      it(`are truncated wherever a value is cut (${engine})`, () => {
        const subject = new Subject(engine, protocol);
        fc.assert(
          fc.property(fitting, fc.nat(), ({ type, value }, cut) => {
            const bytes = subject.encode(type, value);
            const verdict = verdictOf(() => subject.decode(type, bytes.subarray(0, cut % bytes.length)));
            expect(verdict).to.have.property('code', 'truncated');
          }),
          { numRuns: 90 },
        );
      });
    }

    if (hasBothOf(protocol)) {
      it('are judged alike by generated code and closures', () => {
        const [source, closures] = [new Subject('source', protocol), new Subject('closures', protocol)];
        fc.assert(
          fc.property(fitting, anyDamage, ({ type, value }, damage) => {
            const bytes = damaged(source.encode(type, value), damage);
            sameVerdict(
              verdictOf(() => source.decode(type, bytes)),
              verdictOf(() => closures.decode(type, bytes)),
            );
          }),
          { numRuns: 90 },
        );
      });
    }
  });
}

function sameVerdict(actual: Verdict, expected: Verdict): void {
  deepStrictEqual(actual, expected);
}
