import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { ENV, PYTHON } from './generated.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const example = join(root, 'examples/pingpong');
const tsx = ['--import', import.meta.resolve('tsx')];

describe('examples/pingpong, with Python at the other end', () => {
  let folder: string;
  let server: ChildProcess | undefined;
  let env: NodeJS.ProcessEnv;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'livethrift-pingpong-'));
    execFileSync('thrift', ['--gen', 'py', join(root, 'idl/pingpong.thrift')], { cwd: folder });
  });
  after(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    env = { ...ENV, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), PORT: String(await freePort()) };
  });
  afterEach(async () => {
    if (!server) return;
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    server = undefined;
  });

  /** Starts a server; settled when it accepts connections. */
  const start = async (program: string, ...args: readonly string[]) => {
    server = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
    while (!(await accepts(Number(env.PORT)))) {
      expect(server.exitCode, `${args.join(' ')} has ended`).to.equal(null);
      await sleep(20);
    }
  };
  const print = async (program: string, ...args: readonly string[]) =>
    (await run(program, args, { cwd: folder, env })).stdout;

  for (const library of ['thriftpy', 'apache']) {
    it(`answers the ${library} client`, async () => {
      await start(process.execPath, ...tsx, join(example, 'server.ts'));
      expect(await print(PYTHON, join(example, `python/${library}_client.py`))).to.equal('pong\n登录成功!\n');
    });

    it(`asks the ${library} server, and prints what travels`, async () => {
      await start(PYTHON, join(example, `python/${library}_server.py`));
      const client = [...tsx, join(example, 'client.ts')];
      expect(await print(process.execPath, ...client)).to.equal('pong\n登录成功!\n');
      const told = await print(process.execPath, ...client, '--wire');
      expect(told).to.match(/0b 00 02 +field 2: password, string/);
      expect(told).to.match(/0b 00 00 +field 0: the result, string\n.*13 bytes\n.*"登录成功!"\n/);
    });
  }
});

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
