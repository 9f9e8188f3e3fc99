import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Context, makeClient } from '../../src/index.ts';
import { staysHarmless } from '../faults/harmless.ts';
import { rpcError } from '../support/errors.ts';
import { closing } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';
import { usedMemory } from './memory.ts';

const N = 10_000;
const ALLOWED = 5 * 1024 * 1024;
const AT_ONCE = 50;

/** Runs `count` cycles, some at a time. */
async function run(count: number, cycle: () => Promise<void>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await cycle();
    }),
  );
}

async function keepsNothing(cycle: () => Promise<void>): Promise<void> {
  await run(N, cycle);
  const before = await usedMemory();
  await run(9 * N, cycle);
  const grown = (await usedMemory()) - before;
  expect(grown).to.be.below(ALLOWED);
}

/** Waits until it is told that nobody does. */
const untilAborted = (_name: string, { signal }: Context) =>
  new Promise<string>(resolve => signal.addEventListener('abort', () => resolve('')));

describe(`ten times ${N} cycles`, function () {
  this.timeout(300_000);
  staysHarmless();

  for (const transport of ['buffered', 'header'] as const) {
    it(`of calls that are begun and aborted keep no memory, ${transport}`, async () => {
      const { address } = await served({ wait: name => new Promise(resolve => setImmediate(resolve, name)) });
      const client = closing(makeClient(loaded.PingPong, address, { transport }));
      await keepsNothing(async () => {
        const controller = new AbortController();
        const call = rpcError(client.wait('x', { signal: controller.signal }));
        setImmediate(() => controller.abort());
        await call.catch(() => {
          // Some are answered before they are aborted.
        });
      });
    });
  }

  it('of connections that are opened, with a call that is aborted, and closed keep no memory', async () => {
    const { server } = await served({ wait: untilAborted });
    // Ports are used up sooner.
    const path = join(tmpdir(), `livethrift-soak-${process.pid}.sock`);
    try {
      const address = await server.listen({ path });
      await keepsNothing(async () => {
        const client = makeClient(loaded.PingPong, address);
        const controller = new AbortController();
        const call = rpcError(client.wait('x', { signal: controller.signal }));
        await client.ping();
        controller.abort();
        await call;
        await client.$close({ grace: 0 });
      });
    } finally {
      await rm(path, { force: true });
    }
  });
});
