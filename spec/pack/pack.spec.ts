import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { expect } from 'chai';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from '../typegen/build.ts';
import { EmptyProject, nodeBinaries, pack } from './package.ts';

const thrift = `
/** Who is there. */
struct User { 1: required i64 id, 2: optional string name }
service Users { User find(1: i64 id) }
`;

const program = `
import { load, makeClient, makeServer } from 'livethrift';
import { User, Users } from './idl/users.thrift';

const server = makeServer(Users, { find: id => new User({ id, name: 'user ' + id }) });
const loaded = await load<typeof import('./idl/users.thrift')>(new URL('idl/users.thrift', import.meta.url));
const client = makeClient(loaded.Users, await server.listen({ port: 0 }));
const { id, name } = await client.find(2n ** 60n);
const both: [bigint, string | undefined] = [id, name];
console.log(both.join(', '));
await client.close();
await server.close();
`;

/** Writes the URL of every module that is loaded. */
const loads = `
import { register } from 'node:module';

const hook = 'export function load(url, context, next) { process._rawDebug(url); return next(url, context); }';
register('data:text/javascript,' + encodeURIComponent(hook));
`;

const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    allowArbitraryExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
  },
  files: ['program.ts'],
};

/** A program whose calls go over HTTP, WebSocket and TLS, the last against a port without it. */
const carried = `
import { loadSource, makeClient, makeServer } from 'livethrift';
const { S } = loadSource('service S { string ping() }');
const server = makeServer(S, { ping: () => 'pong' }, { onError() {} });
const { port } = await server.listen({ port: 0 });
const said = [];
for (const scheme of ['http', 'ws', 'thrift', 'thrifts']) {
  const client = makeClient(S, scheme + '://127.0.0.1:' + port);
  said.push(await client.ping().catch(error => error.constructor.name));
  await client.close();
}
await server.close();
console.log(...said);
`;

/** What needs packages that nobody has to install. */
const lacking = `
import { oauth2, verifyJwt } from 'livethrift/auth';
const issuer = 'https://issuer.example';
const client = { issuer, clientId: 'a', clientSecret: 'b' };
const verify = verifyJwt({ issuer, audience: 'a', keys: { keys: [] } });
for (const ask of [() => verify('token', undefined), () => oauth2(client).get()])
  await ask().catch(error => console.log(error.message));
`;

