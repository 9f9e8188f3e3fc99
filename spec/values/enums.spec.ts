import { inspect } from 'node:util';
import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { describe as describeLoaded } from '../../src/values/module.ts';

const { Category, Hostile, S } = loadSource(`
  enum Category { MYSTERY = 1, SCIENCE, CRIME = 1, NONE = -1 }
  enum Hostile { __proto__ = 1, constructor, toString, then, hasOwnProperty }
  struct S { 1: Category category, 2: Hostile hostile = Hostile.then }
`);

describe('the object of an enum', () => {
  it('gives numbers by name, and the first name by number', () => {
    expect(Category.MYSTERY).to.equal(1);
    expect(Category.SCIENCE).to.equal(2);
    expect(Category.CRIME).to.equal(1);
    expect(Category[1]).to.equal('MYSTERY');
    expect(Category[-1]).to.equal('NONE');
    expect(Category[7]).to.equal(undefined);
  });

  it('has only names to enumerate', () => {
    expect(Object.keys(Category)).to.deep.equal(['MYSTERY', 'SCIENCE', 'CRIME', 'NONE']);
    expect(Object.values(Category)).to.deep.equal([1, 2, 1, -1]);
    expect(inspect(Category, { breakLength: 200 })).to.contain(
      '{ MYSTERY: 1, SCIENCE: 2, CRIME: 1, NONE: -1 }',
    );
  });

  it('is frozen and answers to no names but its own', () => {
    expect(() => {
      Category.MYSTERY = 5;
    }).to.throw(TypeError);
    expect(() => {
      Category.NEW = 5;
    }).to.throw(TypeError);
    expect(Category.toString).to.equal(undefined);
    expect('constructor' in Category).to.equal(false);
  });

  it('may have members of any name', () => {
    expect(Object.entries(Hostile)).to.deep.equal([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
      ['then', 4],
      ['hasOwnProperty', 5],
    ]);
    expect(Object.getPrototypeOf(Hostile)).to.equal(null);
    for (const name of Object.keys(Hostile)) {
      expect(deserialize(S, serialize(S, { hostile: name })).hostile).to.equal(Hostile[name]);
    }
    expect(deserialize(S, Uint8Array.of(0)).hostile).to.equal(4);
  });

  it('is known to describe', () => {
    expect(String(describeLoaded(Category))).to.equal('Category');
  });
});

describe('an enum', () => {
  it('is taken by name or number, and given as a number', () => {
    for (const category of ['SCIENCE', 2, Category.SCIENCE])
      expect(deserialize(S, serialize(S, { category })).category).to.equal(2);
  });

  it('keeps numbers that it does not know', () => {
    const decoded = deserialize(S, serialize(S, { category: 99 }));
    expect(decoded.category).to.equal(99);
    expect(deserialize(S, serialize(S, decoded)).category).to.equal(99);
  });

  it('does not know names in another case, or of Object.prototype', () => {
    for (const name of ['science', '', 'valueOf', '__defineGetter__', '1'])
      expect(() => serialize(S, { category: name })).to.throw('has no member');
  });
});
