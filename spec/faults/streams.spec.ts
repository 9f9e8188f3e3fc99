import { expect } from 'chai';
import { makeClient } from '../../src/index.ts';
import { all } from '../rpc/streaming/chat.ts';
import { loaded, streaming } from '../rpc/streaming/mixing.ts';
import { rpcError } from '../support/errors.ts';
import { closing } from '../support/peers.ts';
import { staysHarmless } from './harmless.ts';
import { BadNetwork } from './network.ts';
import { ServerProcess } from './processes.ts';

const keepalive = { interval: 100, timeout: 100 };

describe('a server of streams, and of plain calls beside them', () => {
  staysHarmless();

  it('dies by kill -9: all of them settle, and the next server has both', async () => {
    const server = await ServerProcess.start();
    const client = closing(makeClient(loaded.Mixed, server.address));
    const ticks = await streaming(client);
    const calls = Array.from({ length: 1000 }, (_, i) => rpcError(client.greet(String(i))));
    expect(await client.add(1, 1)).to.equal(2);
    await server.kill();
    for (const error of await Promise.all(calls))
      expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect((await all(ticks)).at(-1)).to.include({ code: 'UNAVAILABLE' });
    const again = await ServerProcess.start(server.address.port);
    const others = await streaming(client);
    expect(await client.add(2, 2)).to.equal(4);
    await others.return();
    await again.kill();
  });

  it('stands still by kill -STOP: they end when it has been silent too long', async () => {
    const server = await ServerProcess.start();
    const client = closing(makeClient(loaded.Mixed, server.address, { keepalive }));
    const ticks = await streaming(client);
    server.stop();
    const call = rpcError(client.add(1, 1));
    for (const error of [(await all(ticks)).at(-1), await call]) {
      expect(error).to.include({ code: 'UNAVAILABLE' });
      expect(String(error)).to.include('does not answer any more');
    }
    server.goOn();
    const others = await streaming(client);
    expect(await client.add(2, 2)).to.equal(4);
    await others.return();
    await server.kill();
  });

  it('is behind a network that loses everything: the same', async () => {
    const server = await ServerProcess.start();
    const network = await BadNetwork.before(server.address);
    const client = closing(makeClient(loaded.Mixed, network.address, { keepalive }));
    const ticks = await streaming(client);
    network.rule = { direction: 'down', after: 0, fate: 'drop' };
    const call = rpcError(client.add(1, 1));
    expect((await all(ticks)).at(-1)).to.include({ code: 'UNAVAILABLE' });
    expect(await call).to.include({ code: 'UNAVAILABLE' });
    network.rule = undefined;
    const others = await streaming(client);
    await others.return();
    await server.kill();
  });
});
