import { expect } from 'chai';
import { IdlError } from '../../src/errors/idl-error.ts';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { describe as describeLoaded, type } from '../../src/values/module.ts';

const files: Readonly<Record<string, string>> = {
  'shared.thrift': 'struct User { 1: i32 id } enum Level { LOW = 1 }',
};
const include = (path: string) => files[path];

const text = `
  include "shared.thrift"
  typedef list<shared.User> Users
  typedef shared.User Person
  enum Color { RED = 1 }
  const map<string, list<i32>> TABLE = {"__proto__": [1]}
  const Person ROOT = {"id": 1}
  const Color FAVOURITE = Color.RED
  const i64 BIG = 9007199254740993
  struct Point { 1: i32 x }
  exception Lost {}
  service Store { Users all() }
`;

describe('a loaded module', () => {
  const module = loadSource(text, { include, name: 'store.thrift' });

  it('has every definition under its own name, and includes under theirs', () => {
    expect(Object.keys(module).sort()).to.deep.equal(
      [
        'BIG',
        'Color',
        'FAVOURITE',
        'Lost',
        'Person',
        'Point',
        'ROOT',
        'Store',
        'TABLE',
        'Users',
        'shared',
      ].sort(),
    );
    expect(module.Color.RED).to.equal(1);
    expect(module.BIG).to.equal(9007199254740993n);
    expect(module.FAVOURITE).to.equal(1);
    expect(module.TABLE).to.deep.equal(new Map([['__proto__', [1]]]));
    expect(module.Person).to.equal(module.shared.User);
    expect(module.ROOT).to.be.instanceOf(module.shared.User).and.include({ id: 1 });
    expect(String(module.Store)).to.equal('service Store');
    expect(String(module.Users)).to.equal('Users');
    expect(deserialize(module.Users, serialize(module.Users, [{ id: 1 }]))[0]).to.be.instanceOf(
      module.shared.User,
    );
  });

  it('is frozen and answers to no names but its own', () => {
    expect(Object.isFrozen(module)).to.equal(true);
    expect(Object.getPrototypeOf(module)).to.equal(null);
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'then'])
      expect(module[name]).to.equal(undefined);
  });

  it('lets a type win over a constant and a definition over an include', () => {
    const warned: string[] = [];
    const meeting = loadSource(
      'include "shared.thrift"\nconst i32 A = 1\nstruct A {}\nstruct shared { 1: i32 own }',
      { include, onWarning: warning => warned.push(warning.code) },
    );
    expect(new meeting.A()).to.deep.include({});
    expect(new meeting.shared({ own: 1 }).own).to.equal(1);
    expect(warned.sort()).to.deep.equal(['constant-and-type', 'name-is-include']);
    expect(describeLoaded(meeting, 'A').kind).to.equal('struct');
    expect(describeLoaded(meeting).definitions.map(({ kind }) => kind)).to.deep.equal([
      'const',
      'struct',
      'struct',
    ]);
  });

  it('comes out of a promise though it defines "then"', async () => {
    const thenable = loadSource(
      'struct then { 1: i32 then } struct S { 1: then then } service Then { i32 then() }',
    );
    expect(await Promise.resolve(thenable)).to.equal(thenable);
    expect(thenable.then).to.equal(undefined);
    const descriptor = describeLoaded(thenable, 'then');
    expect(descriptor.kind).to.equal('struct');
    const bytes = serialize(thenable.S, JSON.parse('{"then":{"then":5}}'));
    const decoded = await Promise.resolve(deserialize(thenable.S, bytes));
    expect(decoded.then.then).to.equal(5);
    expect(serialize(descriptor as never, JSON.parse('{"then":5}'))).to.deep.equal(
      Uint8Array.of(8, 0, 1, 0, 0, 0, 5, 0),
    );
  });

  it('shares no type with another load of the same text', () => {
    const again = loadSource(text, { include, name: 'store.thrift' });
    expect(again.Point).to.not.equal(module.Point);
    expect(again.shared.User).to.not.equal(module.shared.User);
    expect(new again.Point()).to.not.be.instanceOf(module.Point);
    expect(again.Color).to.not.equal(module.Color);
    expect(again.TABLE).to.not.equal(module.TABLE);
  });
});

describe('describe', () => {
  const module = loadSource(text, { include, name: 'store.thrift' });

  it('gives the descriptor of a module, class, enum, service or name', () => {
    expect(describeLoaded(module)).to.include({ kind: 'module', name: 'store', file: 'store.thrift' });
    expect(describeLoaded(module.Point)).to.include({ kind: 'struct', name: 'Point' });
    expect(describeLoaded(module.Color)).to.include({ kind: 'enum', name: 'Color' });
    expect(describeLoaded(module.Store)).to.include({ kind: 'service', name: 'Store' });
    expect(describeLoaded(module, 'TABLE')).to.include({ kind: 'const', name: 'TABLE' });
    expect(describeLoaded(module, 'Users')).to.include({ kind: 'typedef', name: 'Users' });
    expect(describeLoaded(module.shared)).to.include({ kind: 'module', name: 'shared' });
    class Derived extends module.Point {}
    expect(describeLoaded(Derived)).to.equal(describeLoaded(module.Point));
  });

  it('says what is wrong with anything else', () => {
    for (const wrong of [{}, class {}, new module.Point(), () => 1])
      expect(() => describeLoaded(wrong)).to.throw(TypeError, 'expected a module, class, enum or service');
    expect(() => describeLoaded(module, 'Nothing')).to.throw(TypeError, 'store.thrift defines no "Nothing"');
    expect(() => describeLoaded(module, '__proto__')).to.throw(TypeError, 'defines no "__proto__"');
    expect(() => describeLoaded({}, 'x')).to.throw(TypeError, 'the first argument is no loaded module');
  });
});

describe('type', () => {
  const module = loadSource(text, { include, name: 'store.thrift' });

  it('gives the descriptor of any type expression', () => {
    for (const [expression, value] of [
      ['i32', 5],
      ['map<i32, list<Point>>', new Map([[1, [new module.Point({ x: 1 })]]])],
      ['set<shared.Level>', new Set([1])],
      ['Users', [new module.shared.User({ id: 1 })]],
    ] as const) {
      const descriptor = type(module, expression);
      expect(String(descriptor)).to.equal(expression);
      expect(deserialize(descriptor, serialize(descriptor, value))).to.deep.equal(value);
    }
  });

  it('refuses what is no type of the module', () => {
    for (const wrong of [
      'Nothing',
      'list<',
      'list<i32> x',
      '',
      'shared.Nothing',
      'Store',
      'FAVOURITE',
      'i32; struct X {}',
    ])
      expect(() => type(module, wrong), wrong).to.throw(IdlError);
    expect(() => type({}, 'i32')).to.throw(TypeError, 'the first argument is no loaded module');
  });
});
