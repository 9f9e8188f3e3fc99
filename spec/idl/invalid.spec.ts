import { expect } from 'chai';
import { differences, invalidFixtures, parsed } from './fixtures.ts';

/** The codes of what `parse` reports; all other codes of `idl/invalid` are the linker's. */
const syntactic = new Set([
  'bad-character',
  'bad-escape',
  'bad-name',
  'bad-number',
  'misplaced-header',
  'nested-too-deep',
  'reserved-word',
  'syntax-error',
  'too-many-errors',
  'unterminated-comment',
  'unterminated-string',
]);

describe('invalid texts', () => {
  for (const { name, text, expected } of invalidFixtures()) {
    it(`${name}: all of its syntax errors are found, and no others`, () => {
      expect(expected, 'has no "// expect:" line').to.not.be.empty;
      const own = expected.filter(({ code }) => syntactic.has(code));
      const { document, found } = parsed(text);
      expect(differences(own, found)).to.deep.equal([]);
      if (own.length === 0) expect(document.lost).to.deep.equal([]);
    });
  }
});

describe('after a syntax error', () => {
  const survivors: [why: string, text: string, left: string[]][] = [
    ['a bad field leaves the others', 'struct A { 1: i32; 2: i32 b, 3 i32 c 4: i32 d }', ['A.b', 'A.d']],
    ['a bad field without ids too', 'struct A {\n i32\n = 4\n i32 b\n}', ['A.b']],
    ['a bad default too', 'struct A { 1: i32 a = {1 2}, 2: i32 b = [:, 3: i32 c }', ['A.c']],
    ['a bad annotation too', 'struct A { 1: i32 a (x = ), 2: i32 b }', ['A.b']],
    ['a bad member', 'enum E { A = , B = x, C D = 1.5\nE }', ['E.C', 'E.E']],
    ['a bad function', 'service S { void a(, void b() i32 c(1: i32 d) throws }', ['S.a', 'S.b']],
    ['a bad argument', 'service S { void a(1: i32, 2: i32 b, c) void d() }', ['S.a', 'S.d']],
    ['a missing brace', 'struct A { 1: i32 a\nstruct B { 1: i32 b }', ['A.a', 'B.b']],
    ['three missing braces', 'enum A { X\nservice B { void f()\nunion C { 1: i32 b', ['A.X', 'B.f', 'C.b']],
    ['a missing opening brace', 'struct A 1: i32 a }\nstruct B { 1: i32 b }', ['A', 'B.b']],
    ['a brace too many', 'struct A { 1: i32 a }}\nstruct B { 1: i32 b }', ['A.a', 'B.b']],
    ['a missing parenthesis', 'service S {\n void a(1: i32 x\n i32 b()\n}\nstruct T {}', ['S.a', 'S.b', 'T']],
    ['a bad constant', 'const i32 A = \nconst i32 = 3\nconst i32 C = 1', ['C']],
    ['a bad typedef', 'typedef list< A\ntypedef i32 B', ['B']],
    ['an unknown definition', 'class A { 1: i32 a; struct b; }\nstruct B {}', ['B']],
    ['a bad header', 'include x\nnamespace py\nstruct B {}', ['B']],
    [
      'a string that is not closed',
      'const string A = "x\nstruct B { 1: string c = \'}\n 2: i32 d }',
      ['A', 'B.c', 'B.d'],
    ],
  ];
  for (const [why, text, left] of survivors) {
    it(`${why}: ${left.join(', ')}`, () => {
      const { document, found } = parsed(text);
      expect(found.some(({ severity }) => severity === 'error')).to.equal(true);
      expect(names(document)).to.deep.equal(left);
    });
  }

  it('each of two bad definitions is reported', () => {
    const { found } = parsed('struct A { 1: }\nenum B { = }\nconst i32\nservice S { f }');
    expect(found.map(({ line }) => line)).to.deep.equal([1, 2, 4, 4]);
  });

  it('a text that is no Thrift at all is given up', () => {
    const { found } = parsed('struct A { , }\n'.repeat(10_000));
    expect(found).to.have.length(101);
    expect(found.at(-1)?.code).to.equal('too-many-errors');
  });
});

function names(document: ReturnType<typeof parsed>['document']): string[] {
  return document.definitions.flatMap(definition => {
    const own = definition.name.text;
    const members =
      'fields' in definition
        ? definition.fields
        : 'functions' in definition
          ? definition.functions
          : 'members' in definition
            ? definition.members
            : [];
    return members.length === 0 ? [own] : members.map(member => `${own}.${member.name.text}`);
  });
}
