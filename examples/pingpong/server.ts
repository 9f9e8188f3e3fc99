/** Serves until Ctrl-C; with `--wire`, prints every byte that travels. */
import { describe, load, makeServer } from 'livethrift';
import { idl, type PingPongModule, port } from './api.ts';
import { handler } from './handler.ts';
import { startRelay } from './relay.ts';

const wire = process.argv.includes('--wire');
const { PingPong } = await load<PingPongModule>(idl);
const server = makeServer(PingPong, handler);
const address = await server.listen({ host: '127.0.0.1', port: wire ? 0 : port });
const relay = wire ? await startRelay(address, describe(PingPong), port) : undefined;
console.log(`PingPong is served on port ${(relay?.address ?? address).port}; Ctrl-C ends it`);

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, async () => {
    await server.close();
    await relay?.close();
  });
