/** A call to a service that calls others: one deadline for all of them, and one cancellation. */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, makeClient, makeServer, RpcError } from 'livethrift';

const { Search, Shard } = await load<typeof import('./search.thrift')>(
  new URL('search.thrift', import.meta.url),
);

const told = new EventEmitter();
await using shards = makeServer(Shard, {
  async find(words, delay, { signal }) {
    // Who heeds the signal works for nobody who has gone.
    await sleep(delay, undefined, { signal }).catch(() => told.emit('stopped', words));
    return [`${words}, found within ${delay} ms`];
  },
});
await using shard = makeClient(Shard, await shards.listen({ port: 0 }), { transport: 'header' });

// With `propagate`, the calls that a handler makes inherit its deadline and its cancellation. Without it, hand its
// context on: `shard.find(words, 5, { parent: context })`.
await using server = makeServer(
  Search,
  {
    async find(words) {
      const delays = words === 'rare' ? [5, 60_000] : [5, 10];
      const found = await Promise.all(delays.map(delay => shard.find(words, delay)));
      return found.flat();
    },
  },
  { propagate: true, onError() {} },
);
await using client = makeClient(Search, await server.listen({ port: 0 }), {
  transport: 'header', // which tells the server how long its client waits
  timeout: 10_000,
});

/** Makes a call that is given up, and tells how both ends see that. */
async function giveUp(call: Promise<unknown>): Promise<void> {
  const stopped = once(told, 'stopped');
  const error: unknown = await call.catch(error => error);
  console.log('  client:', error instanceof RpcError ? error.code : error);
  console.log(`  shard: nobody waits for "${(await stopped)[0]}" any more`);
}

console.log('common:', await client.find('common'));

console.log('rare, with a timeout of 300 ms:');
await giveUp(client.find('rare', { timeout: 300 }));

console.log('rare, cancelled after 100 ms:');
const controller = new AbortController();
setTimeout(() => controller.abort(new Error('the user has left')), 100);
await giveUp(client.find('rare', { signal: controller.signal }));
