/**
 * A server on several cores. The primary makes workers, replaces those that die, and tells its parent where they
 * listen; it kills one when it is told to, and ends all by SIGTERM.
 */
import cluster from 'node:cluster';
import { closeOnSignals, makeServer, workersOf } from '../../../src/index.ts';
import { loaded, waitingHandler } from '../services.ts';

const [addresses, count] = process.argv.slice(2).map(text => JSON.parse(text));

if (cluster.isPrimary) {
  for (let i = 0; i < count; i++) cluster.fork();
  cluster.on('message', (worker, message) => process.send!({ pid: worker.process.pid, ...message }));
  cluster.on('exit', (_worker, code) => {
    if (code !== 0) cluster.fork();
  });
  closeOnSignals(workersOf(cluster));
  process.on('message', (pid: number) => {
    for (const worker of Object.values(cluster.workers!)) {
      if (worker!.process.pid === pid) worker!.process.kill('SIGKILL');
    }
  });
} else {
  let isClosing = false;
  const server = makeServer(loaded.PingPong, {
    ...waitingHandler().handler,
    ping: () => String(process.pid),
    /** Goes on until the server closes, and a little longer. */
    async wait(name) {
      while (!isClosing) await new Promise(setImmediate);
      for (let i = 0; i < 50; i++) await new Promise(setImmediate);
      return name;
    },
  });
  closeOnSignals({
    close(how) {
      isClosing = true;
      return server.close(how);
    },
  });
  const bound = [];
  for (const address of addresses) bound.push(await server.listen(address));
  process.send!({ bound });
}
