/** A server that closes on signals, and tells its parent what goes on. */
import { closeOnSignals, makeServer } from '../../../src/index.ts';
import { loaded, waitingHandler } from '../services.ts';

const { fails = false, ...options } = JSON.parse(process.argv[2]!);
const say = (what: unknown) => process.send!(what);
const waiting = waitingHandler();
const server = makeServer(loaded.PingPong, {
  ...waiting.handler,
  wait(name, context) {
    const done = waiting.handler.wait(name, context);
    say(name);
    return done;
  },
});

process.on('message', () => {
  for (const name of [...waiting.running]) waiting.finish(name);
});
// The process has to end by itself although its parent is connected.
process.channel!.unref();

const observed = {
  async close(how: object) {
    const closed = server.close(how);
    say('closing');
    await closed;
    // When nobody listens to signals any more.
    setImmediate(() => say('closed'));
    if (fails) throw new Error('as it was told to');
  },
};
closeOnSignals([observed], options);
const alive = setInterval(() => {}, 1e6);
process.on('exit', () => clearInterval(alive));
say(await server.listen({ port: 0 }));
