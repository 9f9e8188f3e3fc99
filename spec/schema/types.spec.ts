import { expect } from 'chai';
import { resolve } from '../../src/schema/descriptor.ts';
import { defined, findings, linked, outcomeOf } from './linked.ts';

describe('types', () => {
  it('print as they are written', () => {
    const { fields } = defined(
      linked({
        'main.thrift': `include "shared.thrift"
          typedef i64 Id
          struct S {
            1: bool a, 2: byte b, 3: i8 c, 4: i16 d, 5: i32 e, 6: i64 f, 7: double g, 8: string h,
            9: binary i, 10: uuid j, 11: map<Id, list<set<shared.User>>> k, 12: S l, 13: float m,
          }`,
        'shared.thrift': 'struct User {}',
      }),
      'struct',
      'S',
    );
    expect(fields.map(({ type }) => String(type))).to.deep.equal(
      ['bool', 'i8', 'i8', 'i16', 'i32', 'i64', 'double', 'string', 'binary', 'uuid'].concat(
        'map<Id, list<set<shared.User>>>',
        'S',
        'float',
      ),
    );
  });

  it('refer forwards and to themselves', () => {
    const module = linked('struct A { 1: list<B> bs, 2: A a } struct B { 1: T t } typedef map<string, A> T');
    const a = defined(module, 'struct', 'A');
    expect(a.byName.get('a')!.type).to.equal(a);
    expect(String(resolve(defined(module, 'struct', 'B').fields[0]!.type))).to.equal('map<string, A>');
  });

  it('are one object where they are equal', () => {
    const { fields } = defined(
      linked('struct S { 1: list<map<i32, S>> a, 2: list<map<i32, S>> b }'),
      'struct',
      'S',
    );
    expect(fields[0]!.type).to.equal(fields[1]!.type);
  });

  it('keep their annotations', () => {
    const { fields } = defined(
      linked('struct S { 1: list<i32 (a = "1", a = "2", b)> (c.d = "e") x }'),
      'struct',
      'S',
    );
    const { type } = fields[0]!;
    if (type.kind !== 'list') return expect.fail();
    expect(type.annotations['c.d']).to.deep.equal(['e']);
    expect({ ...resolve(type.element).annotations }).to.deep.equal({ a: ['1', '2'], b: ['1'] });
  });

  it('follow the options', () => {
    const text = 'struct S { 1: i64 a, 2: map<string, i32> b, 3: map<i32, string> c, 4: string d }';
    const types = (options: object) => defined(linked(text, options), 'struct', 'S').fields.map(f => f.type);
    const picked = (options: object) =>
      types(options).map(type => ('as' in type ? type.as : 'utf8' in type ? type.utf8 : ''));
    expect(picked({})).to.deep.equal(['bigint', 'map', 'map', 'strict']);
    expect(picked({ int64: 'number', maps: 'object', utf8: 'replace' })).to.deep.equal([
      'number',
      'object',
      'map',
      'replace',
    ]);
  });

  it('see through typedefs when they ask for a string key', () => {
    const text = 'struct S { 1: map<Key, i32> a } typedef Word Key typedef string Word';
    const { type } = defined(linked(text, { maps: 'object' }), 'struct', 'S').fields[0]!;
    expect(type).to.include({ as: 'object' });
  });

  it('are numbers where js.type says so', () => {
    const module = linked(`
      typedef i64 Id
      typedef i64 Stamp (js.type = "number")
      struct S {
        1: i64 plain, 2: i64 field (js.type = "number"), 3: Id named (js.type = "number"), 4: Stamp stamp,
        5: list<i64 (js.type = "number")> list
      }`);
    const as = defined(module, 'struct', 'S').fields.map(({ type }) => {
      const target = resolve(type);
      const element = target.kind === 'list' ? resolve(target.element) : target;
      return element.kind === 'i64' ? element.as : undefined;
    });
    expect(as).to.deep.equal(['bigint', 'number', 'number', 'number', 'number']);
  });

  it('are bigints where js.type says so', () => {
    const module = linked('struct S { 1: i64 a (js.type = "bigint") }', { int64: 'number' });
    expect(defined(module, 'struct', 'S').fields[0]!.type).to.include({ as: 'bigint' });
  });

  it('are as they were where js.type makes no sense', () => {
    expect(findings('struct S { 1: i64 a (js.type = "Long"), 2: i32 b (js.type = "number") }')).to.deep.equal(
      ['warning js-type main.thrift:1:22', 'warning js-type main.thrift:1:51'],
    );
  });

  it('must exist', () => {
    const { findings, diagnostics } = outcomeOf(
      'struct User { 1: list<Usr> u, 2: map<x.Y, User> m } typedef Z A',
    );
    expect(findings).to.deep.equal([
      'error unknown-type main.thrift:1:23',
      'error unknown-type main.thrift:1:38',
      'error unknown-type main.thrift:1:61',
    ]);
    expect(diagnostics[0]).to.include({ message: 'there is no type "Usr"', hint: 'did you mean "User"?' });
  });

  it('are suggested from included files', () => {
    const { diagnostics } = outcomeOf({
      'main.thrift': 'include "shared.thrift"\ntypedef User A\ntypedef shared.Usr B',
      'shared.thrift': 'struct User {}',
    });
    expect(diagnostics.map(({ hint }) => hint)).to.deep.equal([
      'did you mean "shared.User"?',
      'did you mean "shared.User"?',
    ]);
  });

  it('are not services or constants', () => {
    expect(findings('service X {} const i32 Y = 1 struct S { 1: X x, 2: Y y }')).to.deep.equal([
      'error not-a-type main.thrift:1:44',
      'error not-a-type main.thrift:1:52',
    ]);
  });

  it('cannot contain themselves by typedefs alone', () => {
    expect(findings('typedef A A')).to.deep.equal(['error typedef-cycle main.thrift:1:11']);
    expect(findings('typedef list<A> A')).to.deep.equal(['error typedef-cycle main.thrift:1:17']);
    const { findings: found, diagnostics } = outcomeOf('typedef B A typedef C B typedef A C const A X = 1');
    expect(found).to.deep.equal(['error typedef-cycle main.thrift:1:11']);
    expect(diagnostics[0]!.message).to.contain('A -> B -> C -> A');
  });
});

