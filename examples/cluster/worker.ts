/** One of the workers, which all listen to the same port. */
import cluster from 'node:cluster';
import { closeOnSignals, load, makeServer, RpcError } from 'livethrift';

const { Primes } = await load<typeof import('./primes.thrift')>(new URL('primes.thrift', import.meta.url));

const server = makeServer(Primes, {
  below(limit) {
    if (limit > 1_000_000) throw new RpcError('INVALID_ARGUMENT', `up to 1,000,000, got ${limit}`);
    return { primes: countPrimes(limit), worker: cluster.worker!.id };
  },
});
closeOnSignals(server);
await server.listen({ port: Number(process.env.PORT ?? 0) });

function countPrimes(limit: number): number {
  let count = 0;
  for (let n = 2; n < limit; n++) if (isPrime(n)) count++;
  return count;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return true;
}
