import { expect } from 'chai';
import {
  accessLog,
  type Context,
  type DynamicModule,
  loadSource,
  makeClient,
  makeServer,
  metrics,
  RpcError,
} from '../../src/index.ts';
import { rejection } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';

const { Chat } = loadSource<DynamicModule>(`
  struct Line { 1: string text }
  service Chat {
    Line listen(1: Line line) (streaming.mode = "server")
    Line tell(1: Line line) (streaming.mode = "client")
  }
`);

afterEach(closeAll);

/** A server that says three lines, and what both ends tell of it: while it runs, and in the end. */
async function observed() {
  const lines: string[] = [];
  const counted = metrics();
  const interceptors = [
    accessLog({ write: ({ side, method, code }) => lines.push(`${side} ${method} ${code}`) }),
    counted.interceptor,
  ];
  const handler = {
    async *listen({ text }: { text: string }, { signal }: Context) {
      if (text === 'wait') await new Promise(resolve => signal.addEventListener('abort', resolve));
      for (let i = 0; i < 3; i++) yield { text };
      if (text === 'fail') throw new RpcError('NOT_FOUND', 'no more');
    },
    async tell(all: AsyncIterable<{ text: string }>) {
      let text = '';
      for await (const line of all) text += line.text;
      return { text };
    },
  };
  const server = closing(makeServer(Chat, handler, { interceptors }));
  const client = closing(makeClient(Chat, await server.listen({ port: 0 }), { interceptors }));
  return { client, lines, counted };
}

const collect = async (stream: AsyncIterable<unknown>) => {
  let count = 0;
  for await (const _ of stream) count++;
  return count;
};

describe('what measures calls', () => {
  it('takes a stream for one call, which ends with its last message', async () => {
    const { client, lines, counted } = await observed();
    const stream = client.listen({ text: 'x' })[Symbol.asyncIterator]();
    await stream.next();
    expect(lines.filter(line => line.startsWith('client'))).to.deep.equal([]);
    while (!(await stream.next()).done);
    await until(() => lines.length === 2);
    expect(lines.sort()).to.deep.equal(['client Chat.listen OK', 'server Chat.listen OK']);
    expect(counted.snapshot().running.map(({ count }) => count)).to.deep.equal([0, 0]);
  });

  it('sees what a stream fails with, after what came before', async () => {
    const { client, lines } = await observed();
    expect(await rejection(collect(client.listen({ text: 'fail' })))).to.include({ code: 'NOT_FOUND' });
    await until(() => lines.length === 2);
    expect(lines.sort()).to.deep.equal(['client Chat.listen NOT_FOUND', 'server Chat.listen NOT_FOUND']);
  });

  it('sees the end of one whose reader wants no more', async () => {
    const { client, lines } = await observed();
    for await (const _ of client.listen({ text: 'x' })) break;
    await until(() => lines.length === 2);
    expect(lines.filter(line => line.startsWith('client'))).to.deep.equal(['client Chat.listen OK']);
  });

  it('sees the end of one that is closed before its first message, which ends at the server', async () => {
    const { client, lines, counted } = await observed();
    const stream = client.listen({ text: 'wait' });
    await until(() => counted.snapshot().running.length === 2);
    await stream.return();
    await until(() => lines.length === 2);
    expect(lines.sort()).to.deep.equal(['client Chat.listen OK', 'server Chat.listen CANCELLED']);
    expect(counted.snapshot().running.map(({ count }) => count)).to.deep.equal([0, 0]);
  });

  it('takes what a client streams for one call, too', async () => {
    const { client, lines } = await observed();
    expect(await client.tell([{ text: 'a' }, { text: 'b' }])).to.include({ text: 'ab' });
    await until(() => lines.length === 2);
    expect(lines.sort()).to.deep.equal(['client Chat.tell OK', 'server Chat.tell OK']);
  });
});
