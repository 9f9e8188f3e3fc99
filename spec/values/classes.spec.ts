import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { ValueError } from '../../src/errors/value-error.ts';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import type { StructClass } from '../../src/values/classes.ts';

const { User, Address, Empty } = loadSource(`
  struct User { 1: string name, 2: optional i32 age, 3: list<string> tags = ["new"], 4: Address home = {"zip": "0"},
    5: i64 id = 7, 6: set<i32> seen = [1], 7: map<string, list<i32>> scores = {"a": [1]}, 8: binary raw = "ab" }
  struct Address { 1: string zip, 2: string city = "Bern" }
  struct Empty {}
`);

describe('the class of a struct', () => {
  it('has the name of the struct', () => {
    expect(User.name).to.equal('User');
    expect(new User()).to.be.instanceOf(User);
    expect(new User().constructor).to.equal(User);
  });

  it('has every field as an own property in declaration order, undefined when unset', () => {
    const expected = ['name', 'age', 'tags', 'home', 'id', 'seen', 'scores', 'raw'];
    expect(Object.keys(new User())).to.deep.equal(expected);
    expect(Object.keys(new User({ id: 1n, name: 'a' }))).to.deep.equal(expected);
    expect(Object.keys(deserialize(User, serialize(User, { age: 1 })))).to.deep.equal(expected);
    expect(new User()).to.include({ name: undefined, age: undefined, id: 7n });
  });

  it('makes defaults anew for each instance', () => {
    for (const make of [() => new User(), () => deserialize(User, Uint8Array.of(0))]) {
      const [one, two] = [make(), make()];
      expect(one.tags).to.deep.equal(['new']);
      expect(one.home).to.be.instanceOf(Address);
      expect(one.home).to.include({ zip: '0', city: 'Bern' });
      expect(one.seen).to.deep.equal(new Set([1]));
      expect(one.scores).to.deep.equal(new Map([['a', [1]]]));
      expect(one.raw).to.deep.equal(Uint8Array.of(97, 98));
      for (const name of ['tags', 'home', 'seen', 'scores', 'raw']) expect(one[name]).to.not.equal(two[name]);
      expect(one.scores.get('a')).to.not.equal(two.scores.get('a'));
      one.tags.push('x');
      one.home.zip = '9';
      one.scores.get('a').push(2);
      one.raw[0] = 0;
      expect(make()).to.deep.equal(two);
    }
  });

  it('takes undefined for the default and null for unset', () => {
    expect(new User({ id: undefined }).id).to.equal(7n);
    expect(new User({ id: null }).id).to.equal(null);
    const decoded = deserialize(User, serialize(User, { id: null, tags: null, home: null }));
    expect(decoded).to.include({ id: 7n });
    expect(decoded.tags).to.deep.equal(['new']);
  });

  it('writes defaults that are not given, and nothing for null', () => {
    const all = { tags: null, home: null, id: null, seen: null, scores: null, raw: null };
    expect(serialize(User, all)).to.deep.equal(Uint8Array.of(0));
    expect(Buffer.from(serialize(User, { ...all, id: undefined })).toString('hex')).to.equal(
      '0a0005000000000000000700',
    );
    expect(serialize(User, {})).to.deep.equal(serialize(User, new User()));
  });

  it('writes the default that was loaded, whatever became of one that was given out', () => {
    const before = serialize(User, {});
    new User().tags.push('x');
    deserialize(User, before).tags.push('x');
    expect(serialize(User, {})).to.deep.equal(before);
  });

  it('refuses what is no field, and what is no object of fields', () => {
    expect(() => new User({ nam: 'x' })).to.throw(
      ValueError,
      'User.nam: User has no such field; did you mean "name"?',
    );
    for (const wrong of [null, 5, 'x', [], ['a'], new Map(), Promise.resolve({}), new Date()])
      expect(() => new User(wrong), inspect(wrong)).to.throw(
        ValueError,
        'User: expected an object of its fields',
      );
    expect(() => new Empty([])).to.throw(ValueError);
  });

  it('takes an instance, and any object that has the fields', () => {
    const user = new User({ name: 'a', tags: ['t'] });
    expect(new User(user)).to.not.equal(user);
    expect(new User(user)).to.deep.equal(user);
    class Row {
      get name() {
        return 'row';
      }
    }
    expect(new User(new Row()).name).to.equal('row');
    expect(new Empty(new Empty())).to.be.instanceOf(Empty);
  });

  it('may be extended', () => {
    class Admin extends (User as StructClass<{ name: string }>) {
      greet() {
        return `I am ${this.name}`;
      }
    }
    const admin = new Admin({ name: 'root' });
    expect(admin.greet()).to.equal('I am root');
    expect(serialize(User, admin)).to.deep.equal(serialize(User, { name: 'root' }));
    expect(serialize(Admin, admin)).to.deep.equal(serialize(User, admin));
  });

  it('prints itself under its name, without what is unset', () => {
    const user = new User({ name: 'a', tags: [], home: null, seen: null, scores: null, raw: null });
    expect(inspect(user)).to.equal("User { name: 'a', tags: [], id: 7n }");
    expect(inspect(new User({ ...user, id: null, tags: null, home: { zip: '1' } }))).to.equal(
      "User { name: 'a', home: { zip: '1' } }",
    );
    expect(inspect([[user]], { depth: 0 })).to.equal('[ [Array] ]');
    expect(inspect({ user }, { depth: 0 })).to.equal('{ user: [User] }');
    expect(inspect(new Empty())).to.equal('Empty {}');
  });

  it('survives a structured clone as plain data', () => {
    const { raw, ...fields } = structuredClone(new User({ name: 'a' }));
    expect(fields).to.deep.include({ name: 'a', id: 7n, seen: new Set([1]) });
    expect(raw).to.be.instanceOf(Uint8Array);
  });

  it('is the same for few fields and for many', () => {
    for (const count of [23, 24, 60, 128, 129, 400, 1030]) {
      const names = Array.from({ length: count }, (_, i) => `field${i}`);
      const members = names.map((name, i) => `${i + 1}: i32 ${name}${i === 2 ? ' = 7' : ''}`);
      const { Wide } = loadSource(`struct Wide { ${members.join(', ')}, 2000: bool __proto__ }`);
      class Own extends (Wide as StructClass<{ field0: number }>) {
        sum(): number {
          return this.field0! + 1;
        }
      }
      for (const Class of [Wide, Own]) {
        const one = new Class({ field1: 5, field0: 3 });
        expect(Object.keys(one)).to.deep.equal([...names, '__proto__']);
        expect(one).to.be.instanceOf(Class);
        expect(one).to.include({ field0: 3, field1: 5, field2: 7 });
        expect(Object.getPrototypeOf(one)).to.equal(Class.prototype);
        expect(deserialize(Wide, serialize(Class, one)).field0).to.equal(3);
      }
      expect(new Own({ field0: 3 }).sum()).to.equal(4);
    }
  });

  it('has one shape, made by constructor or by decoding', () => {
    const made = new User({ name: 'a' });
    deepStrictEqual(deserialize(User, serialize(User, made)), made);
  });
});

