import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { unknownField } from '../../src/values/classes.ts';
import { typedFor } from './arbitrary-value.ts';
import { engines, enginesOf, protocols, Subject, verdictOf } from './engines.ts';
import { cut, join } from './field-parts.ts';
import { hex, typesOf } from './schema-of.ts';

for (const protocol of protocols) {
  for (const engine of enginesOf(protocol)) {
    const subject = new Subject(engine, protocol);
    const structs = typedFor(protocol).filter(({ type }) => type.kind === 'struct');

    describe(`fields of any struct, ${protocol.name}, ${engine}`, () => {
      it('may come in any order, and more than once: the last one counts', () => {
        fc.assert(
          fc.property(structs, fc.infiniteStream(fc.nat()), ({ type, value, other }, random) => {
            const fields = cut(protocol, subject.encode(type, value));
            const known = new Set(fields.map(({ id }) => id));
            const earlier = cut(protocol, subject.encode(type, other)).filter(field => known.has(field.id));
            const bytes = join(protocol, [...shuffled(earlier, random), ...shuffled(fields, random)]);
            deepStrictEqual(subject.decode(type, bytes), subject.decode(type, join(protocol, fields)));
          }),
          { numRuns: 60 },
        );
      });

      it('are skipped where nobody knows them', () => {
        fc.assert(
          fc.property(structs, structs, fc.array(fc.nat()), ({ type, value }, foreign, places) => {
            const fields = cut(protocol, subject.encode(type, value));
            const strangers = cut(protocol, subject.encode(foreign.type, foreign.value)).filter(
              field => !type.byId.has(field.id),
            );
            const mixed = [...fields];
            strangers.forEach((stranger, i) => {
              mixed.splice((places[i] ?? 0) % (mixed.length + 1), 0, stranger);
            });
            deepStrictEqual(
              subject.decode(type, join(protocol, mixed)),
              subject.decode(type, join(protocol, fields)),
            );
          }),
          { numRuns: 60 },
        );
      });

      it('have all 65,536 ids', () => {
        const ids = [-32768, -32767, -256, -2, -1, 0, 1, 255, 256, 32766, 32767];
        const { S } = typesOf(`struct S { ${ids.map((id, i) => `${id}: i32 f${i}`).join(', ')} }`);
        const value = Object.fromEntries(ids.map((id, i) => [`f${i}`, id]));
        const bytes = subject.encode(S, value);
        expect(cut(protocol, bytes).map(({ id }) => id)).to.deep.equal(ids);
        expect(subject.decode(S, bytes)).to.deep.include(value);
      });

      it('may be many', () => {
        for (const count of [40, 41, 300, 500]) {
          const names = Array.from({ length: count }, (_, i) => `f${i}`);
          const { S } = typesOf(
            `struct S { ${names.map((name, i) => `${i + 1}: ${i % 3 ? 'i32' : 'string'} ${name}`)} }`,
          );
          const value = Object.fromEntries(names.map((name, i) => [name, i % 3 ? i : String(i)]));
          const bytes = subject.encode(S, value);
          expect(cut(protocol, bytes)).to.have.length(count);
          expect(subject.decode(S, bytes)).to.deep.include(value);
          expect(subject.decode(S, join(protocol, cut(protocol, bytes).reverse()))).to.deep.include(value);
          expect(subject.decode(S, join(protocol, []))).to.have.all.keys(names);
        }
      });
    });
  }
}

