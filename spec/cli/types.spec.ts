import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { collect, Folder, livethrift, start } from './run.ts';

const user = 'struct User { 1: i32 id }\n';

describe('livethrift types', function () {
  this.timeout(90_000);
  let folder: Folder;

  const read = (name: string) => readFileSync(join(folder.path, name), 'utf8');
  const has = (name: string) => existsSync(join(folder.path, name));

  afterEach(() => folder.remove());

  it('writes declarations and their map beside a file and all that it includes, and names what it wrote', async () => {
    folder = new Folder({
      'idl/main.thrift': 'include "../common/user.thrift"\nstruct Main { 1: user.User user }',
      'common/user.thrift': user,
      'idl/other.thrift': user,
    });
    const { code, stdout, stderr } = await livethrift(folder, 'types', 'idl/main.thrift');
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).to.have.members([
      'wrote idl/main.d.thrift.ts',
      'wrote common/user.d.thrift.ts',
    ]);
    expect(read('idl/main.d.thrift.ts')).to.include("from '../common/user.thrift'");
    expect(read('common/user.d.thrift.ts')).to.include('export interface User {');
    expect(JSON.parse(read('common/user.d.thrift.ts.map')).sources).to.deep.equal(['user.thrift']);
    expect(has('idl/other.d.thrift.ts')).to.equal(false);
  });

  it('takes directories and patterns, leaves node_modules and other files aside, and writes only what changes', async () => {
    folder = new Folder({
      'a/b/deep.thrift': user,
      'a/readme.md': '# no IDL',
      'a/node_modules/theirs/theirs.thrift': user,
      'c/one.thrift': user,
      'c/two.thrift': user,
      'c/two.txt': 'no IDL',
    });
    const first = await livethrift(folder, 'types', 'a', 'c/*');
    expect(first.code).to.equal(0);
    const written = ['a/b/deep.d.thrift.ts', 'c/one.d.thrift.ts', 'c/two.d.thrift.ts'];
    expect(first.stdout.trim().split('\n')).to.have.members(written.map(name => `wrote ${name}`));
    expect(has('a/node_modules/theirs/theirs.d.thrift.ts')).to.equal(false);
    folder.write('c/one.thrift', `${user}enum Kind { A }`);
    expect(await livethrift(folder, 'types')).to.deep.include({
      code: 0,
      stdout: 'wrote c/one.d.thrift.ts\n',
    });
  });

  it('leaves the includes of an installed package to that package', async () => {
    folder = new Folder({
      'main.thrift': 'include "node_modules/theirs/user.thrift"\nstruct Main { 1: user.User user }',
      'node_modules/theirs/user.thrift': user,
    });
    const { stdout } = await livethrift(folder, 'types', 'main.thrift');
    expect(stdout).to.equal('wrote main.d.thrift.ts\n');
    expect(read('main.d.thrift.ts')).to.include("from './node_modules/theirs/user.thrift'");
  });

  it('never writes over IDL that is called something else than .thrift', async () => {
    folder = new Folder({
      'main.thrift': 'include "user.idl"\nstruct Main { 1: user.idl.User user }',
      'user.idl': user,
      bare: user,
    });
    const main = 'include "user.idl"\nstruct Main { 1: i32 id }';
    folder.write('main.thrift', main);
    const { code, stdout } = await livethrift(folder, 'types', 'main.thrift', 'bare');
    expect(code).to.equal(0);
    expect(stdout.trim().split('\n')).to.have.members([
      'wrote main.d.thrift.ts',
      'wrote user.d.idl.ts',
      'wrote bare.d.ts',
    ]);
    expect([read('main.thrift'), read('user.idl'), read('bare')]).to.deep.equal([main, user, user]);
  });

  it('goes by the nearest package.json', async () => {
    folder = new Folder({
      'package.json': '{ "livethrift": { "int64": "number", "includeDirs": ["shared"] } }',
      'shared/ids.thrift': 'typedef i64 Id',
      'idl/main.thrift': 'include "ids.thrift"\nstruct Main { 1: ids.Id id }',
    });
    expect(await livethrift(folder, 'types', 'idl')).to.include({ code: 0, stderr: '' });
    expect(read('shared/ids.d.thrift.ts')).to.include('export type Id = number;');
  });

  it('says every error of every file once, and writes the declarations of the others', async () => {
    folder = new Folder({
      'a.thrift': 'include "bad.thrift"\nstruct A { 1: i32 id, 2: Nowhere there }',
      'bad.thrift': 'struct Bad { 1: Nothing nothing }',
      'good.thrift': user,
    });
    const { code, stdout, stderr } = await livethrift(folder, 'types');
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: 'wrote good.d.thrift.ts\n' });
    expect(stderr.match(/there is no type "Nothing"/g)).to.have.length(1);
    expect(stderr).to.include('bad.thrift:1:17 error unknown-type: there is no type "Nothing"');
    expect(stderr).to.include('1 | struct Bad { 1: Nothing nothing }');
    expect(stderr).to.include('there is no type "Nowhere"');
    expect(stderr).to.not.include('    at ');
    expect(has('a.d.thrift.ts')).to.equal(false);
  });

  it('--check writes nothing, and fails where declarations are missing or not what the file says', async () => {
    folder = new Folder({ 'user.thrift': user, 'kind.thrift': 'enum Kind { A }' });
    const missing = await livethrift(folder, 'types', '--check');
    expect(missing).to.include({ code: 1, stdout: '' });
    expect(missing.stderr).to.include('user.d.thrift.ts is not what user.thrift says; run: livethrift types');
    expect(has('user.d.thrift.ts')).to.equal(false);
    await livethrift(folder, 'types');
    expect(await livethrift(folder, 'types', '--check')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    folder.write('user.thrift', user.replace('i32', 'string'));
    const stale = await livethrift(folder, 'types', '--check');
    expect(stale.code).to.equal(1);
    expect(stale.stderr).to.include('user.d.thrift.ts').and.not.include('kind.d.thrift.ts');
    expect(read('user.d.thrift.ts')).to.include('id: number');
  });

  it('--watch goes on after edits, errors and new files, and with includes that were not there before', async () => {
    folder = new Folder({ 'idl/user.thrift': user, 'common/kind.thrift': 'enum Kind { A }' });
    const child = start(folder.path, 'types', '--watch', 'idl');
    const [stdout, stderr] = [collect(child.stdout!), collect(child.stderr!)];
    try {
      await until(() => stdout().includes('watching 1 files'));
      folder.write('idl/user.thrift', user.replace('id', 'number'));
      await until(() => read('idl/user.d.thrift.ts').includes('number?: number'));
      folder.write('idl/user.thrift', 'struct User { 1: Nothing nothing }');
      await until(() => stderr().includes('there is no type "Nothing"'));
      folder.write('idl/user.thrift', 'include "../common/kind.thrift"\nstruct User { 1: kind.Kind kind }');
      await until(() => has('common/kind.d.thrift.ts'));
      // Again and again: a moment passes until the new directory is watched.
      let looked = 0;
      await until(() => {
        if (looked++ % 10 === 0) folder.write('common/kind.thrift', 'enum Kind { A, B }');
        return read('common/kind.d.thrift.ts').includes('readonly B: 1');
      });
      rmSync(join(folder.path, 'idl/user.thrift'));
      await until(() => stderr().includes('there is no .thrift file of that name'));
      folder.write('idl/fresh.thrift', user);
      await until(() => has('idl/fresh.d.thrift.ts'));
    } finally {
      child.kill();
    }
  });

  it('writes beside the file itself where it is given a link to it', async () => {
    folder = new Folder({ 'real/user.thrift': user });
    symlinkSync(join(folder.path, 'real/user.thrift'), join(folder.path, 'link.thrift'));
    expect(await livethrift(folder, 'types', 'link.thrift')).to.include({
      stdout: 'wrote real/user.d.thrift.ts\n',
    });
  });
});

/** Waits as long as the test has time. */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise(resolve => setTimeout(resolve, 20));
}
