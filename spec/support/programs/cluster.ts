/**
 * A server on several cores. The primary makes workers, replaces those that die, and tells its parent where they
 * listen; it kills one when it is told to.
 */
import cluster from 'node:cluster';
import { closeOnSignals, makeServer } from '../../../src/index.ts';
import { loaded, waitingHandler } from '../services.ts';

const [addresses, count] = process.argv.slice(2).map(text => JSON.parse(text));

if (cluster.isPrimary) {
  let isEnding = false;
  for (let i = 0; i < count; i++) cluster.fork();
  cluster.on('message', (worker, message) => process.send!({ pid: worker.process.pid, ...message }));
  cluster.on('exit', () => {
    if (!isEnding) cluster.fork();
    else if (Object.keys(cluster.workers!).length === 0) process.disconnect();
  });
  process.on('message', ({ kill, signal }: { kill?: number; signal: NodeJS.Signals }) => {
    isEnding = kill === undefined;
    for (const worker of Object.values(cluster.workers!)) {
      if (kill === undefined || worker!.process.pid === kill) worker!.process.kill(signal);
    }
  });
} else {
  const server = makeServer(loaded.PingPong, {
    ...waitingHandler().handler,
    ping: () => String(process.pid),
  });
  closeOnSignals(server);
  const bound = [];
  for (const address of addresses) bound.push(await server.listen(address));
  process.send!({ bound });
}
