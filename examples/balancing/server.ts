/** One of several servers: `server.ts <name> <port>`. */
import { load, makeServer } from 'livethrift';

const { Where } = await load<typeof import('./where.thrift')>(new URL('where.thrift', import.meta.url));
const [name = 'a', port = '0'] = process.argv.slice(2);

const server = makeServer(Where, { am_i: () => name });
const address = await server.listen({ port: Number(port) });
console.log(`${address.host}:${address.port}`);
