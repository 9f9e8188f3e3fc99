import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Service } from 'livethrift';
import { handler } from '../workloads.ts';
import type { Contender, Entrant } from './contender.ts';
import { callerOf } from './promises.ts';

interface Module {
  readonly PingPong: Service<{ ping(): string; login(username: string, password: string): string }>;
}

/** The built package: JavaScript as users run it, transpiled by nobody at run time. */
export async function ours({ transport, build = 'dist' }: Entrant): Promise<Contender> {
  const url = pathToFileURL(resolve(build, 'index.js'));
  const { loadSync, makeClient, makeServer } = (await import(url.href)) as typeof import('livethrift');
  const { PingPong } = loadSync<Module>(resolve('idl/pingpong.thrift'));
  return {
    async serve() {
      const address = await makeServer(PingPong, handler).listen({ port: 0 });
      if (!('port' in address)) throw new Error('expected a port');
      return address.port;
    },
    async connect(port) {
      const client = makeClient(PingPong, { host: '127.0.0.1', port }, { transport });
      await client.$ready();
      return callerOf(client);
    },
  };
}
