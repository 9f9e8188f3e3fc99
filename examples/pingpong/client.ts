import { load, makeClient } from 'livethrift';
import { idl, type PingPongModule, port } from './api.ts';

const { PingPong } = await load<PingPongModule>(idl);
const client = makeClient(PingPong, `127.0.0.1:${port}`);

console.log(await client.ping());
console.log(await client.login('root', 'password'));
await client.close();
