import { expect } from 'chai';
import { fb303, makeClient, RpcError, type ServerOptions } from '../../src/index.ts';
import { LoopLag } from '../../src/rpc/server/loop-lag.ts';
import { rejection } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';

/** Keeps the process from all other work. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

afterEach(closeAll);

describe('a server that sheds load', () => {
  it('refuses calls while it gets to its work too late, but not health checks; then it serves again', async () => {
    const { server, address, client } = await served({}, { shedding: { lag: 100 } });
    const health = fb303();
    server.add(health);
    const monitor = closing(makeClient(health.service, address));
    let refused: unknown;
    while (refused === undefined) {
      block(500);
      // What comes now is read behind the timer that has seen how late it is.
      await new Promise(resolve => setTimeout(resolve, 1));
      refused = await client.ping().then(
        () => undefined,
        error => error,
      );
    }
    expect(refused).to.be.instanceOf(RpcError);
    expect(refused).to.include({
      code: 'RESOURCE_EXHAUSTED',
      phase: 'answered',
      applicationType: 11,
      message: 'the server is overloaded: it gets to its work more than 100 ms late (shedding.lag)',
    });
    expect((refused as RpcError).details).to.deep.equal({ retryAfter: 0 });
    expect(await monitor.getStatus()).to.equal(2);
    while ((await client.ping().catch(() => 'refused')) !== 'pong') await new Promise(setImmediate);
  });

  it('may limit how many calls run as well', async () => {
    const { client, running, finish } = await served(
      {},
      { shedding: { lag: 1e6 }, concurrency: { max: 1, queue: 0 } },
    );
    const first = client.wait('a');
    await until(() => running.length === 1);
    expect(String(await rejection(client.ping()))).to.include('(concurrency)');
    finish('a');
    expect(await first).to.equal('a');
  });

  it('keeps no timer when it is closed', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    const lag = new LoopLag();
    const before = timers();
    lag.start();
    lag.start();
    lag.stop();
    expect(timers()).to.equal(before);
    expect(lag.ms).to.equal(0);
  });

  it('refuses options that make no sense', async () => {
    for (const [options, why] of [
      [{ shedding: {} }, 'shedding.lag: expected ms as a number, got undefined'],
      [{ shedding: { lag: 0 } }, 'shedding.lag: expected ms above 0, got 0'],
      [{ shedding: { delay: 5 } }, 'shedding: there is no option "delay"; there are lag'],
    ] as const) {
      const made = served({}, options as unknown as ServerOptions);
      expect(String(await rejection(made))).to.equal(`TypeError: ${why}`);
    }
  });
});
