import { expect } from 'chai';
import { Members, mostMembers } from '../../src/registries/members.ts';
import { Told } from './told.ts';

describe('what is under one name in a registry', () => {
  let told: Told;
  let members: Members;

  beforeEach(() => {
    told = new Told();
    members = new Members(told);
  });

  function set(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) members.set(name, Buffer.from(value));
    members.publish();
  }

  it('is told when it changes, and at first when there is nothing', () => {
    members.publish();
    expect(told.updates).to.deep.equal([[]]);
    set({ a: 'a:1', b: 'b:2' });
    set({ b: 'b:2', a: 'a:1' });
    expect(told.updates.slice(1)).to.deep.equal([['a:1', 'b:2']]);
    members.delete('a');
    members.publish();
    expect(told.last).to.deep.equal(['b:2']);
  });

  it('is told again when a weight changes', () => {
    set({ a: '{"address":"a:1","weight":1}' });
    set({ a: '{"address":"a:1","weight":2}' });
    expect(told.weights).to.deep.equal([[1], [2]]);
  });

  it('has a server once that stands there twice', () => {
    set({ member_1: 'a:1', member_2: 'a:1' });
    expect(told.updates).to.deep.equal([['a:1']]);
    members.delete('member_1');
    members.publish();
    expect(told.updates).to.deep.equal([['a:1']]);
  });

  it('is without what cannot be read, which is reported once', () => {
    set({ a: 'a:1', bad: 'nonsense' });
    set({ b: 'b:2', bad: 'nonsense' });
    expect(told.last).to.deep.equal(['a:1', 'b:2']);
    expect(told.failures).to.have.lengthOf(1);
    expect(told.failures[0]).to.match(/^"bad" does not say where a server is/);
    set({ bad: 'other nonsense' });
    expect(told.failures).to.have.lengthOf(2);
    set({ bad: 'c:3' });
    expect(told.last).to.deep.equal(['a:1', 'b:2', 'c:3']);
  });

  it('keeps those that are still there', () => {
    set({ a: 'a:1', b: 'b:2', c: 'c:3' });
    members.keep(new Set(['b', 'd']));
    members.publish();
    expect(told.last).to.deep.equal(['b:2']);
  });

  it('is kept from a watcher that closed at the first word of it', () => {
    told.failed = () => members.close();
    set({ bad: 'nonsense', a: 'a:1' });
    expect(told.updates).to.deep.equal([]);
  });

  it('has an end', () => {
    for (let i = 0; i < mostMembers; i++) members.set(`${i}`, Buffer.from(`host${i}:1`));
    members.publish();
    set({ more: 'more:1', 7: 'other:1' });
    expect(told.last).to.have.lengthOf(mostMembers).that.includes('other:1').and.does.not.include('more:1');
    expect(told.failures).to.deep.equal([
      `more: there are more than ${mostMembers} servers; those beyond are left out`,
    ]);
  });
});
