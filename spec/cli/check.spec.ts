import { expect } from 'chai';
import { Folder, livethrift } from './run.ts';

describe('livethrift check', function () {
  this.timeout(90_000);
  let folder: Folder;

  afterEach(() => folder.remove());

  it('counts what it looked at, and is content with files without errors', async () => {
    folder = new Folder({ 'a.thrift': 'include "b.thrift"', 'b.thrift': 'struct B {}' });
    expect(await livethrift(folder, 'check')).to.deep.equal({
      code: 0,
      stdout: '2 files: 0 errors, 0 warnings\n',
      stderr: '',
    });
  });

  it('shows every finding of every file once, with its row, and fails with 1', async () => {
    folder = new Folder({
      'a.thrift': 'include "b.thrift"\nstruct A { 1: Nothing nothing, 1: i32 again }',
      'b.thrift': 'service B { void go(1: Nobody nobody }',
      'c.thrift': 'include "b.thrift"',
    });
    const { code, stdout, stderr } = await livethrift(folder, 'check', '*.thrift');
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
    for (const text of [
      'error unknown-type: there is no type "Nothing"',
      '2 | struct A { 1: Nothing',
      '^^^^^^^',
    ])
      expect(stdout).to.include(text);
    expect(stdout.match(/b\.thrift:1:\d+ error/g)).to.have.length(
      new Set(stdout.match(/b\.thrift:1:\d+ error/g)).size,
    );
    expect(stdout).to.match(/\n3 files: \d errors, 0 warnings\n$/);
    expect(stdout).to.not.include('    at ');
  });

  it('fails on warnings only with --strict', async () => {
    folder = new Folder({ 'a.thrift': 'namespace py a\nservice A { void go(1: optional i32 id) }' });
    const lenient = await livethrift(folder, 'check', 'a.thrift');
    expect(lenient.code).to.equal(0);
    expect(lenient.stdout)
      .to.include('warning optional-parameter')
      .and.include('1 file: 0 errors, 1 warning');
    const strict = await livethrift(folder, 'check', '--strict', 'a.thrift');
    expect(strict).to.include({ code: 1, stdout: lenient.stdout });
  });

  it('fails with 2 and one row where there is no such file', async () => {
    folder = new Folder({ 'a.txt': '' });
    for (const [pattern, command] of [
      ['nowhere.thrift', 'check'],
      ['*', 'check'],
      ['.', 'types'],
    ] as const) {
      expect(await livethrift(folder, command, pattern)).to.deep.equal({
        code: 2,
        stdout: '',
        stderr: `${pattern}: there is no .thrift file of that name\n`,
      });
    }
  });

  it('fails with 2 and one row where package.json says what there is not', async () => {
    folder = new Folder({ 'a.thrift': '', 'package.json': '{ "livethrift": { "int64": "long" } }' });
    const { code, stderr } = await livethrift(folder, 'check');
    expect(code).to.equal(2);
    expect(stderr).to.match(/^"livethrift" in .*package\.json: int64 is "bigint" or "number", got "long"\n$/);
  });
});

describe('livethrift', function () {
  this.timeout(90_000);
  let folder: Folder;

  before(() => {
    folder = new Folder({});
  });

  after(() => folder.remove());

  it('tells its commands and their options', async () => {
    const { code, stdout } = await livethrift(folder, '--help');
    expect(code).to.equal(0);
    expect(stdout).to.include('types [options] [files...]').and.include('check [options] [files...]');
    const types = await livethrift(folder, 'types', '--help');
    expect(types.stdout).to.include('--check').and.include('--watch');
  });

  it('tells its version', async () => {
    expect((await livethrift(folder, '--version')).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('fails with 2 for a command or an option that there is not, with what was meant', async () => {
    const unknown = await livethrift(folder, 'chek');
    expect(unknown.code).to.equal(2);
    expect(unknown.stderr).to.include("unknown command 'chek'").and.include('Did you mean check?');
    const option = await livethrift(folder, 'types', '--chek');
    expect(option.code).to.equal(2);
    expect(option.stderr).to.include("unknown option '--chek'");
  });
});
