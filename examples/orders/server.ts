/** Serves on all interfaces until Ctrl-C. */
import { load, makeServer, type Server } from 'livethrift';
import { handler } from './handler.ts';

const { OrderHandler } = await load<typeof import('./orders.thrift')>(
  new URL('orders.thrift', import.meta.url),
);
const port = Number(process.env.PORT ?? 12006);

export const server: Server = makeServer(OrderHandler, handler);
await server.listen({ host: '0.0.0.0', port });
console.log(`OrderHandler is served on port ${port}; Ctrl-C ends it`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close());
