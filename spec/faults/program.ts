/** The server that is killed, stopped and restarted: `program.ts <port>`. Tells its parent where it listens. */
import { makeServer } from '../../src/index.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { handler } = waitingHandler({
  wait: name => new Promise(resolve => setTimeout(resolve, 20, name)),
  count: () => process.pid,
  // Never.
  find: () => new Promise<string>(() => {}),
});
const server = makeServer(loaded.PingPong, handler, { onError() {} });
process.send!(await server.listen({ port: Number(process.argv[2]) }));
process.on('disconnect', () => process.exit());
