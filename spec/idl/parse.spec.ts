import { expect } from 'chai';
import type { Const, Definition, Field, Service, Struct } from '../../src/idl/ast.ts';
import { Diagnostics } from '../../src/idl/diagnostics.ts';
import { parseType } from '../../src/idl/parse.ts';
import { printType } from '../../src/idl/print.ts';
import { SourceText } from '../../src/idl/source.ts';
import { bare, parsed, sample, valid } from './fixtures.ts';

/** The one definition of a text. */
function only<T extends Definition>(text: string, kind: T['kind']): T {
  const [definition, ...others] = valid(text).definitions;
  expect(others).to.deep.equal([]);
  expect(definition?.kind).to.equal(kind);
  return definition as T;
}

function field(text: string): Field {
  return only<Struct>(`struct S { ${text} }`, 'struct').fields[0]!;
}

describe('parse', () => {
  const accepted: [what: string, text: string][] = [
    ['an empty file', ''],
    ['a file of comments', '// a\n# b\n/* c */ /** d */'],
    ['a struct without fields', 'struct A {}'],
    ['an enum without members', 'enum A {}'],
    ['a service without functions', 'service A {}'],
    [
      'definitions on one line',
      'struct A{}union B{}exception C{}enum D{}service E{}typedef i32 F const i32 G=1',
    ],
    ['CRLF', 'struct A {\r\n  1: i32 a // b\r\n}\r\n'],
    ['CR alone', 'struct A {\r  1: i32 a\r}\r'],
    ['a byte order mark', '\ufeffstruct A {}'],
    ['any separator, or none', 'struct A { 1: i32 a, 2: i32 b; 3: i32 c 4: i32 d }'],
    [
      'a separator after a const and a typedef',
      'const i32 A = 1; typedef i32 B; typedef i32 C, const i32 D = 2,',
    ],
    ['a separator after a body', 'struct A {}; enum B {}, service C {};'],
    ['a separator after a header', 'include "a.thrift"; namespace py a, include "b.thrift"'],
    ['namespaces of all kinds', 'namespace * a.b namespace py a namespace java.swift a namespace foo a'],
    ['both kinds of quotes', `include "a" include 'b'`],
    [
      'names of target languages',
      'struct class { 1: i32 self, 2: i32 def } enum end { BEGIN } service x { void yield() }',
    ],
    ['a name with dots and digits inside', 'struct A { 1: a.b2._c.D x }'],
    ['deep types', 'typedef map<list<set<i32>>, map<string, list<a.B>>> A'],
    ['numbers like letters', 'const i32 A = e10 const double B = 1e10'],
    ['a comment anywhere', 'struct/**/A/* b */{/***/1/**/:/**/i32/**/a/**/}// c'],
    ['stars in comments', '/* a ** b * / c **/ struct A {} /** * **/'],
    ['slashes in strings', `const string A = "// no /* comment # here" const string B = '/**/'`],
    ['a throws clause without exceptions', 'service A { void a() throws () }'],
    ['cpp_type as a field name', 'struct A { 1: list<i32> cpp_type, 2: list<i32> cpp_type "x" a }'],
    ['doubled annotations', 'struct A {} (a = "1", a = "2")'],
    ['an enum of booleans', 'enum A { A = false, B = true }'],
    [
      'fbthrift words as names',
      'struct stream { 1: sink sink } service package { performs performs() readonly as() }',
    ],
  ];
  for (const [what, text] of accepted) {
    it(`accepts ${what}`, () => {
      valid(text);
    });
  }

  for (const word of [
    'list',
    'string',
    'struct',
    'required',
    'include',
    'async',
    'true',
    'xsd_all',
    'void',
    'i32',
  ]) {
    it(`accepts "${word}" as the name of a field, an argument and a throws entry`, () => {
      const text = `struct S { 1: i32 ${word} = 1, ${word === 'required' ? '' : 'required'} i64 ${word} }
        service T { void f(1: i32 ${word}, i32 ${word}) throws (1: E ${word}) }`;
      const [struct, service] = valid(text).definitions;
      expect(struct?.kind === 'struct' && struct.fields.map(({ name }) => name.text)).to.deep.equal([
        word,
        word,
      ]);
      const called = service?.kind === 'service' ? service.functions[0] : undefined;
      expect(called?.parameters.map(({ name }) => name.text)).to.deep.equal([word, word]);
      expect(called?.throws[0]?.name.text).to.equal(word);
    });
  }

  it('reads a struct', () => {
    const text = 'struct User { 1: required i32 id = 5; optional shared.X x (a = "b", c) }';
    expect(bare(only<Struct>(text, 'struct'))).to.deep.equal({
      kind: 'struct',
      name: { text: 'User' },
      annotations: [],
      qualifiers: [],
      fields: [
        {
          kind: 'field',
          name: { text: 'id' },
          annotations: [],
          id: { kind: 'integer', value: 1n },
          requiredness: 'required',
          type: { kind: 'base', name: 'i32', annotations: [] },
          reference: false,
          defaultValue: { kind: 'integer', value: 5n },
          qualifiers: [],
        },
        {
          kind: 'field',
          name: { text: 'x' },
          annotations: [
            { name: { text: 'a' }, value: { kind: 'string', value: 'b' }, structured: false },
            { name: { text: 'c' }, structured: false },
          ],
          requiredness: 'optional',
          type: { kind: 'named', name: { text: 'shared.X' }, annotations: [] },
          reference: false,
          qualifiers: [],
        },
      ],
    });
  });

  it('reads a function', () => {
    const service = only<Service>(
      'service S extends a.B { oneway void f(i32 a) throws (1: E e) }',
      'service',
    );
    expect(service.extends?.text).to.equal('a.B');
    const [called] = service.functions;
    expect(called?.oneway).to.equal(true);
    expect(bare(called?.returns)).to.deep.equal({});
    expect(called?.parameters[0]?.id).to.equal(undefined);
    expect(called?.throws[0]?.id?.value).to.equal(1n);
  });

  it('reads what fbthrift returns', () => {
    const text = `service S { stream<i32> a(); R, stream<i32 throws (1: E e)> b(); I, R, sink<i32, i64> c();
      I, void d(); void e() }`;
    const returned = only<Service>(text, 'service').functions.map(({ returns }) => [
      returns.interaction && printType(returns.interaction),
      returns.first && printType(returns.first),
      returns.stream?.kind,
    ]);
    expect(returned).to.deep.equal([
      [undefined, undefined, 'stream'],
      [undefined, 'R', 'stream'],
      ['I', 'R', 'sink'],
      ['I', undefined, undefined],
      [undefined, undefined, undefined],
    ]);
  });

  it('knows where everything stands', () => {
    const text = '/** doc */ struct A { 1: i32 a = 2 (b), } (c)  const i32 B = 3;';
    const [struct, constant] = valid(text).definitions;
    const at = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(at(struct!)).to.equal('struct A { 1: i32 a = 2 (b), } (c)');
    expect(at(struct!.name)).to.equal('A');
    const [first] = struct?.kind === 'struct' ? struct.fields : [];
    expect(at(first!)).to.equal('1: i32 a = 2 (b)');
    expect(at(first!.id!)).to.equal('1');
    expect(at(first!.type)).to.equal('i32');
    expect(at(first!.defaultValue!)).to.equal('2');
    expect(at(constant!)).to.equal('const i32 B = 3');
  });

  it('keeps annotations on everything, in order', () => {
    const text = '@A struct S { @B{x = 1} 1: list<i32 (c)> (d = "e") f (g; h = "i") } (j, k = "")';
    const struct = only<Struct>(text, 'struct');
    const shown = (node: { annotations: readonly { name: { text: string } }[] }) =>
      node.annotations.map(({ name }) => name.text).join(' ');
    const [first] = struct.fields;
    const type = first!.type;
    expect([shown(struct), shown(first!), shown(type)]).to.deep.equal(['A j k', 'B g h', 'd']);
    expect(type.kind === 'list' && shown(type.element)).to.equal('c');
  });

  it('reads all of the samples', () => {
    expect(valid(sample('kitchen-sink.thrift')).definitions).to.have.length(34);
    expect(valid(sample('fbthrift.thrift')).definitions).to.have.length(16);
  });
});

