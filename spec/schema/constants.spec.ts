import { expect } from 'chai';
import fc from 'fast-check';
import { defined, findings, linked, outcomeOf, plain } from './linked.ts';

/** The value of `const <type> X = <value>`. */
function constant(type: string, value: string, more = ''): unknown {
  return plain(defined(linked(`const ${type} X = ${value}\n${more}`), 'const', 'X').value);
}

/** `<severity> <code>` of all that is wrong with it. */
function wrong(type: string, value: string, more = ''): readonly string[] {
  return findings(`const ${type} X = ${value}\n${more}`).map(text => text.split(' ').slice(0, 2).join(' '));
}

describe('constants', () => {
  it('are what is written', () => {
    expect(constant('bool', 'true')).to.equal(true);
    expect(constant('bool', '0')).to.equal(false);
    expect(constant('i8', '-128')).to.equal(-128);
    expect(constant('i16', '0x7fff')).to.equal(32767);
    expect(constant('i32', 'true')).to.equal(1);
    expect(constant('i64', '-9223372036854775808')).to.equal(-(2n ** 63n));
    expect(constant('double', '1.5e3')).to.equal(1500);
    expect(constant('double', '2')).to.equal(2);
    expect(constant('string', '"a\\n"')).to.equal('a\n');
    expect(constant('binary', "'b'")).to.equal('b');
    expect(constant('list<i32>', '[1, 2; 3]')).to.deep.equal([1, 2, 3]);
    expect(constant('set<string>', '["a", "b"]')).to.deep.equal(['a', 'b']);
    expect(constant('map<i32, list<bool>>', '{1: [true], 2: []}')).to.deep.equal([
      [1, [true]],
      [2, []],
    ]);
  });

  it('carry the kind of their type, typedefs looked through', () => {
    const module = linked('typedef A B typedef i64 A const B X = 5 const list<B> Y = [5]', {
      int64: 'number',
    });
    expect(defined(module, 'const', 'X').value).to.deep.equal({ kind: 'i64', value: 5n, as: 'number' });
    expect(defined(module, 'const', 'Y').value).to.have.nested.property('elements[0].kind', 'i64');
  });

  it('fit their type', () => {
    for (const [type, value] of [
      ['bool', '2'],
      ['i8', '300'],
      ['i8', '-129'],
      ['i16', '32768'],
      ['i32', '2147483648'],
      ['list<i8>', '[1, 200]'],
      ['map<i8, i8>', '{1: 200}'],
    ] as const) {
      expect(wrong(type, value), `${type} ${value}`).to.deep.equal(['error integer-range']);
    }
  });

  it('are of their type to the last element', () => {
    for (const [type, value] of [
      ['i32', '"1"'],
      ['i32', '1.0'],
      ['string', '1'],
      ['bool', '"true"'],
      ['double', '"1"'],
      ['list<i32>', '"a"'],
      ['list<i32>', '{1: 2}'],
      ['list<i32>', '[1, "x"]'],
      ['map<string, i32>', '{"a": "b"}'],
      ['map<string, i32>', '["a"]'],
      ['list<list<string>>', '[["a"], [1]]'],
      ['S', '5'],
      ['S', '[]'],
      ['S', '{"a": "x"}'],
    ] as const) {
      expect(wrong(type, value, 'struct S { 1: i32 a }'), `${type} ${value}`).to.deep.equal([
        'error wrong-type',
      ]);
    }
  });

  it('say what was expected and what was found', () => {
    const { diagnostics } = outcomeOf('const list<i32> X = [1, "x"]');
    expect(diagnostics[0]).to.include({ message: 'expected i32, got string "x"', line: 1, column: 25 });
  });

  it('report every wrong element', () => {
    expect(wrong('list<i32>', '["a", 1, "b"]')).to.have.length(2);
  });

  it('may have brackets of the other kind when empty, not in silence', () => {
    expect(wrong('list<i32>', '{}')).to.deep.equal(['warning empty-brackets']);
    expect(wrong('set<i32>', '{}')).to.deep.equal(['warning empty-brackets']);
    expect(wrong('map<i32, i32>', '[]')).to.deep.equal(['warning empty-brackets']);
  });

  it('warn of repeated keys and elements; the last one counts', () => {
    const { module, findings } = outcomeOf('const map<string, i32> M = {"a": 1, "b": 2, "a": 3}');
    expect(plain(defined(module, 'const', 'M').value)).to.deep.equal([
      ['a', 3],
      ['b', 2],
    ]);
    expect(findings).to.deep.equal(['warning duplicate-key main.thrift:1:45']);
    expect(wrong('set<list<i32>>', '[[1, 2], [1], [1, 2]]')).to.deep.equal(['warning duplicate-element']);
  });

  it('take uuids in any case, with or without braces', () => {
    const text = '12345678-90ab-cdef-1234-567890abcdef';
    expect(constant('uuid', `"${text.toUpperCase()}"`)).to.equal(text);
    expect(constant('uuid', `"{${text}}"`)).to.equal(text);
    for (const bad of [`{${text}`, `${text}}`, text.slice(1), text.replaceAll('-', ''), `${text}\\n`, 'x']) {
      expect(wrong('uuid', `"${bad}"`), bad).to.deep.equal(['error invalid-uuid']);
    }
  });

  it('keep an i64 that no number holds a bigint, not in silence', () => {
    const { module, findings } = outcomeOf('const i64 X = 9007199254740993', { int64: 'number' });
    expect(defined(module, 'const', 'X').value).to.include({ as: 'bigint' });
    expect(findings).to.deep.equal(['warning unsafe-integer main.thrift:1:15']);
  });

  it('hold any i32 exactly', () => {
    fc.assert(
      fc.property(fc.integer(), number => {
        expect(constant('i32', String(number))).to.equal(number);
      }),
    );
  });
});

