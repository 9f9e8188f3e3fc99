import { expect } from 'chai';
import fc from 'fast-check';
import { makeServer, type TcpAddress } from '../../src/index.ts';
import { headerFrame } from '../support/frames.ts';
import { CALL, framed, hex, message, ONEWAY, oldMessage, texts, toHex } from '../support/hex.ts';
import { closeAll, closing, RawClient, settle } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

afterEach(closeAll);

/** All a server may be asked: good calls, calls without an answer, unknown methods, arguments that do not fit. */
const requests = (id: number): readonly Buffer[] => [
  message(CALL, 'ping', id),
  oldMessage(CALL, 'ping', id),
  message(CALL, 'login', id, texts({ 1: 'x'.repeat(id), 2: 'y' })),
  message(ONEWAY, 'note', id, texts({ 1: 'note' })),
  message(CALL, 'nope', id, '0f 00 01 0c 00 00 00 02 08 00 01 00 00 00 00 00 00 00'),
  message(CALL, 'login', id, '0b 00 01 00 00 00 02 c3 28 0b 00 02 00 00 00 01 61 00'),
  message(CALL, 'find', id, '08 00 01 ff ff ff ff 00'),
];

describe('a stream of requests', () => {
  let address: TcpAddress;

  beforeEach(async () => {
    const { handler } = waitingHandler();
    address = await closing(makeServer(loaded.PingPong, handler, { onError() {} })).listen({ port: 0 });
  });

  async function replies(chunks: readonly Uint8Array[]): Promise<string> {
    const client = await RawClient.connect(address);
    for (const chunk of chunks) {
      client.send(chunk);
      if (chunks.length > 1) await settle(2);
    }
    const last = hex('00 00 00 03 65 6e 64');
    while (!client.unread.includes(last) || client.unread.readInt8(client.unread.length - 1) !== 0)
      await settle(1);
    return toHex(client.unread);
  }

  for (const [transport, wrap] of [
    ['buffered', (bytes: Buffer) => bytes],
    ['framed', framed],
    ['header', (bytes: Buffer) => headerFrame(bytes)],
  ] as const) {
    it(`gets the same replies in any chunks, ${transport}`, async () => {
      const kinds = fc.array(fc.nat({ max: requests(0).length - 1 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(kinds, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), async (chosen, cuts) => {
          const parts = [...chosen.map((kind, i) => requests(i + 1)[kind]!), message(CALL, 'end', 99)];
          const bytes = Buffer.concat(parts.map(wrap));
          const edges = [0, ...new Set(cuts.map(cut => cut % bytes.length)), bytes.length].sort(
            (a, b) => a - b,
          );
          const chunks = edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
          expect(await replies(chunks)).to.equal(await replies([bytes]));
        }),
        { numRuns: 60 },
      );
    });
  }
});