describe('literals', () => {
  const values: [text: string, value: unknown][] = [
    ['0', 0n],
    ['010', 10n],
    ['+5', 5n],
    ['-0', 0n],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 2n ** 63n - 1n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['0x1F', 31n],
    ['-0xff', -255n],
    ['0b101', 5n],
    ['0o17', 15n],
    ['.5', 0.5],
    ['1.5e-3', 0.0015],
    ['1e5', 1e5],
    ['-1.', -1],
    ['1.e5', 1e5],
    ['true', true],
    ['false', false],
    ['"a\\n\\r\\t\\"\\\'\\\\b"', 'a\n\r\t"\'\\b'],
    [`'it "is"'`, 'it "is"'],
    ['"漢字 😀"', '漢字 😀'],
    ['""', ''],
  ];
  for (const [text, value] of values) {
    it(`${text} is ${typeof value} ${JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v))}`, () => {
      const constant = only<Const>(`const i32 A = ${text}`, 'const');
      expect('value' in constant.value && constant.value.value).to.equal(value);
    });
  }

  it('lists and maps need no separators', () => {
    const { defaultValue } = field('1: i32 a = {1: [2 3; 4,] b: {"c": D.E}, }');
    expect(bare(defaultValue)).to.deep.equal({
      kind: 'map',
      entries: [
        {
          key: { kind: 'integer', value: 1n },
          value: { kind: 'list', elements: [2n, 3n, 4n].map(value => ({ kind: 'integer', value })) },
        },
        {
          key: { kind: 'reference', name: 'b' },
          value: {
            kind: 'map',
            entries: [{ key: { kind: 'string', value: 'c' }, value: { kind: 'reference', name: 'D.E' } }],
          },
        },
      ],
    });
  });
});

