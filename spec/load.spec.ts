import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type Diagnostic, IdlError } from '../src/errors/idl-error.ts';
import { type LoadOptions, load, loadSource, loadSync } from '../src/load.ts';
import { serialize } from '../src/serialize.ts';
import { type DynamicModule, describe as describeLoaded } from '../src/values/module.ts';

type Load = (path: string | URL, options?: LoadOptions) => Promise<DynamicModule>;
const loaders: Readonly<Record<string, Load>> = {
  load,
  loadSync: async (path, options) => loadSync(path, options),
};

for (const [name, loaded] of Object.entries(loaders)) {
  describe(name, () => {
    let root = '';
    beforeEach(() => {
      root = realpathSync(mkdtempSync(join(tmpdir(), 'livethrift-load-')));
    });
    afterEach(() => rmSync(root, { recursive: true }));

    /** Writes files below the root, and gives the path of the first. */
    function write(files: Readonly<Record<string, string>>): string {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      return join(root, Object.keys(files)[0]!);
    }

    async function failure(
      path: string | URL,
      options?: LoadOptions,
    ): Promise<Error & Record<string, unknown>> {
      try {
        await loaded(path, options);
      } catch (error) {
        return error as Error & Record<string, unknown>;
      }
      throw new Error(`${path} was loaded`);
    }

    it('takes a path, relative to the working directory or not, and a URL', async () => {
      const path = write({ 'a b%20ü.thrift': 'struct S { 1: i32 a }' });
      const relative = join(
        ...process
          .cwd()
          .split('/')
          .slice(1)
          .map(() => '..'),
        path,
      );
      for (const from of [path, relative, pathToFileURL(path), pathToFileURL(path).href])
        expect(new (await loaded(from)).S({ a: 1 }).a).to.equal(1);
    });

    it('refuses a URL of another kind', async () => {
      const error = await failure(new URL('https://example.com/a.thrift'));
      expect(error).to.be.instanceOf(TypeError);
      expect(error.code).to.equal('ERR_INVALID_URL_SCHEME');
    });

    it('says which file there is not', async () => {
      const error = await failure(join(root, 'none.thrift'));
      expect(error.code).to.equal('ENOENT');
      expect(error.message).to.contain(join(root, 'none.thrift'));
    });

    it('says so of a directory', async () => {
      write({ 'dir/a.thrift': '' });
      const error = await failure(join(root, 'dir'));
      expect(error.code).to.equal('EISDIR');
      expect(error.message).to.contain(join(root, 'dir'));
    });

    it('finds includes beside the including file, then in the directories given', async () => {
      const path = write({
        'main/main.thrift': 'include "a.thrift"\ninclude "sub/b.thrift"\ninclude "c.thrift"',
        'main/a.thrift': 'const string WHERE = "beside"',
        'main/sub/b.thrift': 'include "deep.thrift"\nconst string WHERE = deep.WHERE',
        'main/sub/deep.thrift': 'const string WHERE = "beside b"',
        'first/a.thrift': 'const string WHERE = "first"',
        'second/c.thrift': 'const string WHERE = "second"',
        'third/c.thrift': 'const string WHERE = "third"',
      });
      const includeDirs = ['first', 'second', 'third'].map(directory => join(root, directory));
      const module = await loaded(path, { includeDirs });
      expect(module.a.WHERE).to.equal('beside');
      expect(module.b.WHERE).to.equal('beside b');
      expect(module.c.WHERE).to.equal('second');
    });

    it('finds an include given by its whole path', async () => {
      const path = write({
        'x/main.thrift': `include "${root}/y/a.thrift"`,
        'y/a.thrift': 'const i32 A = 1',
      });
      expect((await loaded(path)).a.A).to.equal(1);
    });

    it('goes on looking where a file or a directory of that name is in the way', async () => {
      const path = write({
        'main.thrift': 'include "a/b.thrift"\ninclude "c.thrift"',
        a: 'a file',
        'c.thrift/x': 'in a directory',
        'other/a/b.thrift': 'const i32 B = 1',
        'other/c.thrift': 'const i32 C = 2',
      });
      const module = await loaded(path, { includeDirs: [join(root, 'other')] });
      expect([module.b.B, module.c.C]).to.deep.equal([1, 2]);
    });

    it('tells of an include that is nowhere, and where it looked', async () => {
      const path = write({ 'main.thrift': '\ninclude "none.thrift"\nstruct S { 1: none.T t }' });
      const error = await failure(path, { includeDirs: [join(root, 'x')] });
      expect(error).to.be.instanceOf(IdlError);
      const { diagnostics } = error as unknown as IdlError;
      expect(diagnostics).to.have.length(1);
      expect(diagnostics[0]).to.include({ code: 'include-not-found', file: path, line: 2 });
      for (const place of [root, join(root, 'x')])
        expect(diagnostics[0]!.hint).to.contain(join(place, 'none.thrift'));
    });

    it('tells all errors of all files', async () => {
      const path = write({
        'main.thrift': 'include "other.thrift"\nstruct S { 1: Nothing a }\nstruct S {}',
        'other.thrift': 'struct T { 1: i32 a = "x" }\nenum E { A = }',
      });
      const error = (await failure(path)) as unknown as IdlError;
      expect(error).to.be.instanceOf(IdlError);
      expect(new Set(error.diagnostics.map(({ file }) => file))).to.deep.equal(
        new Set([path, join(root, 'other.thrift')]),
      );
      expect(error.message).to.contain('main.thrift:2').and.contain('other.thrift:2');
    });

    it('is the same file by whatever way it is included', async () => {
      const path = write({
        'main.thrift': 'include "sub/../base.thrift"\ninclude "sub/user.thrift"\nstruct S { 1: base.B b }',
        'sub/user.thrift': 'include "../base.thrift"\nstruct U { 1: base.B b }',
        'base.thrift': 'struct B { 1: i32 a }',
      });
      const module = await loaded(path);
      expect(module.user.base.B).to.equal(module.base.B);
    });

    it('looks beside the file that a link leads to', async () => {
      write({
        'real/main.thrift': 'include "a.thrift"\nconst i32 M = a.A',
        'real/a.thrift': 'const i32 A = 1',
      });
      mkdirSync(join(root, 'links'));
      symlinkSync(join(root, 'real/main.thrift'), join(root, 'links/main.thrift'));
      expect((await loaded(join(root, 'links/main.thrift'))).M).to.equal(1);
    });

    it('sees one file through two links', async () => {
      const path = write({
        'main.thrift': 'include "one.thrift"\ninclude "two.thrift"',
        'real.thrift': 'struct S {}',
      });
      symlinkSync(join(root, 'real.thrift'), join(root, 'one.thrift'));
      symlinkSync(join(root, 'real.thrift'), join(root, 'two.thrift'));
      const module = await loaded(path);
      expect(describeLoaded(module).includes[0]!.module).to.equal(describeLoaded(module).includes[1]!.module);
    });

    it('ends where links lead in a circle', async () => {
      symlinkSync(join(root, 'b.thrift'), join(root, 'a.thrift'));
      symlinkSync(join(root, 'a.thrift'), join(root, 'b.thrift'));
      expect((await failure(join(root, 'a.thrift'))).code).to.equal('ELOOP');
    });

    it('never shares the types of two files of one name', async () => {
      write({
        'one/base.thrift': 'struct Base { 1: i32 id } enum Kind { A = 1 }',
        'one/main.thrift': 'include "base.thrift"\nstruct S { 1: base.Base base }',
        'two/base.thrift': 'struct Base { 1: string id } enum Kind { A = 2 }',
        'two/main.thrift': 'include "base.thrift"\nstruct S { 1: base.Base base }',
      });
      const [one, two] = [
        await loaded(join(root, 'one/main.thrift')),
        await loaded(join(root, 'two/main.thrift')),
      ];
      expect([one.base.Kind.A, two.base.Kind.A]).to.deep.equal([1, 2]);
      expect(() => serialize(one.S, { base: { id: 'x' } })).to.throw(
        'S.base.id: expected i32, got string "x"',
      );
      expect(() => serialize(two.S, { base: { id: 5 } })).to.throw(
        'S.base.id: expected string, got number 5',
      );
      expect(await loaded(join(root, 'one/main.thrift'))).to.not.equal(one);
    });

    it('gives warnings to onWarning, and makes errors of them when strict', async () => {
      const path = write({ 'main.thrift': 'struct S { i32 a }' });
      const warnings: Diagnostic[] = [];
      const module = await loaded(path, { onWarning: warning => warnings.push(warning) });
      expect(new module.S({ a: 1 }).a).to.equal(1);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include({ code: 'implicit-field-id', severity: 'warning', file: path, line: 1 });
      expect(await failure(path, { strict: true })).to.be.instanceOf(IdlError);
    });

    it('warns by the process where nobody asked', async () => {
      const path = write({ 'main.thrift': 'struct S { i32 a }' });
      const warned = new Promise<Error & { code?: string }>(resolve => process.once('warning', resolve));
      await loaded(path);
      const warning = await warned;
      expect(warning).to.include({ name: 'ThriftWarning', code: 'implicit-field-id' });
      expect(warning.message).to.match(/main\.thrift:1:\d+: /);
    });

    it('refuses options that are none', async () => {
      const path = write({ 'main.thrift': '' });
      expect((await failure(path, { includeDir: [] } as never)).message).to.contain('"includeDir"');
      expect((await failure(path, { int64: 'string' } as never)).message).to.contain('int64');
    });
  });
}

