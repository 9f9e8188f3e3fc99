import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { Findings } from '../../src/idl/findings.ts';
import { firstTokens } from '../../src/idl/first-tokens.ts';
import { createLexer, lex, maxNesting } from '../../src/idl/lex.ts';
import { ThriftParser } from '../../src/idl/parser.ts';
import { print } from '../../src/idl/print.ts';
import { SourceText } from '../../src/idl/source.ts';
import { analysedFirstTokens } from './first-tokens.ts';
import { bare, parsed, sample, valid } from './fixtures.ts';

describe('the grammar', () => {
  it('is valid', () => {
    const missing = !('groupBy' in Object);
    // Chevrotain's validation wants a function that Node 20 lacks; parsing does not.
    if (missing) Object.defineProperty(Object, 'groupBy', { value: groupBy, configurable: true });
    try {
      expect(() => createLexer(false)).not.to.throw();
      expect(() => new ThriftParser('validated')).not.to.throw();
    } finally {
      if (missing) Reflect.deleteProperty(Object, 'groupBy');
    }
  });

  it('is what firstTokens was written from', () => {
    const analysed = analysedFirstTokens();
    expect(firstTokens, 'the grammar has changed: npm run grammar').to.deep.equal(analysed);
    expect(Object.keys(firstTokens)).to.deep.equal(Object.keys(analysed));
  });

  it('works where code generation from strings is forbidden', function () {
    this.timeout(30_000);
    const script = `
      const { parse } = await import('./src/idl/parse.ts');
      const { SourceText } = await import('./src/idl/source.ts');
      const { Diagnostics } = await import('./src/idl/diagnostics.ts');
      const { definitions } = parse(new SourceText('x', 'struct A { 1: i32 a }'), new Diagnostics());
      process.stdout.write(definitions[0].name.text);`;
    const flags = ['--disallow-code-generation-from-strings', '--import', 'tsx', '--input-type=module', '-e'];
    const cwd = new URL('../..', import.meta.url);
    expect(execFileSync(process.execPath, [...flags, script], { cwd, encoding: 'utf8' })).to.equal('A');
  });
});

function groupBy<T>(items: Iterable<T>, key: (item: T) => PropertyKey): Record<PropertyKey, T[]> {
  const groups: Record<PropertyKey, T[]> = {};
  for (const item of items) (groups[key(item)] ??= []).push(item);
  return groups;
}

