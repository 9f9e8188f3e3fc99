import { cpSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { loadModule, loadSync } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { declarationsOf } from '../../src/typegen/declarations.ts';
import { type } from '../../src/values/module.ts';
import { compiler, fixtures, Project } from './project.ts';

/** Compiles only where the two types are the same. */
const same = `
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => {};
`;

const names = ['everything', 'words', 'shared', 'far', 'farther', 'one/base', 'two/base', 'a.b'];

/** What loading a fixture gives, as a program that compiles only if the declarations say the same. */
function whatIsLoaded(name: string): string {
  const module = loadSync<Record<string, unknown>>(`${fixtures}/${name}.thrift`, { onWarning: () => {} });
  const rows = [`import type * as m from './${name}.thrift';`, same];
  // A name with a dot could only be imported as a text, which is too new for the oldest TypeScript.
  const exported = Object.keys(module).filter(key => !key.includes('.'));
  rows.push(`same<keyof typeof m, ${exported.map(key => JSON.stringify(key)).join(' | ')}>(true);`);
  for (const key of exported) {
    const value = module[key];
    const literal = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value);
    if (typeof value !== 'object' && typeof value !== 'function')
      rows.push(`same<typeof m[${JSON.stringify(key)}], ${literal}>(true);`);
  }
  return rows.join('\n');
}

describe('a program against a service with everything in it', function () {
  this.timeout(60_000);
  let project: Project;

  before(() => {
    project = new Project({ noUnusedLocals: true, noUnusedParameters: true });
    cpSync(fixtures, project.folder, { recursive: true });
    for (const name of names) project.write(`loaded-${name.replace('/', '-')}.ts`, whatIsLoaded(name));
    project.write('chosen/package.json', configuration);
    project.write('chosen/values.thrift', chosen);
    const file = project.path('chosen/values.thrift');
    writeFileSync(project.path('chosen/values.d.thrift.ts'), declarationsOf(loadModule(file)).text);
    project.write('chosen/program.ts', programOfChosen);
  });

  after(() => project.remove());

  it(`compiles without a cast with the ${compiler.name} TypeScript, declarations checked too`, async () => {
    expect(await project.compile(compiler.path)).to.equal('');
  });

  it('finds in the loaded modules what their declarations have: the compiler compared them', () => {
    expect(whatIsLoaded('everything')).to.include('"Everything"').and.include(', 42>(true)');
  });

  it('finds values as the nearest package.json wants them, in types and in what is decoded', () => {
    const module = loadSync(project.path('chosen/values.thrift'));
    const holder = type(module, 'Holder');
    const bytes = serialize(holder, { large: 5, byName: new Map([['a', 1n]]), byId: new Map([[1, 'b']]) });
    expect({ ...(deserialize(holder, bytes) as object) }).to.deep.equal({
      large: 5,
      byName: Object.assign(Object.create(null), { a: 1 }),
      byId: new Map([[1, 'b']]),
    });
    expect(module.LARGE).to.equal(7);
    expect(module.BY_NAME).to.deep.equal(Object.assign(Object.create(null), { a: 1 }));
  });
});

const configuration = JSON.stringify({ type: 'module', livethrift: { int64: 'number', maps: 'object' } });

const chosen = `
struct Holder {
  1: i64 large
  2: map<string, i64> byName
  3: map<i64, string> byId
}
const i64 LARGE = 7
const map<string, i64> BY_NAME = {"a": 1}
`;

const programOfChosen = `
import { type BY_NAME, Holder, type LARGE } from './values.thrift';
${same}
const holder = new Holder({ large: 1n, byName: { a: 1 } });
same<typeof holder.large, number | undefined>(true);
same<typeof holder.byName, { [key: string]: number } | undefined>(true);
same<typeof holder.byId, Map<number, string> | undefined>(true);
same<typeof LARGE, 7>(true);
same<typeof BY_NAME, { readonly [key: string]: number }>(true);
`;