describe('doc comments', () => {
  const cleaned: [what: string, comment: string, text: string | undefined][] = [
    ['one line', '/** a  */', 'a'],
    ['the usual form', '/**\n * a\n *\n * b\n */', 'a\n\nb'],
    ['indentation is kept where it differs', '/**\n   * a\n   *   b\n   */', 'a\n  b'],
    ['no stars', '/**\n    a\n      b\n*/', 'a\n  b'],
    ['text on the first line', '/** a\n  * b\n  */', 'a\nb'],
    ['CRLF', '/**\r\n * a\r\n * b\r\n */', 'a\nb'],
    ['stars of a list', '/**\n * * a\n * * b\n */', '* a\n* b'],
    ['blanks at the ends of lines', '/**\n * a  \n * b\t\n */', 'a\nb'],
    ['nothing', '/** */', undefined],
    ['a plain comment', '/* a */', undefined],
    ['a row of stars', '/*****/', undefined],
    ['the least comment', '/**/', undefined],
    ['a line comment', '/// a\n', undefined],
    ['the last of several', '/** a */ /** b */ /* c */ // d\n', 'b'],
  ];
  for (const [what, comment, text] of cleaned) {
    it(`${what}: ${JSON.stringify(text) ?? 'no doc'}`, () => {
      expect(only<Struct>(`${comment} struct A {}`, 'struct').doc).to.equal(text);
    });
  }

  it('belong to the next definition, field, member, function or argument', () => {
    const text = `/** 1 */ struct A { /** 2 */ 1: i32 a, /** 3 */ 2: i32 b /** nobody's */ }
      /** 4 */ enum B { /** 5 */ X = 1 /** 6 */ Y }
      /** 7 */ service C { /** 8 */ void f(/** 9 */ 1: i32 a), /** 10 */ void g() /** nobody's */ }
      struct D {}`;
    const docs: unknown[] = [];
    JSON.stringify(valid(text), (key, value: unknown) => {
      if (key === 'doc') docs.push(Number(value));
      return typeof value === 'bigint' ? String(value) : value;
    });
    expect(docs.sort((a, b) => Number(a) - Number(b))).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('may stand before or after structured annotations', () => {
    expect(only<Struct>('/** a */ @B struct A {}', 'struct').doc).to.equal('a');
    expect(only<Struct>('@B /** a */ struct A {}', 'struct').doc).to.equal('a');
  });

  it('document the file if a header follows', () => {
    expect(valid('/** a */ /** b */ namespace py x /** c */ struct A {}').doc).to.equal('a');
    expect(valid('/** a */ @B package "x"').doc).to.equal('a');
    const { doc, definitions } = valid('/** a */ struct A {}');
    expect([doc, definitions[0]?.doc]).to.deep.equal([undefined, 'a']);
  });
});

describe('parseType', () => {
  function read(text: string): [string | undefined, string[]] {
    const diagnostics = new Diagnostics();
    const type = parseType(new SourceText('type', text), diagnostics);
    return [type && printType(type), diagnostics.all.map(({ message }) => message)];
  }

  for (const text of ['i32', 'a.User', 'map<i32, list<shared.User>>', 'set<map<string, bool>>']) {
    it(`reads ${text}`, () => {
      expect(read(text)).to.deep.equal([text, []]);
    });
  }

  const refused: [text: string, message: string][] = [
    ['', 'expected a type, found the end of the file'],
    ['list', 'expected "<" after "list", found the end of the file'],
    ['list<i32', 'expected ">" after the element type, found the end of the file'],
    ['i32 x', 'expected the end of the type, found "x"'],
    ['struct', 'expected a type, found "struct"'],
    ['$', 'unexpected character "$"'],
  ];
  for (const [text, message] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(read(text)).to.deep.equal([undefined, [message]]);
    });
  }
});