describe('definitions', () => {
  it('carry docs, annotations and positions', () => {
    const module = linked(`/** A file. */
namespace js demo
namespace * all
/** A colour. */
enum Color { /** Like blood. */ RED = 1 (hex = "f00") } (deprecated)
/** A thing. */
struct Thing { /** What it weighs. */ 1: i32 weight (unit = "kg") } (final = "yes")`);
    expect({ ...module.namespaces }).to.deep.equal({ js: 'demo', '*': 'all' });
    const color = defined(module, 'enum', 'Color');
    expect(color.doc).to.contain('A colour.');
    expect(color.annotations.deprecated).to.deep.equal(['1']);
    expect(color.position).to.deep.equal({ file: 'main.thrift', line: 5, column: 6 });
    expect(color.members[0]!.doc).to.contain('Like blood.');
    expect(color.members[0]!.annotations.hex).to.deep.equal(['f00']);
    const thing = defined(module, 'struct', 'Thing');
    expect(thing.fields[0]!.annotations.unit).to.deep.equal(['kg']);
    expect(thing.fields[0]!.doc).to.contain('What it weighs.');
    expect(thing.annotations.final).to.deep.equal(['yes']);
  });

  it('have the annotations of namespaces and package at their module', () => {
    const module = linked('@Unknown package "a.com/b"\nnamespace py x (a = "b")');
    expect(module.package).to.equal('a.com/b');
    expect({ ...module.annotations }).to.deep.equal({ '@Unknown': ['1'], a: ['b'] });
  });

  it('evaluate a structured annotation whose struct is known, and keep the others', () => {
    const module = linked(
      `struct Range { 1: i32 from = 0, 2: i32 to }
      @Range{to = 5} @Unknown{a = 1} struct S {}
      @Range struct T {}`,
    );
    const { annotations } = defined(module, 'struct', 'S');
    const [known] = annotations['@Range']!;
    const [unknown] = annotations['@Unknown']!;
    if (typeof known !== 'object' || known.kind !== 'struct') return expect.fail();
    expect(known.type).to.equal(defined(module, 'struct', 'Range'));
    expect(known.fields.get('to')).to.deep.equal({ kind: 'i32', value: 5 });
    expect(unknown).to.have.property('kind', 'map');
    expect(defined(module, 'struct', 'T').annotations['@Range']![0]).to.have.property('kind', 'struct');
  });

  it('print with their prefix when they are in an included file', () => {
    const module = linked({
      'main.thrift': 'include "a.thrift"\nstruct M {}',
      'a.thrift': 'include "b.thrift"\nstruct A {} service S { void m() }',
      'b.thrift': 'struct B {}',
    });
    expect(String(defined(module, 'struct', 'M'))).to.equal('M');
    const a = module.includes[0]!.module;
    expect(a.definitions.map(String)).to.deep.equal(['a.A', 'a.S']);
    expect(a.includes[0]!.module.definitions.map(String)).to.deep.equal(['b.B']);
  });

  it('have one name each', () => {
    const { findings, diagnostics } = outcomeOf(
      'struct A {}\nenum A { X }\nconst i32 C = 1\nconst i32 C = 2',
    );
    expect(findings).to.deep.equal([
      'error duplicate-name main.thrift:2:6',
      'error duplicate-name main.thrift:4:11',
    ]);
    expect(diagnostics[0]!.message).to.contain('1:8');
  });

  it('may share a name between a constant and a type, or with an include, not in silence', () => {
    const found = findings({
      'main.thrift': 'include "b.thrift"\nstruct A {}\nconst i32 A = 1\nstruct b { 1: b.B x }',
      'b.thrift': 'struct B {}',
    });
    expect(found).to.deep.equal([
      'warning constant-and-type main.thrift:3:11',
      'warning name-is-include main.thrift:4:8',
    ]);
  });

  it('may repeat a name of an included file, not in silence where namespaces are equal', () => {
    const b = 'namespace py x\nstruct A {}';
    const files = (main: string) => ({
      'main.thrift': `include "b.thrift"\n${main}struct A {}`,
      'b.thrift': b,
    });
    expect(findings(files('namespace py y\n'))).to.deep.equal([]);
    expect(findings(files('namespace py x\n'))).to.deep.equal(['warning name-in-include main.thrift:3:8']);
  });
});

describe('enums', () => {
  it('count from zero, or from the member before', () => {
    const { members } = defined(linked('enum E { A, B = 5, C, D = -2, E, F = 0x10 }'), 'enum', 'E');
    expect(members.map(({ value }) => value)).to.deep.equal([0, 5, 6, -2, -1, 16]);
  });

  it('may repeat a number: the first name of it wins', () => {
    const { byValue, byName } = defined(linked('enum E { A = 1, B = 1 }'), 'enum', 'E');
    expect(byValue.get(1)!.name).to.equal('A');
    expect(byName.get('B')!.value).to.equal(1);
  });

  it('cannot repeat a name or leave i32', () => {
    expect(findings('enum E { A, A }')).to.deep.equal(['error duplicate-name main.thrift:1:13']);
    expect(findings('enum E { A = 2147483648 }')).to.deep.equal(['error enum-range main.thrift:1:14']);
    expect(findings('enum E { A = 2147483647, B }')).to.deep.equal(['error enum-range main.thrift:1:26']);
  });
});