describe('any text', () => {
  const rich = sample('kitchen-sink.thrift');
  const whole = valid(rich).definitions.length;

  for (const name of ['kitchen-sink.thrift', 'fbthrift.thrift']) {
    it(`${name}, cut off anywhere, is an error or a shorter file`, function () {
      this.timeout(60_000);
      const text = sample(name);
      const all = valid(text).definitions.length;
      for (let end = 0; end < text.length; end++) {
        const { document, found } = parsed(text.slice(0, end));
        const wrong = found.some(({ severity }) => severity === 'error');
        if (!wrong) expect(document.lost, `cut at ${end}`).to.deep.equal([]);
        expect(document.definitions.length, `cut at ${end}`).to.be.at.most(all);
      }
    });
  }

  it('changed anywhere, has a tree that can be printed and read again', function () {
    this.timeout(60_000);
    const pieces = rich.match(/\w+|\s+|[^\w\s]/g)!;
    const change = fc.record({
      at: fc.nat({ max: pieces.length - 1 }),
      remove: fc.nat({ max: 3 }),
      insert: fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 })), {
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const changed = [...pieces];
        for (const { at, remove, insert } of changes) changed.splice(at, remove, ...insert);
        const { document, found } = parsed(changed.join(''));
        expect(document.definitions.length).to.be.at.most(whole + 8);
        if (found.every(({ severity }) => severity === 'warning'))
          expect(bare(valid(print(document)))).to.deep.equal(bare(document));
        else print(document);
      }),
      { numRuns: 300 },
    );
  });

  it('without any sense neither throws nor hangs', () => {
    const noise = fc.array(
      fc.constantFrom(
        ...'{}()[]<>:;,=*&@"\'/\\#.+-\n \t0aé$'.split(''),
        ...[
          'struct ',
          'service ',
          'enum ',
          'const ',
          'list',
          'map',
          'throws ',
          'i32 ',
          '/*',
          '*/',
          '1: ',
          '0x',
        ],
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(noise, pieces => {
        const { document, found } = parsed(pieces.join(''));
        if (document.lost.length > 0)
          expect(found.some(({ severity }) => severity === 'error')).to.equal(true);
        for (const { start, end } of document.lost) expect(end).to.be.greaterThan(start);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('nesting', () => {
  const many = 10_000;
  const deep: [what: string, text: string][] = [
    ['lists', `struct A { 1: ${'list<'.repeat(many)}i32${'>'.repeat(many)} a }`],
    ['maps', `struct A { 1: ${'map<i32,'.repeat(many)}i32${'>'.repeat(many)} a }`],
    ['constant lists', `const i32 A = ${'['.repeat(many)}${']'.repeat(many)}`],
    ['constant maps', `const i32 A = ${'{1:'.repeat(many)}1${'}'.repeat(many)}`],
    ['constant structs', `const i32 A = ${'A{a='.repeat(many)}1${'}'.repeat(many)}`],
    ['braces', `struct A ${'{'.repeat(many)}${'}'.repeat(many)}`],
    ['parentheses', `struct A {} ${'('.repeat(many)}${')'.repeat(many)}`],
    ['annotated types', `typedef ${'list<i32(a='.repeat(many)}`],
    ['xsd_attrs', `struct A { 1: i32 a ${'xsd_attrs { 1: i32 a '.repeat(many)}${'}'.repeat(many)} }`],
    ['unclosed lists', `typedef ${'list<'.repeat(many)}`],
    ['unclosed brackets', `const i32 A = ${'['.repeat(many)}`],
  ];
  for (const [what, text] of deep) {
    it(`of ${many} ${what} is one error, and the next definition is read`, () => {
      const { document, found } = parsed(`${text}\n\nstruct Next { 1: i32 a }`);
      expect(found.filter(({ code }) => code === 'nested-too-deep')).to.have.length(1);
      expect(found.length).to.be.at.most(2);
      expect(document.definitions.at(-1)?.name.text).to.equal('Next');
    });
  }

  it(`of ${maxNesting} brackets is fine`, () => {
    valid(`typedef ${'list<'.repeat(maxNesting)}i32${'>'.repeat(maxNesting)} Deep`);
  });

  it('is not miscounted where many brackets are missing', () => {
    const text = 'struct A {\n  1: list<map<i32 a\n}\nstruct B { 1: list<i32 b\n'.repeat(40);
    expect(parsed(text).found.map(({ code }) => code)).not.to.include('nested-too-deep');
  });
});

describe('a large text', () => {
  const size = 5_000_000;
  const large: [what: string, text: string][] = [
    [
      'structs',
      repeated(
        number => `/** Doc. */\nstruct S${number} { 1: required i32 a = 1 (b = "c"), 2: list<S1> d }\n`,
      ),
    ],
    ['one struct', `struct S {\n${repeated(number => `  ${number}: i32 f${number}\n`)}}`],
    ['one constant', `const list<i32> A = [${repeated(number => `${number}, `)}]`],
    ['one string', `const string A = "${'\\n'.repeat(size / 2)}"`],
    ['one comment', `/** ${'* /'.repeat(size / 3)} */ struct A {}`],
    ['one word', `struct ${'a.b'.repeat(size / 3)} {}`],
    ['bad characters', '$'.repeat(size)],
    ['digits', `const i64 A = ${'1'.repeat(100_000)}`],
    ['open brackets', '([{<'.repeat(size / 4)],
    ['closing brackets', ')]}>'.repeat(size / 4)],
    ['open comments', '/*'.repeat(size / 2)],
    ['quotes', `"\n`.repeat(size / 2)],
  ];
  for (const [what, text] of large) {
    it(`of ${what} takes seconds at worst`, function () {
      this.timeout(60_000);
      const before = process.cpuUsage();
      parsed(text);
      const { user } = process.cpuUsage(before);
      expect(user / 1e6).to.be.below(12);
    });
  }

  function repeated(line: (number: number) => string): string {
    const lines: string[] = [];
    for (let length = 0; length < size; length += lines.at(-1)!.length) lines.push(line(lines.length));
    return lines.join('');
  }
});

describe('lexing', () => {
  it('leaves the offsets of a text with a byte order mark as they are', () => {
    const { tokens } = lex(new SourceText('x', '\ufeffstruct A {}'), new Findings());
    expect(tokens[0]?.startOffset).to.equal(1);
  });
});