describe('the packed tarball', () => {
  let tarball: string;
  let project: EmptyProject;

  before(() => {
    tarball = pack();
    project = new EmptyProject(tarball);
    project.write('idl/users.thrift', thrift);
    project.write('program.ts', program);
    project.write('plain.mjs', program.replace(/<typeof[^>]+>/, '').replace(/: \[.*?\] =/, ' ='));
    project.write('wrong.ts', program.replace('2n ** 60n', "'one'"));
    project.write('wrong.json', JSON.stringify({ ...tsconfig, files: ['wrong.ts'] }));
    project.write('tsconfig.json', JSON.stringify(tsconfig));
    project.write('loads.mjs', loads);
    project.write('loaded.mjs', `import { loadSource } from 'livethrift'; loadSource('struct User {}');`);
    project.write('carried.mjs', carried);
    project.write('lacking.mjs', lacking);
    project.write('required.cjs', `console.log(typeof require('livethrift').makeClient);`);
  });

  after(() => {
    rmSync(dirname(tarball), { recursive: true, force: true });
    rmSync(project.folder, { recursive: true, force: true });
  });

  for (const node of nodeBinaries()) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

    describe(`installed into an empty project, on Node ${version}`, () => {
      it('writes types, and knows that they are up to date', async () => {
        rmSync(`${project.folder}/idl/users.d.thrift.ts`, { force: true });
        expect(await project.run(node, 'livethrift', 'types', '--check', 'idl')).to.include({ code: 1 });
        expect(await project.run(node, 'livethrift', 'types', 'idl/**/*.thrift')).to.deep.equal({
          code: 0,
          stdout: 'wrote idl/users.d.thrift.ts\n',
          stderr: '',
        });
        expect(await project.run(node, 'livethrift', 'types', '--check', 'idl')).to.include({ code: 0 });
      });

      it('has a typed import and a typed load that compile and run', async () => {
        expect(await project.run(node, 'tsc')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
        const ended = await project.run(node, 'node', '--import', 'livethrift/register', 'program.js');
        expect(ended).to.deep.equal({
          code: 0,
          stdout: '1152921504606846976, user 1152921504606846976\n',
          stderr: '',
        });
      });

      it('refuses a mistake when compiling', async () => {
        const { code, stdout } = await project.run(
          node,
          'tsc',
          '-p',
          'wrong.json',
          '--noEmit',
          '--pretty',
          'false',
        );
        expect(code).to.not.equal(0);
        expect(stdout).to.match(
          /^wrong\.ts\(.*Argument of type 'string' is not assignable to parameter of type 'I64Input'/,
        );
      });

      it('runs plain JavaScript with no build step', async () => {
        const ended = await project.run(node, 'node', '--import', 'livethrift/register', 'plain.mjs');
        expect(ended).to.include({ code: 0, stdout: '1152921504606846976, user 1152921504606846976\n' });
      });

      it('checks files, with exit codes', async () => {
        expect(await project.run(node, 'livethrift', 'check', 'idl')).to.deep.equal({
          code: 0,
          stdout: '1 file: 0 errors, 0 warnings\n',
          stderr: '',
        });
        expect(await project.run(node, 'livethrift', 'check', 'nowhere')).to.include({ code: 2 });
      });

      it('carries calls over what it only loads when asked for, and keeps the names of its classes', async () => {
        const ended = await project.run(node, 'node', 'carried.mjs');
        expect(ended).to.deep.equal({ code: 0, stdout: 'pong pong pong RpcError\n', stderr: '' });
      });

      it('says which packages it needs for what not everybody needs', async () => {
        const ended = await project.run(node, 'node', 'lacking.mjs');
        expect(ended).to.include({
          code: 0,
          stdout:
            'verifyJwt needs the package jose: npm install jose\n' +
            'oauth2 needs the package oauth4webapi: npm install oauth4webapi\n',
        });
      });

      it('can be required', async () => {
        const ended = await project.run(node, 'node', 'required.cjs');
        expect(ended).to.include({ code: 0, stdout: 'function\n' });
      });

      it('imports and parses with a handful of files, all its own', async () => {
        const { code, stderr } = await project.run(node, 'node', '--import', './loads.mjs', 'loaded.mjs');
        const loaded = stderr.split('\n').flatMap(url => /^file:.*\/node_modules\/(.*)/.exec(url)?.[1] ?? []);
        expect(code).to.equal(0);
        expect(loaded).to.include('livethrift/dist/index.js');
        expect(loaded.filter(file => !file.startsWith('livethrift/dist/'))).to.deep.equal([]);
        expect(loaded).to.have.lengthOf.at.most(5);
      });
    });
  }

  it('has nothing that publint would change', async () => {
    const data = readFileSync(tarball);
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(data).buffer }, strict: true });
    expect(messages.map(message => formatMessage(message, pkg!))).to.deep.equal([]);
  });

  it('resolves to its types wherever ES modules do', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
    if (analysis.types === false) throw new Error('the package has no types');
    // An ES module package: `require` of it gives an ES module, and Node 10 is not meant.
    const notes = ['CJSResolvesToESM', 'NoResolution'];
    const problems = analysis.problems.filter(
      problem =>
        !(notes.includes(problem.kind) && 'resolutionKind' in problem) ||
        !['node10', 'node16-cjs'].includes(problem.resolutionKind),
    );
    expect(problems).to.deep.equal([]);
    const entries = ['.', './types', './register', './apache', './auth', './otel', './etcd', './zookeeper'];
    expect(Object.keys(analysis.entrypoints)).to.include.members(entries);
  });

  it('is small: few programs, the declarations that they lead to, no sources, no maps of them', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    expect(
      files.filter(file => !/^package\/(dist\/.*\.(js|d\.ts)|(dist\/)?[\w-]+(\.md|\.json)?)$/.test(file)),
    ).to.deep.equal([]);
    expect(files.filter(file => file.endsWith('.js'))).to.have.lengthOf.at.most(19);
    expect(files.filter(file => /\/(typegen|cli)\/.*\.d\.ts$/.test(file))).to.deep.equal([]);
  });

  it('has the parser in it, and says whose it is', () => {
    expect(existsSync(`${project.folder}/node_modules/chevrotain`)).to.equal(false);
    const notes = readFileSync(`${project.folder}/node_modules/livethrift/dist/THIRD-PARTY.md`, 'utf8');
    const { version } = JSON.parse(readFileSync(`${root}/node_modules/chevrotain/package.json`, 'utf8')) as {
      version: string;
    };
    expect(notes).to.include(`- chevrotain ${version} (Apache-2.0)`);
    expect(notes).to.include('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  });
});