describe('constants of an enum', () => {
  const color = 'enum Color { RED = 1, BLUE = 2 } enum Shape { ROUND = 1 } typedef Color Tint';

  it('are given by name or by a number that exists', () => {
    expect(constant('Color', 'Color.BLUE', color)).to.equal(2);
    expect(constant('Tint', 'Color.BLUE', color)).to.equal(2);
    expect(constant('Color', '1', color)).to.equal(1);
    expect(wrong('Color', '3', color)).to.deep.equal(['error unknown-enum-value']);
    expect(wrong('Color', '"RED"', color)).to.deep.equal(['error wrong-type']);
  });

  it('are numbers where a number is wanted', () => {
    expect(constant('i32', 'Color.BLUE', color)).to.equal(2);
    expect(constant('map<i64, Color>', '{Color.RED: Color.RED}', color)).to.deep.equal([[1n, 1]]);
    expect(wrong('string', 'Color.RED', color)).to.deep.equal(['error wrong-type']);
    expect(constant('bool', 'Color.RED', color)).to.equal(true);
    expect(constant('double', 'Color.BLUE', color)).to.equal(2);
    expect(wrong('bool', 'Color.BLUE', color)).to.deep.equal(['error integer-range']);
  });

  it('are not members of another enum', () => {
    const { diagnostics } = outcomeOf(`const Color X = Shape.ROUND ${color}`);
    expect(diagnostics.map(({ message }) => message)).to.deep.equal(['expected Color, got Shape.ROUND']);
  });

  it('need the name of the enum', () => {
    const { findings, diagnostics } = outcomeOf(`const Color X = RED ${color}`);
    expect(findings).to.deep.equal(['error unknown-constant main.thrift:1:17']);
    expect(diagnostics[0]!.hint).to.equal('did you mean "Color.RED"?');
  });

  it('may go through a typedef, not in silence', () => {
    expect(wrong('Color', 'Tint.RED', color)).to.deep.equal(['warning enum-by-typedef']);
  });

  it('are found in included files', () => {
    const module = linked({
      'main.thrift': 'include "c.thrift"\nconst c.Color X = c.Color.BLUE\nconst i32 Y = c.N',
      'c.thrift': `${color}\nconst i32 N = 9`,
    });
    expect(plain(defined(module, 'const', 'X').value)).to.equal(2);
    const files = { 'main.thrift': 'include "c.thrift"\nconst c.Color X = BLUE', 'c.thrift': color };
    expect(outcomeOf(files).diagnostics[0]!.hint).to.equal('did you mean "c.Color.BLUE"?');
  });
});

