import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import type { ModuleDescriptor } from '../../src/schema/descriptor.ts';
import { declarationFile, declarationsOf } from '../../src/typegen/declarations.ts';
import { describe as descriptor } from '../../src/values/module.ts';

/** The rows of a text's declarations, without indentation. */
function rowsOf(text: string, includes: Readonly<Record<string, string>> = {}): string[] {
  const module = loadSource(text, {
    name: 'main.thrift',
    include: path => includes[path],
    onWarning: () => {},
  });
  return declarationsOf(descriptor(module as object) as ModuleDescriptor)
    .text.split('\n')
    .map(row => row.trim());
}

describe('declarations', () => {
  it('have doc comments as JSDoc, whatever is in them', () => {
    const rows = rowsOf(
      '/**\n * Two\n *\n * rows, and @example.\n */\nstruct A {\n  /** One row. */ 1: i32 x\n}',
    );
    expect(rows).to.include.members(['/**', '* Two', '*', '* rows, and @example.', '*/', '/** One row. */']);
  });

  it('have @deprecated from annotations, which cannot end the comment they are in', () => {
    const rows = rowsOf(`
      struct A { 1: i32 a (deprecated), 2: i32 b (deprecated = "use\\nc */ d"), 3: i32 c (cpp.deprecated = "1") }
      enum E { X (deprecated = "gone") }
      service S { void m() (deprecated = "use n") }
    `);
    expect(rows.filter(row => row === '/** @deprecated */')).to.have.length(4);
    expect(rows).to.include.members(['* @deprecated use', '* c *\\/ d', '/** @deprecated gone */']);
    expect(rows.filter(row => row === '/** @deprecated use n */')).to.have.length(2);
  });

  it("have fbthrift's @thrift.Deprecated too", () => {
    const rows = rowsOf(
      `
      include "thrift.thrift"
      struct A { @thrift.Deprecated{message = "old"} 1: i32 a, @thrift.Deprecated 2: i32 b }
    `,
      { 'thrift.thrift': 'struct Deprecated { 1: string message }' },
    );
    expect(rows).to.include.members(['/** @deprecated old */', '/** @deprecated */']);
  });

  it('say which exceptions a method throws, and what a field is when it is not given', () => {
    const rows = rowsOf(`
      exception Lost { 1: string why }
      struct A { 1: string text = "a \\"b\\"", 2: i32 number = -1, 3: i64 large = 5 }
      service S { void m() throws (/** When it is lost. */ 1: Lost lost) }
    `);
    expect(rows).to.include.members([
      '/** @throws {Lost} When it is lost. */',
      '/** @default "a \\"b\\"" */',
    ]);
    expect(rows).to.include.members(['/** @default -1 */', '/** @default 5 */']);
  });

  it('keep to their rows what TypeScript takes for the end of a row', () => {
    const rows = rowsOf('/** one\u2028two */\nconst string S = "a\u2029b"');
    expect(rows).to.include.members(['/** one\\u2028two */', 'export declare const S: "a\\u2029b";']);
  });

  it('export includes under names that can be exported, and not "then"', () => {
    const files = ['then', '1st', 'a-b', 'a.b', "it's", 'delete', 'fine'].map(name => `${name}.thrift`);
    const includes = files.map(file => `include "${file}"`).join('\n');
    const rows = rowsOf(
      `${includes}\nstruct then { 1: i32 x }`,
      Object.fromEntries(files.map(f => [f, 'struct A {}'])),
    );
    expect(rows.filter(row => row.startsWith('export'))).to.deep.equal([
      "export * as delete from './delete.thrift';",
      "export * as fine from './fine.thrift';",
    ]);
  });

  it('import a file whatever it is called', () => {
    const rows = rowsOf('include "other.thrift"\nstruct B { 1: other.C c, 2: other.D d }', {
      'other.thrift':
        'include "it\'s.thrift" as its\ninclude ".a.thrift" as a\ntypedef its.C C\ntypedef a.D D',
      "it's.thrift": 'struct C {}',
      '.a.thrift': 'struct D {}',
    });
    expect(rows).to.include.members([
      "import type * as $it$s from './it\\'s.thrift';",
      "import type * as $$a from './.a.thrift';",
    ]);
  });

  it('type large lists as lists', () => {
    const list = (count: number) => `const list<i32> L = [${new Array(count).fill(1).join(', ')}]`;
    expect(rowsOf(list(3))).to.include('export declare const L: readonly [1, 1, 1];');
    expect(rowsOf(list(65))).to.include('export declare const L: $.Readonly<$.List<number>>;');
  });

  it('take i64 as one field or typedef has it', () => {
    const rows = rowsOf(
      'struct A { 1: i64 (js.type = "number") n, 2: i64 b }\nconst double HUGE = 1e300\nconst double NIL = -0.0',
    );
    expect(rows).to.include.members(['n: number | undefined;', 'b: bigint | undefined;']);
    expect(rows).to.include.members(['export declare const HUGE: 1e+300;', 'export declare const NIL: 0;']);
  });

  it('stand beside their file under a name of their own', () => {
    const names = ['/a/foo.thrift', '/a/b.c.thrift', '/a/foo.idl', '/a/foo'].map(declarationFile);
    expect(names).to.deep.equal([
      '/a/foo.d.thrift.ts',
      '/a/b.c.d.thrift.ts',
      '/a/foo.d.idl.ts',
      '/a/foo.d.ts',
    ]);
  });
});
