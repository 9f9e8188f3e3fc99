import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { greeter } from '../examples/greeter/handlers.ts';
import { makeHandler } from '../examples/marketplace/handler.ts';
import { handler as orders } from '../examples/orders/handler.ts';
import { RpcError } from '../src/index.ts';
import { rejection } from './support/errors.ts';
import { freePort } from './support/free-port.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const nodeOptions = ['--import', 'tsx'];

/** Every example is a folder with a demo that ends by itself, and a README that says what it prints. */
const names = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => name);

const readmeOf = (name: string): string => readFileSync(join(root, 'examples', name, 'README.md'), 'utf8');

/** Programs listen where nobody else does, and so say other ports than the README. */
const withoutPorts = (text: string): string => text.replace(/\bport \d+/g, 'port');

async function print(file: string, env: NodeJS.ProcessEnv, ...flags: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, ...nodeOptions, `examples/${file}`], {
    cwd: root,
    env,
  });
  return stdout;
}

describe('examples', function () {
  this.timeout(90_000);
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    env = { ...process.env, PORT: String(await freePort()) };
  });

  for (const name of names) {
    it(`${name} prints what its README says, and ends by itself`, async () => {
      const readme = readmeOf(name);
      expect(readme).to.include(`\`\`\`sh\nnpx tsx examples/${name}/demo.ts\n\`\`\`\n`);
      const stdout = await print(`${name}/demo.ts`, env);
      expect(stdout.split('\n').length).to.be.greaterThan(3);
      expect(withoutPorts(readme)).to.include(`\`\`\`text\n${withoutPorts(stdout)}\`\`\`\n`);
    });
  }

  it('pingpong needs no code generation from strings', async () => {
    const stdout = await print('pingpong/demo.ts', env, '--disallow-code-generation-from-strings');
    expect(readmeOf('pingpong')).to.include(stdout);
  });

  const twoTerminals = [
    ['pingpong', 'pong\n登录成功!\n'],
    ['orders', /^{"order":1,.*}\nINVALID_ARGUMENT: .*\n$/],
    ['greeter', /Square: +15\.198684\n/],
  ] as const;

  for (const [name, answers] of twoTerminals) {
    it(`${name} has a server that serves until Ctrl-C, and a client`, async () => {
      const server = await serve(`${name}/server.ts`, env);
      try {
        const stdout = await print(`${name}/client.ts`, env);
        if (typeof answers === 'string') expect(stdout).to.equal(answers);
        else expect(stdout).to.match(answers);
      } finally {
        server.kill('SIGINT');
      }
      const [code] = (await once(server, 'exit')) as [number];
      expect(code).to.equal(0);
    });
  }

  it('pingpong has a server that prints every byte that travels, and goes on where it knows none of them', async () => {
    const server = await serve('pingpong/server.ts', env, '--wire');
    let printed = '';
    server.stdout!.on('data', chunk => {
      printed += chunk;
    });
    try {
      expect(await print('pingpong/client.ts', env)).to.equal('pong\n登录成功!\n');
      const answer = await fetch(`http://127.0.0.1:${env.PORT}/`);
      expect(answer.status).to.equal(405);
    } finally {
      server.kill('SIGINT');
    }
    await once(server, 'close');
    const demo = await print('pingpong/demo.ts', env);
    const travelled = demo.split('\n').filter(line => !/^client|^$/.test(line));
    expect(printed).to.include(travelled.join('\n'));
    expect(printed).to.match(/bytes: this is not the binary protocol\n {4}47 45 54 20/);
  });

  it('pingpong ends at Ctrl-C while somebody is connected who says nothing, also where it prints every byte', async () => {
    const server = await serve('pingpong/server.ts', env, '--wire');
    const idle = connect(Number(env.PORT), '127.0.0.1');
    idle.resume();
    await once(idle, 'connect');
    expect(await print('pingpong/client.ts', env)).to.equal('pong\n登录成功!\n');
    server.kill('SIGINT');
    const [code] = (await once(server, 'exit')) as [number];
    expect(code).to.equal(0);
  });

  it('pingpong prints nothing that has not travelled', async () => {
    const client = run(process.execPath, [...nodeOptions, 'examples/pingpong/client.ts', '--wire'], {
      cwd: root,
      env,
    });
    const failure = await rejection(client);
    expect(failure).to.include({ code: 1, stdout: '' });
    expect(failure).to.have.property('stderr').that.includes(`cannot connect to 127.0.0.1:${env.PORT}: `);
  });

  it('marketplace has a launcher that ends both of its programs when it is ended', async () => {
    env.RECOMMENDATIONS_PORT = String(await freePort());
    const launcher = await serve('marketplace/start.ts', env);
    launcher.kill('SIGTERM');
    // Its programs write where it writes: this is closed when the last of them has ended.
    const [code] = (await once(launcher, 'close')) as [number];
    expect(code).to.equal(0);
  });

  for (const name of ['PORT', 'RECOMMENDATIONS_PORT']) {
    it(`marketplace ends as a whole where the ${name} of one program is taken`, async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const ports = { PORT: '0', RECOMMENDATIONS_PORT: '0', [name]: String(port) };
      const failure = await rejection(print('marketplace/start.ts', { ...env, ...ports }));
      expect(failure).to.have.property('code', 1);
      expect(failure).to.have.property('stderr').that.includes('EADDRINUSE').and.not.includes('Unhandled');
      other.close();
    });
  }

  it('marketplace answers who waits for the service when it is ended', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    env.RECOMMENDATIONS_PORT = String((silent.address() as AddressInfo).port);
    const site = await serve('marketplace/marketplace.ts', env);
    const visit = fetch(`http://127.0.0.1:${env.PORT}/`);
    const [connection] = await once(silent, 'connection');
    await once(connection, 'data');
    site.kill('SIGINT');
    expect((await visit).status).to.equal(503);
    const [code] = (await once(site, 'exit')) as [number];
    expect(code).to.equal(0);
    silent.close();
  });

  it('take arguments that clients of other languages leave unset', async () => {
    const unset = undefined as never;
    expect(await orders.create_order('1', 2.5, unset, unset))
      .to.include('"order":1,')
      .and.include('"request_arg":{}');
    for (const [phone, price] of [
      [unset, 1],
      ['1', unset],
      ['1', Infinity],
    ] as const)
      expect(() => orders.create_order(phone, price, unset, unset)).to.throw(RpcError, /^an order /);
    expect(await orders.create_order('1', 2.5, unset, unset)).to.include('"order":2,');
    expect(greeter.SayHello(unset, unset)).to.equal('Hello, stranger!');
    expect(() => makeHandler().recommend(unset, unset)).to.throw(RpcError, /^request: /);
  });

  it('are all in the index, and the index leads nowhere else', () => {
    const index = readFileSync(join(root, 'examples/README.md'), 'utf8');
    const linked = Array.from(index.matchAll(/\]\(([\w-]+)\)/g), ([, name]) => name);
    expect(linked).to.have.members(names);
    expect(names.filter(name => !existsSync(join(root, 'examples', name, 'demo.ts')))).to.deep.equal([]);
  });
});

/** Starts a server, and waits for its first line. */
async function serve(
  file: string,
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<ChildProcess> {
  const server = spawn(process.execPath, [...nodeOptions, `examples/${file}`, ...args], { cwd: root, env });
  server.stderr.pipe(process.stderr);
  await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(([code]) => {
      throw new Error(`examples/${file} has ended with ${code}`);
    }),
  ]);
  server.stdout.resume();
  return server;
}
