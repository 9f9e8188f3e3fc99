import { inspect } from 'node:util';
import { expect } from 'chai';
import { ValueError } from '../../src/errors/value-error.ts';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { unknownField } from '../../src/values/classes.ts';
import { equals, toObject } from '../../src/values/lookup.ts';

const { Either, Newer } = loadSource(`
  union Either { 1: i32 number = 5, 2: string text }
  union Newer { 1: i32 number, 2: string text, 9: list<i32> numbers }
`);

describe('the class of a union', () => {
  it('holds the key of its member alone', () => {
    expect(Object.entries(new Either({ text: 'a' }))).to.deep.equal([['text', 'a']]);
    expect(Object.entries(new Either({ text: 'a', number: null }))).to.deep.equal([['text', 'a']]);
    expect(Object.entries(deserialize(Either, serialize(Either, { text: 'a' })))).to.deep.equal([
      ['text', 'a'],
    ]);
  });

  it('has no defaults: a member is there because somebody chose it', () => {
    expect(Object.keys(new Either())).to.deep.equal([]);
    expect(() => serialize(Either, {})).to.throw(ValueError, 'got none');
  });

  it('refuses two members, and what is no member', () => {
    expect(() => new Either({ text: 'a', number: 1 })).to.throw(
      ValueError,
      'Either: a union has one member, got number and text',
    );
    expect(() => new Either({ txt: 'a' })).to.throw(
      ValueError,
      'Either.txt: Either has no such field; did you mean "text"?',
    );
  });

  it('may have its member changed', () => {
    const either = new Either({ text: 'a' });
    either.text = undefined;
    either.number = 4;
    expect(deserialize(Either, serialize(Either, either))).to.deep.equal(new Either({ number: 4 }));
  });

  it('prints itself and its member, known or not', () => {
    const newer = deserialize(Either, serialize(Newer, { numbers: [1] }));
    expect(inspect(new Either({ text: 'a' }))).to.equal("Either { text: 'a' }");
    expect(inspect(newer)).to.equal('Either { /* unknown member, field id 9 */ }');
    expect(inspect({ newer }, { depth: 0 })).to.equal('{ newer: [Either] }');
    expect(newer[unknownField]).to.equal(9);
    expect(JSON.stringify(newer)).to.equal('{}');
    expect(toObject(newer)).to.deep.equal({});
  });

  it('is sent again once it is given a member, after one that was not known', () => {
    const newer = deserialize(Either, serialize(Newer, { numbers: [1] }));
    expect(() => serialize(Either, newer)).to.throw(ValueError, 'newer than this schema (field id 9)');
    newer.text = 'a';
    expect(equals(Either, deserialize(Either, serialize(Either, newer)), { text: 'a' })).to.equal(true);
  });
});
