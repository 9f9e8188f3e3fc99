import { expect } from 'chai';
import { makeClient, type TcpAddress } from '../../src/index.ts';
import { chatting, loaded } from '../rpc/streaming/chat.ts';
import { texts } from '../support/hex.ts';
import { KitexStreamClient } from '../support/kitex-stream-client.ts';
import { kitexStreamServer } from '../support/kitex-stream-server.ts';
import { closeAll, closing } from '../support/peers.ts';
import { memoryNow, usedMemory } from './memory.ts';

const ALLOWED = 5 * 1024 * 1024;
const FEW = 10_000;
const MANY = 1_000_000;
/** A reader that is so slow that its writer always waits for it. */
const AT_A_TIME = 20;
const text = 'x'.repeat(100);

afterEach(closeAll);

function* texted(count: number): Generator<{ text: string }> {
  for (let i = 0; i < count; i++) yield { text };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

/** Reads slowly, and gives the most memory that was in use meanwhile. */
async function readSlowly(messages: AsyncIterable<unknown>): Promise<{ count: number; peak: number }> {
  let count = 0;
  let peak = 0;
  for await (const _message of messages) {
    if (++count % AT_A_TIME === 0) await turn();
    if (count % (FEW / 4) !== 0) continue;
    globalThis.gc!();
    peak = Math.max(peak, memoryNow());
  }
  return { count, peak };
}

describe('streams', function () {
  this.timeout(600_000);

  it(`hold no more of ${MANY} messages than of ${FEW} when their client is slow`, async () => {
    const { client } = await chatting({ listen: ({ text: n }: { text: string }) => texted(Number(n)) });
    const run = (count: number) => readSlowly(client.listen({ text: String(count) }, { timeout: Infinity }));
    const few = await run(FEW);
    const many = await run(MANY);
    expect(many.count).to.equal(MANY);
    expect(many.peak - few.peak).to.be.below(ALLOWED);
  });

  it('nor when the handler is', async () => {
    const peaks: number[] = [];
    const { client } = await chatting({
      async write(given: AsyncIterable<unknown>) {
        const { count, peak } = await readSlowly(given);
        peaks.push(peak);
        return { text: String(count) };
      },
    });
    for (const count of [FEW, MANY]) {
      expect(await client.write(texted(count), { timeout: Infinity })).to.include({ text: String(count) });
    }
    expect(peaks[1]! - peaks[0]!).to.be.below(ALLOWED);
  });

  it('nor when they come from Kitex, or go there', async () => {
    const peaks: number[] = [];
    for (const count of [FEW, MANY / 5]) {
      const server = await kitexStreamServer(
        {
          async listen(stream) {
            await stream.next();
            const line = texts({ 1: text });
            for (let i = 0; i < count; i++) {
              stream.send(line);
              if (i % 100 === 0) await stream.flushed();
            }
          },
        },
        { keep: false },
      );
      const client = closing(makeClient(loaded.Chat, server.address));
      const { count: got, peak } = await readSlowly(client.listen({ text: '' }, { timeout: Infinity }));
      expect(got).to.equal(count);
      peaks.push(peak);
    }
    expect(peaks[1]! - peaks[0]!).to.be.below(ALLOWED);
  });

  it('stop where a client of Kitex does not read', async () => {
    let taken = 0;
    const { address } = await chatting({
      async *listen() {
        for (;;) {
          taken++;
          yield { text };
        }
      },
    });
    const client = await KitexStreamClient.connect(address as TcpAddress);
    client.socket.pause();
    client
      .open('Chat', 'listen')
      .send(texts({ 1: '' }))
      .closeSend();
    const before = await usedMemory();
    for (let last = -1; last !== taken; ) {
      last = taken;
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    expect((await usedMemory()) - before).to.be.below(ALLOWED);
  });

  it('are fair to each other, a thousand on one connection', async () => {
    const { client } = await chatting({
      async *listen() {
        for (;;) yield { text };
      },
    });
    const counts = new Array<number>(1000).fill(0);
    let total = 0;
    await Promise.all(
      counts.map(async (_, i) => {
        for await (const _line of client.listen({ text: '' }, { timeout: Infinity })) {
          counts[i]!++;
          if (++total >= 500_000) break;
        }
      }),
    );
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    expect(most).to.be.below(2 * least);
  });

  it('that are opened and cancelled leave nothing behind', async () => {
    const { client } = await chatting({
      listen: () => ({
        [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: { text } }) }),
      }),
      async talk(given: AsyncIterable<unknown>) {
        for await (const _line of given);
        return [];
      },
    });
    const run = async (count: number) => {
      for (let i = 0; i < count; i++) {
        if (i % 2 === 0) for await (const _line of client.listen({ text: '' })) break;
        else {
          const controller = new AbortController();
          const replies = client.talk(texted(10), { signal: controller.signal });
          if (i % 4 === 1) await turn();
          controller.abort();
          await replies.next().catch(() => {});
        }
      }
      await turn();
    };
    await run(FEW);
    const [memory, resources] = [await usedMemory(), process.getActiveResourcesInfo().sort()];
    await run(10 * FEW);
    expect((await usedMemory()) - memory).to.be.below(ALLOWED);
    expect(process.getActiveResourcesInfo().sort()).to.deep.equal(resources);
  });
});
