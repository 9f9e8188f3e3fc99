import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Address, makeClient } from '../../src/index.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { loaded } from '../support/services.ts';

const program = fileURLToPath(new URL('../support/programs/cluster.ts', import.meta.url));

/** A worker that listens, and where. */
interface Worker {
  readonly pid: number;
  readonly bound: readonly Address[];
}

interface Cluster {
  readonly primary: ChildProcess;
  /** Those that listened, one after the other. */
  readonly workers: readonly Worker[];
}

const clusters: ChildProcess[] = [];

/** Resolves when all workers listen. */
async function start(addresses: readonly unknown[], count = 2): Promise<Cluster> {
  const args = ['--import', 'tsx', program, JSON.stringify(addresses), JSON.stringify(count)];
  const primary = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  clusters.push(primary);
  const workers: Worker[] = [];
  primary.on('message', message => workers.push(message as Worker));
  // Each of them compiles what it runs.
  await until(() => workers.length === count, 25_000);
  return { primary, workers };
}

/** Which worker answers over a new connection. */
async function whoAnswers(address: Address): Promise<number> {
  const client = makeClient(loaded.PingPong, address);
  try {
    return Number(await client.ping());
  } finally {
    await client.close();
  }
}

/** Ends it, and gives its exit code. */
async function end({ primary }: Cluster): Promise<number | null> {
  const ended = once(primary, 'exit');
  primary.kill('SIGTERM');
  return (await ended)[0];
}

afterEach(async () => {
  await closeAll();
  for (const primary of clusters.splice(0)) primary.kill('SIGKILL');
});

describe('a server in the workers of a cluster', function () {
  this.timeout(60_000);

  it('is one server: they share its port, a free one too, and connections are spread over them', async () => {
    const { workers } = await start([{ port: 0 }, { port: 0 }]);
    const [first, second] = workers[0]!.bound as [Address, Address];
    for (const { bound } of workers) expect(bound).to.deep.equal([first, second]);
    expect(second).not.to.deep.equal(first);
    const pids = workers.map(({ pid }) => pid).sort();
    for (const address of [first, second]) {
      const seen = new Set<number>();
      while (seen.size < 2) seen.add(await whoAnswers(address));
      expect([...seen].sort()).to.deep.equal(pids);
    }
  });

  it('survives a worker: clients reconnect to another, and the new one gets connections', async () => {
    const all = await start([{ port: 0 }]);
    const { primary, workers } = all;
    const [address] = workers[0]!.bound;
    const client = closing(makeClient(loaded.PingPong, address!));
    const killed = Number(await client.ping());
    primary.send(killed);
    let survivor = killed;
    while (survivor === killed) survivor = await client.ping().then(Number, () => killed);
    expect(workers.map(({ pid }) => pid)).to.include(survivor);
    await until(() => workers.length === 3);
    const replacement = workers[2]!.pid;
    while ((await whoAnswers(address!)) !== replacement);
    expect(await end(all)).to.equal(0);
  });

  for (const [what, tell] of [
    ['its primary process alone', []],
    ['each of its processes', [0, 1]],
  ] as const) {
    it(`finishes the calls under way when SIGTERM comes to ${what}`, async () => {
      const all = await start([{ port: 0 }]);
      const [address] = all.workers[0]!.bound;
      const client = closing(makeClient(loaded.PingPong, address!));
      const call = client.wait('a');
      await client.ping();
      const code = end(all);
      for (const i of tell) process.kill(all.workers[i]!.pid, 'SIGTERM');
      expect(await call).to.equal('a');
      expect(await code).to.equal(0);
    });
  }

  describe('on a Unix socket', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'lt-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('removes what a killed process left there, however many do so at once', async () => {
      const path = join(folder, 'a.sock');
      const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
      expect(spawnSync(process.execPath, ['-e', script]).signal).to.equal('SIGKILL');
      const all = await start([{ path }], 3);
      const seen = new Set<number>();
      while (seen.size < 3) seen.add(await whoAnswers({ path }));
      await end(all);
      await until(() => !existsSync(path));
    });

    it('goes on when a worker is replaced', async () => {
      const path = join(folder, 'b.sock');
      const { primary, workers } = await start([{ path }]);
      primary.send(workers[0]!.pid);
      await until(() => workers.length === 3);
      const replacement = workers[2]!.pid;
      while ((await whoAnswers({ path })) !== replacement);
    });
  });
});
