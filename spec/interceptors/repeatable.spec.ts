import { expect } from 'chai';
import {
  type ClientOptions,
  type DynamicModule,
  hedge,
  loadSource,
  makeClient,
  makeServer,
} from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { closeAll, closing, fakeServer, until } from '../support/peers.ts';

const { Chat } = loadSource<DynamicModule>(`
  struct Line { 1: string text }
  service Chat { Line tell(1: Line line) (streaming.mode = "client", idempotent) }
`);

afterEach(closeAll);

/** Tells how many messages have come. */
const counting = {
  async tell(lines: AsyncIterable<unknown>) {
    let count = 0;
    for await (const _ of lines) count++;
    return { text: `${count} lines` };
  },
};

function* lines(count: number) {
  for (let i = 0; i < count; i++) yield { text: String(i) };
}

describe('what a client streams', () => {
  it('is sent again from its beginning where it can be, and not at all where it cannot', async () => {
    const gone = await fakeServer(() => {});
    await gone.close();
    const options: ClientOptions = { retry: { attempts: 50, backoff: { initial: 10, max: 20 } } };
    const client = closing(makeClient(Chat, gone.address, options));
    const once = rpcError(client.tell(lines(10)));
    const again = client.tell([...lines(10)]);
    expect(await once).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    await closing(makeServer(Chat, counting)).listen({ port: gone.address.port });
    expect(await again).to.include({ text: '10 lines' });
  });

  it('goes to one server, if it cannot be sent twice', async () => {
    let calls = 0;
    const hold: (() => void)[] = [];
    const server = closing(
      makeServer(Chat, {
        async tell(given: AsyncIterable<unknown>) {
          calls++;
          await new Promise<void>(resolve => hold.push(resolve));
          return counting.tell(given);
        },
      }),
    );
    const interceptors = [hedge({ delay: 1 })];
    const client = closing(makeClient(Chat, await server.listen({ port: 0 }), { interceptors }));
    const array = client.tell([...lines(10)]);
    await until(() => calls === 2);
    const generator = client.tell(lines(10));
    await until(() => calls === 3);
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(calls).to.equal(3);
    for (const goOn of hold) goOn();
    expect(await array).to.include({ text: '10 lines' });
    expect(await generator).to.include({ text: '10 lines' });
  });
});
