/** A server on two cores: two workers behind one port. One is killed, and replaced. */
import cluster, { type Address, type Worker } from 'node:cluster';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { load, makeClient, workersOf } from 'livethrift';

const { Primes } = await load<typeof import('./primes.thrift')>(new URL('primes.thrift', import.meta.url));

cluster.setupPrimary({ exec: fileURLToPath(new URL('worker.ts', import.meta.url)) });
cluster.on('exit', (_worker, code) => {
  if (code !== 0) cluster.fork();
});

cluster.fork();
const [, { port }] = (await once(cluster, 'listening')) as [Worker, Address];
cluster.fork();
await once(cluster, 'listening');
await call('both are there');

const replaced = once(cluster, 'listening');
await call('worker 1 is killed meanwhile', worker => {
  if (worker === 1) cluster.workers![worker]?.process.kill('SIGKILL');
});

await replaced;
await call('another takes its place');

await workersOf(cluster).close();
console.log('all have ended');

/** Eight clients, each over a connection of its own, make ten calls each. */
async function call(what: string, onAnswer: (worker: number) => void = () => {}): Promise<void> {
  const answered = new Set<number>();
  let failed = 0;
  const one = async () => {
    // A connection that was on its way to the worker as it died may never be answered; an attempt does not wait for ever.
    const client = makeClient(Primes, { host: 'localhost', port }, { retry: { perAttempt: 2000 } });
    for (let i = 0; i < 10; i++) {
      try {
        const { worker } = await client.below(20_000);
        answered.add(worker);
        onAnswer(worker);
      } catch {
        failed++;
      }
    }
    await client.close();
  };
  await Promise.all(Array.from({ length: 8 }, one));
  console.log(`${what}: 80 calls, answered by ${[...answered].sort().join(', ')}; ${failed} failed`);
}
