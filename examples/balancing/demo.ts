/** Three servers, each in a process of its own, and a client of all of them. One is killed, and comes back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { load, makeClient } from 'livethrift';

const { Where } = await load<typeof import('./where.thrift')>(new URL('where.thrift', import.meta.url));
const program = fileURLToPath(new URL('server.ts', import.meta.url));

// A signal alone would end this process without its 'exit', and leave the servers behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const servers = await Promise.all(['a', 'b', 'c'].map(name => start(name)));
const client = makeClient(
  Where,
  servers.map(({ address }) => address),
  { balance: 'round-robin', retry: true },
);

await call(100, 'all three are there');

const [killed] = servers;
const calls = call(400, 'a is killed meanwhile');
setTimeout(() => killed!.process.kill('SIGKILL'), 100);
await calls;

servers.push(await start('a', killed!.address));
const from = performance.now();
while ((await client.am_i()) !== 'a') {
  if (performance.now() - from > 20_000) throw new Error('a has come back, and gets no calls');
}
await call(100, 'a is back');

await client.close();
for (const { process } of servers) process.kill();

/** Calls so many times, about a thousand times a second, and tells who answered. */
async function call(times: number, what: string): Promise<void> {
  const answered = new Map<string, number>();
  const failed: unknown[] = [];
  const one = async () => {
    const name = await client.am_i();
    answered.set(name, (answered.get(name) ?? 0) + 1);
  };
  const calls: Promise<void>[] = [];
  for (let i = 0; i < times; i++) {
    calls.push(one().catch(error => void failed.push(error)));
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  const names = [...answered.keys()].sort().join(', ');
  console.log(`${what}: ${times} calls, answered by ${names}; ${failed.length} failed`);
}

async function start(name: string, address = 'localhost:0') {
  const port = address.slice(address.indexOf(':') + 1);
  const child: ChildProcess = spawn(process.execPath, [...process.execArgv, program, name, port], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill());
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { process: child, address: String(line).trim() };
}
