import { expect } from 'chai';
import { makeClient, makeServer, type Server, type TcpAddress } from '../../src/index.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { PingPong } = loaded;

async function serve(address: { port: number; host?: string }): Promise<[Server, TcpAddress]> {
  const handler = waitingHandler({ count: async value => value + 1 }).handler;
  const server = closing(makeServer(PingPong, handler));
  return [server, await server.listen(address)];
}

afterEach(closeAll);

describe('servers that are restarted one after the other', () => {
  const plain = (address: TcpAddress) => address;
  for (const [name, addressOf, options] of [
    ['framed', plain, { transport: 'framed' }],
    ['header', plain, { transport: 'header' }],
    ['ttheader', plain, { transport: 'ttheader' }],
    ['WebSocket', ({ port }: TcpAddress) => `ws://127.0.0.1:${port}/`, {}],
  ] as const) {
    it(`cost no call, where calls are tried again that were not begun: ${name}`, async () => {
      const running = await Promise.all([serve({ port: 0 }), serve({ port: 0 })]);
      const addresses = running.map(([, address]) => addressOf(address));
      const client = closing(makeClient(PingPong, addresses, { ...options, retry: true }));
      let done = 0;
      let isOver = false;
      const failures: unknown[] = [];
      const loops = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          await client.count(done).catch(error => failures.push(error));
          done++;
        }
      });
      for (const [server, address] of running) {
        await server.close();
        await serve(address);
        const before = done;
        await until(() => done > before + 200);
      }
      isOver = true;
      await Promise.all(loops);
      expect(failures.map(String)).to.deep.equal([]);
    });
  }
});
