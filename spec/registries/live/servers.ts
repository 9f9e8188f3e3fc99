import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** ms that something may take that is bound to happen. */
const PATIENCE = 30_000;

/** A real server, of a Debian package, on a port of its own with its data in a folder of its own. */
export class RegistryServer {
  readonly port: number;
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'livethrift-registry-'));
  readonly #command: (folder: string) => readonly string[];
  readonly #isUp: (port: number) => Promise<boolean>;
  #process: ChildProcess | undefined;

  private constructor(
    port: number,
    command: (folder: string) => readonly string[],
    isUp: (port: number) => Promise<boolean>,
  ) {
    this.port = port;
    this.#command = command;
    this.#isUp = isUp;
  }

  static async etcd(): Promise<RegistryServer> {
    const [port, peers] = [await freePort(), await freePort()];
    const [client, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peers}`];
    const command = (folder: string) => [
      'etcd',
      `--data-dir=${folder}/data`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--log-level=error',
    ];
    return new RegistryServer(port, command, etcdIsUp).start();
  }

  static async zookeeper(): Promise<RegistryServer> {
    const port = await freePort();
    const command = (folder: string) => {
      const config = {
        tickTime: 200,
        dataDir: `${folder}/data`,
        clientPort: port,
        clientPortAddress: '127.0.0.1',
        'admin.enableServer': false,
        '4lw.commands.whitelist': 'srvr',
      };
      const lines = Object.entries(config).map(([name, value]) => `${name}=${value}\n`);
      writeFileSync(`${folder}/zoo.cfg`, lines.join(''));
      const main = 'org.apache.zookeeper.server.ZooKeeperServerMain';
      return ['java', '-Xmx128m', '-cp', '/usr/share/java/zookeeper.jar', main, `${folder}/zoo.cfg`];
    };
    return new RegistryServer(port, command, zookeeperIsUp).start();
  }

  async start(): Promise<this> {
    const [command, ...args] = this.#command(this.#folder);
    const started = spawn(command!, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    this.#process = started;
    const failed = new Promise<never>((_, reject) => {
      started.once('error', reject);
      started.once('exit', code => reject(new Error(`${command} ended with ${code}`)));
    });
    await Promise.race([failed, until(() => this.#isUp(this.port))]);
    failed.catch(() => {
      // From here on it ends because a test wants it to.
    });
    return this;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal);
  }

  async kill(): Promise<void> {
    await killed(this.#process);
    this.#process = undefined;
  }

  /** So that it knows nothing when it is started again. */
  forget(): void {
    rmSync(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** With `kill -9`. */
export async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Resolves when `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`it did not come true within ${PATIENCE} ms: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function etcdIsUp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** It takes connections before it serves them, and leaves those unanswered. */
function zookeeperIsUp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    socket.setTimeout(500, () => socket.destroy());
    socket.on('data', chunk => {
      text += chunk;
    });
    socket.on('error', () => {
      // Not yet.
    });
    socket.on('close', () => resolve(text.includes('Mode: standalone')));
  });
}