describe('options of a load', () => {
  const text = `
    struct S { 1: i64 a, 2: i64 b (js.type = "bigint"), 3: i64 c (js.type = "number"), 4: map<string, i32> m,
      5: map<i32, i32> n, 6: list<i64> l, 7: i64 d = 5 }`;
  const value = { a: 1, b: 2, c: 3n, m: { __proto__x: 1 }, n: new Map([[1, 2]]), l: [4, 5n] };

  it('give bigints unless told otherwise', () => {
    const { S } = loadSource(text);
    expect(deserialize(S, serialize(S, value))).to.deep.include({ a: 1n, b: 2n, c: 3, l: [4n, 5n], d: 5n });
    expect(new S().d).to.equal(5n);
  });

  it('give numbers, but for the fields that say otherwise', () => {
    const { S } = loadSource(text, { int64: 'number' });
    expect(deserialize(S, serialize(S, value))).to.deep.include({ a: 1, b: 2n, c: 3, l: [4, 5], d: 5 });
    expect(new S().d).to.equal(5);
    expect(() => deserialize(S, serialize(S, { a: 2n ** 53n }))).to.throw(
      'S.a: i64 9007199254740992 is beyond 2^53-1',
    );
    expect(() => deserialize(S, serialize(S, { l: [1, -(2n ** 62n)] }))).to.throw(
      'S.l[1]: i64 -4611686018427387904',
    );
    expect(deserialize(S, serialize(S, { b: 2n ** 62n, a: 2n ** 53n - 1n }))).to.include({
      b: 2n ** 62n,
      a: 2 ** 53 - 1,
    });
  });

  it('give objects without a prototype for maps with string keys', () => {
    const { S } = loadSource(text, { maps: 'object' });
    const hostile = new Map([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
      ['1', 4],
    ]);
    const decoded = deserialize(S, serialize(S, { ...value, m: hostile }));
    expect(Object.getPrototypeOf(decoded.m)).to.equal(null);
    expect(Object.entries(decoded.m).sort()).to.deep.equal([...hostile].sort());
    expect(decoded.n).to.deep.equal(new Map([[1, 2]]));
    const again = deserialize(S, serialize(S, decoded));
    deepStrictEqual(again.m, decoded.m);
  });
});
