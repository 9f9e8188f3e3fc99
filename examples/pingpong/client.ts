/** Makes both calls; with `--wire`, prints every byte that travels. */
import { describe, load, makeClient } from 'livethrift';
import { idl, type PingPongModule, port } from './api.ts';
import { startRelay } from './relay.ts';

const { PingPong } = await load<PingPongModule>(idl);
const address = { host: '127.0.0.1', port };
await using relay = process.argv.includes('--wire')
  ? await startRelay(address, describe(PingPong))
  : undefined;
await using client = makeClient(PingPong, relay?.address ?? address);

console.log(await client.ping());
console.log(await client.login('root', 'password'));
