import { load, makeServer } from 'livethrift';
import { idl, type PingPongModule, port } from './api.ts';
import { handler } from './handler.ts';

const { PingPong } = await load<PingPongModule>(idl);
const server = makeServer(PingPong, handler);
await server.listen({ host: '127.0.0.1', port });
console.log(`PingPong is served on port ${port}; Ctrl-C ends it`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
