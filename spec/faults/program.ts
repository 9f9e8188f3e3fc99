/** The server that is killed, stopped and restarted: `program.ts <port>`. Tells its parent where it listens. */
import { makeServer } from '../../src/index.ts';
import { loaded as mixed } from '../rpc/streaming/mixing.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { handler } = waitingHandler({
  wait: name => new Promise(resolve => setTimeout(resolve, 20, name)),
  count: () => process.pid,
  // Never.
  find: () => new Promise<string>(() => {}),
});
const server = makeServer(loaded.PingPong, handler, { onError() {} }).add(
  mixed.Mixed,
  {
    async *ticks(count) {
      for (let i = 0; i < count; i++) yield i;
    },
    add: (a, b) => a + b,
    // Never; the other service has no method of that name.
    greet: () => new Promise<string>(() => {}),
  },
  { partial: true },
);
process.send!(await server.listen({ port: Number(process.argv[2]) }));
process.on('disconnect', () => process.exit());