describe('loadSource', () => {
  it('asks for each include, with the path as written and who includes it', () => {
    const asked: string[] = [];
    const texts: Record<string, string> = { 'a.thrift': 'include "b.thrift"', 'b.thrift': 'const i32 B = 1' };
    const module = loadSource('include "a.thrift"\ninclude "b.thrift"', {
      name: 'root.thrift',
      include(path, from) {
        asked.push(`${path} from ${from}`);
        return texts[path];
      },
    });
    expect(asked).to.include('a.thrift from root.thrift').and.include('b.thrift from a.thrift');
    expect(module.a.b).to.equal(module.b);
  });

  it('reads nothing from the disk', () => {
    expect(() => loadSource('include "package.json"')).to.throw(IdlError, 'package.json');
    expect(() => loadSource('include "x.thrift"', { include: () => undefined })).to.throw(
      IdlError,
      'x.thrift',
    );
  });

  it('is called by its name in errors and by its base name as a module', () => {
    expect(() => loadSource('struct {', { name: 'mine.thrift' })).to.throw(IdlError, 'mine.thrift:1');
    expect(() => loadSource('struct {')).to.throw(IdlError, 'source.thrift:1');
    expect(describeLoaded(loadSource('', { name: 'dir/mine.thrift' })).name).to.equal('mine');
  });
});
