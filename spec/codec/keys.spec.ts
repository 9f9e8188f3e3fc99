import { expect } from 'chai';
import fc from 'fast-check';
import { enginesOf, hasBothOf, protocols, Subject, verdictOf } from './engines.ts';
import { typesOf } from './schema-of.ts';

const { S, R, U, X } = typesOf(`
  struct S { 1: i32 a, 2: optional string b, 3: bool c = true, 4: double d, 5: list<string> e, 6: S f }
  struct R { 1: i32 a, 2: required string b, 3: i32 length }
  struct U { 1: i32 a, 2: string toJSON }
  exception X { 1: i32 a, 2: string message, 3: i32 b }
`);
const whole = { a: 1, b: 'two', c: false, d: 4.5, e: ['five'], f: { a: 6 } };
const entries = Object.entries(whole);

for (const protocol of protocols) {
  for (const engine of enginesOf(protocol)) {
    const subject = new Subject(engine, protocol);
    const same = (value: object, plain: object) =>
      expect(subject.encode(S, value)).to.deep.equal(subject.encode(S, plain));

    describe(`the keys of an object, ${protocol.name}, ${engine}`, () => {
      it('may stand in any order, and any of them be away: fields are written as they were declared', () => {
        fc.assert(
          fc.property(fc.shuffledSubarray(entries, { minLength: 1 }), chosen => {
            const given = Object.fromEntries(chosen);
            const declared = Object.fromEntries(entries.map(([key]) => [key, given[key]]));
            same(given, declared);
          }),
        );
      });

      it('may be inherited, some or all, and hidden where they are', () => {
        same(Object.create(whole) as object, whole);
        same(
          Object.assign(Object.create({ c: false, e: ['five'], f: { a: 6 } }) as object, {
            a: 1,
            b: 'two',
            d: 4.5,
          }),
          whole,
        );
        class Hidden {
          b = 'two';
          get a(): number {
            return 1;
          }
          get c(): boolean {
            return false;
          }
        }
        same(new Hidden(), { a: 1, b: 'two', c: false });
      });

      it('are no fields where every object may inherit them', () => {
        const value = Object.assign(Object.create({ toJSON: () => 'text' }) as object, { a: 1 });
        expect(subject.encode(U, value)).to.deep.equal(subject.encode(U, { a: 1 }));
      });

      it('are read once each, as the fields were declared', () => {
        for (const order of [entries, entries.toReversed(), [...entries.slice(3), ...entries.slice(0, 3)]]) {
          const reads: string[] = [];
          const value = {};
          for (const [key, member] of order) {
            Object.defineProperty(value, key, {
              enumerable: true,
              get() {
                reads.push(key);
                return member;
              },
            });
          }
          same(value, whole);
          expect(reads).to.deep.equal(entries.map(([key]) => key));
        }
      });

      it('are refused where one is no field, wherever it stands', () => {
        for (let at = 0; at <= entries.length; at++) {
          for (const key of ['', 'A', 'length']) {
            const value = Object.fromEntries([...entries.slice(0, at), [key, 1], ...entries.slice(at)]);
            expect(
              verdictOf(() => subject.encode(S, value)),
              `${key} at ${at}`,
            ).to.include({
              code: 'unknown-field',
              path: `S.${key}`,
            });
          }
        }
      });

      it('are refused without a required one, wherever it should stand', () => {
        for (const value of [
          { a: 1, length: 3 },
          { length: 3, a: 1 },
          { a: 1 },
          { a: 1, b: null },
          { b: undefined, a: 1 },
        ])
          expect(verdictOf(() => subject.encode(R, value))).to.include({
            code: 'missing-field',
            path: 'R.b',
          });
      });

      it('say nothing against an array that has them', () => {
        const list = Object.assign([], { a: 1, b: 'two' });
        expect(verdictOf(() => subject.encode(R, list))).to.include({ code: 'wrong-type', path: 'R' });
      });

      it('may be those of an error, whose message is a field', () => {
        const value = Object.assign(new Error('text'), { b: 3, a: 1 });
        expect(subject.encode(X, value)).to.deep.equal(subject.encode(X, { a: 1, message: 'text', b: 3 }));
      });
    });
  }

  if (hasBothOf(protocol)) {
    describe(`keys that come and go while they are read, ${protocol.name}`, () => {
      const changes: Readonly<Record<string, (value: Record<string, unknown>) => void>> = {
        'one is added that is no field': value => (value.z = 1),
        'one is added that is a field': value => (value.b = 'new'),
        'a later one goes': value => delete value.e,
        'an earlier one goes': value => delete value.a,
        'a later one is unset': value => (value.d = undefined),
        'a later one is moved to the end': value => {
          delete value.d;
          value.d = 9;
        },
      };
      for (const [what, change] of Object.entries(changes)) {
        it(`are taken alike by generated code and closures: ${what}`, () => {
          const make = () => {
            const value: Record<string, unknown> = {
              a: 1,
              get c() {
                change(value);
                return false;
              },
              d: 4,
              e: [],
            };
            return value;
          };
          const [source, closures] = (['source', 'closures'] as const).map(engine =>
            verdictOf(() => new Subject(engine, protocol).encode(S, make())),
          );
          expect(closures).to.deep.equal(source);
        });
      }
    });
  }
}