describe('constants that name constants', () => {
  it('may be anywhere in a value, before or after', () => {
    const more = 'const i32 A = B const i32 B = 7 const list<i32> L = [A, 1]';
    expect(constant('map<i32, list<i32>>', '{A: L}', more)).to.deep.equal([[7, [7, 1]]]);
  });

  it('share the value where the type is the same', () => {
    const module = linked('const list<i32> A = [1] const list<i32> B = A');
    expect(defined(module, 'const', 'B').value).to.equal(defined(module, 'const', 'A').value);
  });

  it('turn it into their own type', () => {
    expect(constant('i64', 'A', 'const i32 A = 1')).to.equal(1n);
    expect(constant('set<i64>', 'A', 'const list<i32> A = [1, 2]')).to.deep.equal([1n, 2n]);
    expect(constant('double', 'A', 'const i32 A = 1')).to.equal(1);
    expect(wrong('i8', 'A', 'const i32 A = 300')).to.deep.equal(['error integer-range']);
    expect(wrong('list<string>', 'A', 'const list<i32> A = [1]')).to.deep.equal(['error wrong-type']);
  });

  it('must not name themselves', () => {
    const { findings, diagnostics } = outcomeOf('const i32 A = B const i32 B = C const i32 C = A');
    expect(findings).to.deep.equal(['error constant-cycle main.thrift:1:11']);
    expect(diagnostics[0]!.message).to.contain('A -> B -> C -> A');
    expect(wrong('list<i32>', '[X]')).to.deep.equal(['error constant-cycle']);
  });

  it('must name what exists', () => {
    const { findings, diagnostics } = outcomeOf('const i32 LIMIT = 1 const i32 X = LIMT');
    expect(findings).to.deep.equal(['error unknown-constant main.thrift:1:35']);
    expect(diagnostics[0]!.hint).to.equal('did you mean "LIMIT"?');
  });

  it('cannot grow beyond memory', () => {
    let text = 'const list<i32> L0 = [1, 2, 3, 4, 5, 6, 7, 8]\ntypedef list<i32> T0\n';
    for (let i = 1; i < 20; i++) {
      text += `typedef list<T${i - 1}> T${i}\nconst T${i} L${i} = [${`L${i - 1}, `.repeat(8)}]\n`;
    }
    expect(findings(text).map(finding => finding.split(' ')[1])).to.deep.equal(['constant-size']);
  });
});

describe('constants of a struct', () => {
  const user =
    'struct User { 1: required string name, 2: i32 age = 3, 3: list<User> friends } union U { 1: i32 a, 2: i32 b }';

  it('are maps by field name, or fbthrift’s form', () => {
    const expected = { name: 'Ann', friends: [{ name: 'Bob' }] };
    expect(constant('User', '{"name": "Ann", "friends": [{"name": "Bob"}]}', user)).to.deep.equal(expected);
    expect(constant('User', 'User{name = "Ann", friends = [User{name = "Bob"}]}', user)).to.deep.equal(
      expected,
    );
  });

  it('have known fields only', () => {
    const { findings, diagnostics } = outcomeOf(`const User X = {"name": "a", "nmae": "b"} ${user}`);
    expect(findings).to.deep.equal(['error unknown-field main.thrift:1:30']);
    expect(diagnostics[0]!.hint).to.equal('did you mean "name"?');
  });

  it('warn of a required field that is missing', () => {
    expect(wrong('User', '{"age": 1}', user)).to.deep.equal(['warning missing-field']);
    expect(wrong('S', '{}', 'struct S { 1: required i32 a = 1 }')).to.deep.equal([]);
  });

  it('have one field if they are a union', () => {
    expect(constant('U', '{"a": 1}', user)).to.deep.equal({ a: 1 });
    expect(wrong('U', '{"a": 1, "b": 2}', user)).to.deep.equal(['error union-members']);
    expect(wrong('U', '{}', user)).to.deep.equal(['warning empty-union']);
  });

  it('cannot be of another struct', () => {
    const more = `${user} struct Other { 1: string name } const Other O = {"name": "a"}`;
    expect(wrong('User', 'O', more)).to.deep.equal(['error wrong-type']);
    expect(wrong('User', 'Other{name = "a"}', more)).to.deep.equal(['error wrong-type']);
  });
});

describe('defaults', () => {
  it('are checked as constants are', () => {
    const text =
      'struct S { 1: i8 a = 300, 2: E e = E.B, 3: T t = {"x": 1}, 4: i32 n = N } enum E { A, B } struct T { 1: i32 x } const i32 N = 4';
    const { module, findings } = outcomeOf(text);
    expect(findings).to.deep.equal(['error integer-range main.thrift:1:22']);
    const values = defined(module, 'struct', 'S').fields.map(
      field => field.defaultValue && plain(field.defaultValue),
    );
    expect(values).to.deep.equal([undefined, 1, { x: 1 }, 4]);
  });

  it('cannot contain themselves', () => {
    const { findings, diagnostics } = outcomeOf(
      'struct A { 1: B b = {} } struct B { 1: A a = {}, 2: i32 n = 1 }',
    );
    expect(findings).to.deep.equal(['error default-cycle main.thrift:1:21']);
    expect(diagnostics[0]!.message).to.contain('A.b -> B.a -> A.b');
    linked('struct A { 1: i32 n = 1, 2: optional B b } struct B { 1: A a = {}, 2: list<B> bs = [] }');
  });

  it('cannot grow beyond memory', () => {
    let text = 'struct S0 { 1: i32 a = 1 }\n';
    for (let i = 1; i < 40; i++) text += `struct S${i} { 1: S${i - 1} a = {}, 2: S${i - 1} b = {} }\n`;
    expect(findings(text)[0]).to.match(/^error constant-size/);
  });
});
