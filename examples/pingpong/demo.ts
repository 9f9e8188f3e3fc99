/** Server and client in one process, and between them a relay that prints what goes over the wire. */
import { describe, load, makeClient, makeServer } from 'livethrift';
import { idl, type PingPongModule } from './api.ts';
import { handler } from './handler.ts';
import { startRelay } from './relay.ts';

const { PingPong } = await load<PingPongModule>(idl);
const server = makeServer(PingPong, handler);
const relay = await startRelay(await server.listen({ port: 0 }), describe(PingPong));
const client = makeClient(PingPong, relay.address);

console.log('client: ping()');
console.log(`client: the answer is ${JSON.stringify(await client.ping())}\n`);

console.log('client: login("root", "password")');
console.log(`client: the answer is ${JSON.stringify(await client.login('root', 'password'))}`);

await client.close();
await server.close();
await relay.close();