for (const engine of engines) {
  const subject = new Subject(engine);

  describe(`fields on the wire, ${engine}`, () => {
    it('are skipped where their type is another, and count as absent', () => {
      const { S } = typesOf(
        'struct S { 1: i32 a = 5, 2: optional string b, 3: list<i32> c, 4: map<i8, i8> d }',
      );
      const mistyped = '0b000100000001780800020000000106000300010f00040800000000';
      expect(subject.decode(S, hex(`${mistyped}00`))).to.include({ a: 5, b: undefined, c: undefined });
      expect(subject.decode(S, hex(`${mistyped}08000100000007 00`))).to.include({ a: 7 });
    });

    it('count as absent where their elements are of another type, unless there are none', () => {
      const { S } = typesOf('struct S { 1: list<i32> a, 2: set<i32> b = [9], 3: map<i8, i8> c }');
      const strings =
        '0f 0001 0b 00000001 00000001 78 0e 0002 02 00000001 01 0d 0003 03 0b 00000001 01 00000000';
      expect(subject.decode(S, hex(`${strings}00`))).to.deep.include({
        a: undefined,
        b: new Set([9]),
        c: undefined,
      });
      const empty = '0f 0001 0b 00000000 0e 0002 00 00000000 0d 0003 00 00 00000000 00';
      expect(subject.decode(S, hex(empty))).to.deep.include({ a: [], b: new Set(), c: new Map() });
    });

    it('must be there if they are required and have no default', () => {
      const { S, R } = typesOf(`
        struct R { 1: required i32 a = 1, 2: required list<i32> b = [2], 3: required S s }
        struct S { 1: required bool ok }`);
      expect(subject.decode(R, hex('0c0003 020001 01 00 00'))).to.deep.include({ a: 1, b: [2] });
      expect(verdictOf(() => subject.decode(R, hex('00')))).to.deep.equal({
        code: 'missing-field',
        path: 'R',
        offset: 0,
        message: 'R: the required field "s" (id 3) is missing (at byte 0)',
      });
      expect(verdictOf(() => subject.decode(R, hex('0c0003 00 00')))).to.include({
        code: 'missing-field',
        path: 'R.s',
        offset: 3,
      });
      expect(verdictOf(() => subject.decode(S, hex('080001 00000001 00')))).to.include({
        code: 'missing-field',
      });
    });

    it('have their defaults where they do not come, -0 told from 0', () => {
      const { S } = typesOf('struct S { 1: double a = 0.0, 2: double b = -0.0, 3: double c }');
      const { a, b, c } = subject.decode(S, hex('00')) as Record<string, unknown>;
      expect([Object.is(a, 0), Object.is(b, -0), c]).to.deep.equal([true, true, undefined]);
    });
  });

  describe(`unions on the wire, ${engine}`, () => {
    const { U } = typesOf('union U { 1: i32 a, 2: string b, 3: list<i32> c }');

    it('are empty when their member is newer than the schema, and remember its id', () => {
      const union = subject.decode(U, hex('080007 00000001 00')) as { [unknownField]?: number };
      expect(Object.keys(union)).to.deep.equal([]);
      expect(union[unknownField]).to.equal(7);
      expect(verdictOf(() => subject.encode(U, union))).to.include({
        code: 'union-member',
        message:
          'U: union U takes exactly one of its members, got none: it was read with a member newer than this schema (field id 7)',
      });
      const negative = subject.decode(U, hex('08fffe 00000001 00')) as { [unknownField]?: number };
      expect(negative[unknownField]).to.equal(-2);
    });

    it('remember nothing when they came without any member', () => {
      const union = subject.decode(U, hex('00')) as { [unknownField]?: number };
      expect(union[unknownField]).to.equal(undefined);
      expect(verdictOf(() => subject.encode(U, union))).to.include({ code: 'union-member' });
    });

    it('take one member beside what they do not know', () => {
      const union = subject.decode(
        U,
        hex('080007 00000001 0b0002 00000001 78 0f0003 0b 00000001 00000000 00'),
      );
      expect(union).to.deep.equal(
        Object.assign(Object.create(Object.getPrototypeOf(union as object)), { b: 'x' }),
      );
    });

    it('refuse a second member', () => {
      expect(verdictOf(() => subject.decode(U, hex('080001 00000001 0b0002 00000001 78 00')))).to.include({
        code: 'union-member',
        path: 'U.b',
      });
      expect(verdictOf(() => subject.decode(U, hex('0b0002 00000001 78 080001 00000001 00')))).to.include({
        code: 'union-member',
        path: 'U.a',
      });
      expect(subject.decode(U, hex('080001 00000001 080001 00000002 00'))).to.include({ a: 2 });
    });
  });
}

function shuffled<T>(list: readonly T[], random: fc.Stream<number>): T[] {
  const keys = [...random.take(list.length)];
  return list
    .map((item, i) => ({ item, key: keys[i]! }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
