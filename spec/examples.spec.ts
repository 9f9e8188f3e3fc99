import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const nodeOptions = ['--import', 'tsx'];

describe('examples/pingpong', function () {
  this.timeout(20_000);

  for (const flags of [[], ['--disallow-code-generation-from-strings']]) {
    it(`shows its calls and every field on the wire, and ends by itself ${flags.join('')}`, async () => {
      const { stdout } = await run(
        process.execPath,
        [...flags, ...nodeOptions, 'examples/pingpong/demo.ts'],
        { cwd: root },
      );
      expect(stdout).to.include('server: login(root, password)');
      expect(stdout).to.include('client: the answer is "pong"');
      expect(stdout).to.include('client: the answer is "登录成功!"');
      expect(stdout).to.match(/80 01 00 01 +binary protocol, version 1: call/);
      expect(stdout).to.match(/0b 00 02 +field 2: password/);
      expect(stdout).to.match(/70 6f 6e 67 +"pong"/);
    });
  }

  it('has a server that serves until Ctrl-C, and a client that prints both answers', async () => {
    const env = { ...process.env, PORT: '9123' };
    const server = spawn(process.execPath, [...nodeOptions, 'examples/pingpong/server.ts'], {
      cwd: root,
      env,
    });
    try {
      await once(server.stdout, 'data');
      const { stdout } = await run(process.execPath, [...nodeOptions, 'examples/pingpong/client.ts'], {
        cwd: root,
        env,
      });
      expect(stdout).to.equal('pong\n登录成功!\n');
    } finally {
      server.kill('SIGINT');
    }
    const [code] = (await once(server, 'exit')) as [number];
    expect(code).to.equal(0);
  });
});

describe('examples/dialects', function () {
  this.timeout(20_000);

  it('prints what its README says: eight dialects, answered on one port', async () => {
    const { stdout } = await run(process.execPath, [...nodeOptions, 'examples/dialects/demo.ts'], {
      cwd: root,
    });
    const readme = readFileSync(`${root}examples/dialects/README.md`, 'utf8');
    expect(readme).to.include(`\`\`\`text\n${stdout}\`\`\`\n\nThe first bytes`);
    expect(stdout.trimEnd().split('\n')).to.have.length(8);
  });
});

for (const name of ['interceptors', 'auth']) {
  describe(`examples/${name}`, function () {
    this.timeout(20_000);

    it('prints what its README says', async () => {
      const { stdout } = await run(process.execPath, [...nodeOptions, `examples/${name}/demo.ts`], {
        cwd: root,
      });
      const readme = readFileSync(`${root}examples/${name}/README.md`, 'utf8');
      expect(readme).to.include(`\`\`\`text\n${stdout}\`\`\`\n`);
      expect(stdout.split('\n').length).to.be.greaterThan(8);
    });
  });
}
