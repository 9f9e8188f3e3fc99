/** Serves on all interfaces until Ctrl-C. */
import { load, makeServer, type Server } from 'livethrift';
import { handler } from './handler.ts';

const { OrderHandler } = await load<typeof import('./orders.thrift')>(
  new URL('orders.thrift', import.meta.url),
);

export const server: Server = makeServer(OrderHandler, handler);
const { port } = await server.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 12006) });
console.log(`OrderHandler is served on port ${port}; Ctrl-C ends it`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
