import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { builtPackage } from '../typegen/build.ts';

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

const files = {
  'package.json': '{ "type": "module", "livethrift": { "int64": "number" } }',
  'user.thrift': `
    struct User { 1: required i64 id }
    exception NotFound { 1: string what }
    struct then { 1: i32 x }
    const i64 FIRST = 1
    enum Kind { A, B }
    const i32 default = 7
    const i32 await = 8
    service Users { User find(1: i64 id) throws (1: NotFound notFound) }`,
  'group.thrift': 'include "user.thrift"\nstruct Group { 1: list<user.User> users }',
  'team.thrift': 'include "user.thrift"\nstruct Team { 1: user.User head }',
  'lists.thrift': 'include "./user.thrift"\nservice Lists { list<user.User> lists() }',
  'bad.thrift': 'struct Bad {\n  1: Nothing nothing\n}',
  'warned.thrift': 'service Warned { void go(1: optional i32 id) }',
};

describe('node --import livethrift/register', function () {
  this.timeout(90_000);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'livethrift-register-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a module beside the files; its errors are in `stderr`. */
  function run(program: string): Promise<Ended> {
    const file = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
    const library = pathToFileURL(join(builtPackage(), 'dist/index.js')).href;
    writeFileSync(file, program.replaceAll("'livethrift'", JSON.stringify(library)));
    const register = pathToFileURL(join(builtPackage(), 'dist/register/register.js')).href;
    return new Promise(resolve => {
      execFile(process.execPath, ['--import', register, file], (_, stdout, stderr) =>
        resolve({ stdout, stderr }),
      );
    });
  }

  it('imports what a file defines, so that a program can call and serve it', async () => {
    const ended = await run(`
      import { makeClient, makeServer } from 'livethrift';
      import { NotFound, User, Users } from './user.thrift';
      const server = makeServer(Users, {
        find(id) {
          if (id === 1) return new User({ id });
          throw new NotFound({ what: 'user ' + id });
        },
      });
      const client = makeClient(Users, await server.listen({ port: 0 }));
      const found = await client.find(1);
      console.log(found instanceof User, found.id, await client.find(2).catch(e => e instanceof NotFound));
      await client.close();
      await server.close();
    `);
    expect(ended).to.deep.equal({ stdout: 'true 1 true\n', stderr: '' });
  });

  it('imports what a server can tell of', async () => {
    const ended = await run(`
      import { loadFrom, makeServer, reflection } from 'livethrift';
      import { Lists } from './lists.thrift';
      const server = makeServer(Lists, { lists: () => [] }).add(reflection());
      const module = await loadFrom(await server.listen({ port: 0 }));
      console.log(Object.keys(module).join(), Object.keys(module.user).join());
      await server.close();
    `);
    expect(ended).to.deep.equal({
      stdout: 'user,Lists FIRST,default,await,User,NotFound,Kind,Users\n',
      stderr: '',
    });
  });

  it('exports every definition and include under its name but "then", reserved words too', async () => {
    const ended = await run(`
      import * as user from './user.thrift';
      import seven, { await as eight, FIRST, Kind } from './user.thrift';
      import { user as included } from './group.thrift';
      console.log(JSON.stringify([Object.keys(user), seven, eight, FIRST, Kind.B, Object.keys(included)]));
    `);
    expect(ended.stderr).to.equal('');
    const [names, seven, eight, first, b, included] = JSON.parse(ended.stdout);
    const all = ['FIRST', 'Kind', 'NotFound', 'User', 'Users', 'await', 'default'];
    expect(names).to.have.members(all);
    expect(included).to.have.members(all);
    expect([seven, eight, first, b]).to.deep.equal([7, 8, 1, 1]);
  });

  it('shares what several files include: one class, whoever imports it, in whatever order', async () => {
    const ended = await run(`
      import { Group, user as ofGroup } from './group.thrift';
      import { Team, user as ofTeam } from './team.thrift';
      import { User } from './user.thrift';
      const again = await import('./group.thrift?again#part');
      console.log(ofGroup.User === User, ofTeam.User === User, again.Group === Group);
    `);
    expect(ended).to.deep.equal({ stdout: 'true true true\n', stderr: '' });
  });

  it('can be awaited where a file defines "then"', async () => {
    const ended = await run(`
      const user = await import('./user.thrift');
      console.log('then' in user, typeof user.User);
    `);
    expect(ended).to.deep.equal({ stdout: 'false function\n', stderr: '' });
  });

  it('rejects with the findings in a file that has errors', async () => {
    const { stdout } = await run(`
      try {
        await import('./bad.thrift');
      } catch ({ name, code, message, diagnostics }) {
        console.log(JSON.stringify({ name, code, message, diagnostics }));
      }
    `);
    const { name, code, message, diagnostics } = JSON.parse(stdout);
    expect([name, code]).to.deep.equal(['IdlError', 'unknown-type']);
    expect(message).to.include('bad.thrift:2:6 error unknown-type: there is no type "Nothing"');
    expect(message).to.include('2 |   1: Nothing nothing');
    expect(diagnostics).to.have.length(1);
    expect(diagnostics[0]).to.include({ line: 2, column: 6, code: 'unknown-type' });
  });

  it('ends a program that imports a file with errors, with its findings', async () => {
    const { stdout, stderr } = await run(`import { Bad } from './bad.thrift';\nconsole.log('never', Bad);`);
    expect(stdout).to.equal('');
    expect(stderr).to.include('bad.thrift:2:6 error unknown-type: there is no type "Nothing"');
  });

  it('says a warning once', async () => {
    const { stderr } = await run(`import './warned.thrift';\nimport './warned.thrift?again';`);
    expect(stderr.match(/ThriftWarning/g)).to.have.length(1);
  });

  it('leaves all other imports alone', async () => {
    const ended = await run(`
      import { readFileSync } from 'node:fs';
      import config from './package.json' with { type: 'json' };
      const missing = await import('./nowhere.thrift').catch(error => error.code);
      console.log(typeof readFileSync, config.type, missing);
    `);
    expect(ended.stdout).to.equal('function module ERR_MODULE_NOT_FOUND\n');
  });
});
