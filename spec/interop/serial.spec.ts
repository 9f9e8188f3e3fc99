import { expect } from 'chai';
import { loadSync, makeClient, type Service } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { closeAll, closing } from '../support/peers.ts';
import type { Cell } from './cells.ts';
import type { Peer } from './peers.ts';
import { startServer } from './programs.ts';

interface Slow {
  later(milliseconds: number, text: string): string;
}

const { Everything } = loadSync<{ Everything: Service<Slow> }>(
  new URL('../../idl/everything.thrift', import.meta.url),
);
const cell: Cell = {
  protocol: 'binary',
  transport: 'framed',
  wrapping: 'plain',
  security: 'tcp',
  multiplexed: false,
};

/** Servers with a thread for each connection. */
const peers: readonly Peer[] = ['C++', 'Python'];

afterEach(closeAll);

for (const peer of peers) {
  describe(`a slow call to ${peer}, which was given up`, () => {
    it('blocks the calls behind it, unless another connection may be made for them', async () => {
      const server = await startServer(peer, cell, '');
      closing({ close: server.stop });
      const { port } = server.place as { port: number };
      const clientOf = (max: number) =>
        closing(
          makeClient(Everything, { host: '127.0.0.1', port }, { transport: 'framed', connections: { max } }),
        );
      const [free, bound] = [clientOf(2), clientOf(1)];
      for (const client of [free, bound]) {
        expect(await client.later(0, 'warm')).to.equal('warm');
        const error = await rpcError(client.later(20_000, 'slow', { timeout: 100 }));
        expect(error).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'sent' });
      }
      expect(await rpcError(bound.later(0, 'next', { timeout: 200 }))).to.include({
        code: 'DEADLINE_EXCEEDED',
      });
      const texts = Array.from({ length: 100 }, (_, i) => `next ${i}`);
      expect(await Promise.all(texts.map(text => free.later(0, text)))).to.deep.equal(texts);
    });
  });
}