describe('warnings', () => {
  const warned: [text: string, code: string, place: string, message: string][] = [
    ['\ufeffstruct A {}', 'portability', '1:1', 'byte order mark'],
    ['struct A {};', 'portability', '1:12', 'is not read by Apache'],
    ['struct A {},', 'portability', '1:12', 'is read by fbthrift only'],
    ['include "a";', 'portability', '1:12', 'is not read by Apache'],
    ['typedef i32 A,', 'portability', '1:14', 'is not read by thriftpy2'],
    ['const i32 A = 1 (b)', 'portability', '1:18', 'annotations on a const'],
    ['namespace py a (b)', 'portability', '1:17', 'annotations on a namespace'],
    ['struct a.B {}', 'portability', '1:8', 'names with dots'],
    ['const double A = 1.', 'portability', '1:18', 'no digit follows'],
    ['const i32 A = -0x1', 'portability', '1:15', 'with a sign'],
    ['const i32 A = 0b1', 'portability', '1:15', 'binary numbers'],
    ['struct async {}', 'portability', '1:8', 'as a name is not read by Apache'],
    ['struct A { 1: A & a }', 'portability', '1:17', '"&" is not read by thriftpy2'],
    ['struct A xsd_all {}', 'portability', '1:10', '"xsd_all" is not read by thriftpy2'],
    ['struct A { true: i32 a }', 'portability', '1:12', 'as integers'],
    ['typedef list<i32> cpp_type "x" A', 'portability', '1:19', '"cpp_type"'],
    ['typedef a.B (c) D', 'portability', '1:9', 'Apache reads no annotations'],
    ['struct A { 1: float a }', 'portability', '1:15', '"float"'],
    ['package "a"', 'portability', '1:1', '"package"'],
    ['@A struct B {}', 'portability', '1:1', 'annotations like "@Name"'],
    ['service A { stream<i32> a() }', 'portability', '1:13', '"stream<...>"'],
    ['interaction A {}', 'portability', '1:1', '"interaction"'],
    ['service A { async void a() }', 'deprecated', '1:13', '"oneway"'],
  ];
  for (const [text, code, place, message] of warned) {
    it(`${JSON.stringify(text)}: ${message}`, () => {
      const { found } = parsed(text);
      expect(found.map(({ severity }) => severity)).to.deep.equal(['warning']);
      expect(found[0]?.code).to.equal(code);
      expect(`${found[0]?.line}:${found[0]?.column}`).to.equal(place);
      expect(found[0]?.message).to.contain(message);
    });
  }

  it('about one thing come once per file, with their number', () => {
    const { found } = parsed('struct A {};\nstruct B {};\nstruct C {};');
    expect(found).to.have.length(1);
    expect(found[0]?.message).to.contain('(3 places in this file)');
  });

  it('and errors come in the order of the text', () => {
    const { found } = parsed('struct A {};\nstruct $ {}\nstruct B { 1: x }\ntypedef i32 C,');
    expect(found.map(({ line }) => line)).to.deep.equal([1, 2, 3, 4]);
  });
});
