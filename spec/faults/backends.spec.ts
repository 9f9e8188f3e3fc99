import { expect } from 'chai';
import { makeClient } from '../../src/index.ts';
import { closing, until } from '../support/peers.ts';
import { loaded } from '../support/services.ts';
import { staysHarmless } from './harmless.ts';
import { ServerProcess } from './processes.ts';

describe('three servers under a thousand calls a second, with retries', () => {
  staysHarmless();

  for (const balance of ['round-robin', 'least-pending', 'pick-first'] as const) {
    it(`lose one by kill -9, and get it back: no call fails, and the load returns; ${balance}`, async () => {
      const servers = await Promise.all([1, 2, 3].map(() => ServerProcess.start()));
      const addresses = servers.map(({ address }) => address);
      const client = closing(
        makeClient(loaded.PingPong, addresses, { balance, retry: true, idempotent: true, timeout: 10_000 }),
      );
      const failed: unknown[] = [];
      const answered = new Map<number, number>();
      let isOver = false;
      let calls = 0;
      const load = (async () => {
        while (!isOver) {
          calls++;
          client
            .count(0)
            .then(pid => answered.set(pid, (answered.get(pid) ?? 0) + 1))
            .catch(error => failed.push(error));
          await new Promise(resolve => setTimeout(resolve, 1));
        }
      })();
      const isSpread = balance !== 'pick-first';
      await until(() => calls > 200 && answered.size === (isSpread ? 3 : 1));
      await servers[0]!.kill();
      const before = calls;
      await until(() => calls > before + 300);
      const again = await ServerProcess.start(addresses[0]!.port);
      const known = answered.size;
      await until(() => !isSpread || answered.size > known);
      isOver = true;
      await load;
      await client.$close();
      expect(failed).to.deep.equal([]);
      expect([...answered.values()].reduce((sum, count) => sum + count)).to.equal(calls);
      await again.kill();
    });
  }
});
