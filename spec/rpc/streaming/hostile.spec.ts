import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { makeClient, RpcError, type TcpAddress } from '../../../src/index.ts';
import { CALL, EXCEPTION, message, ONEWAY, REPLY, texts } from '../../support/hex.ts';
import { type FrameKind, writeStreamFrame } from '../../support/kitex-frames.ts';
import { closeAll, closing, fakeServer } from '../../support/peers.ts';
import { all, chatting, lines, loaded } from './chat.ts';

afterEach(closeAll);

const kind = fc.constantFrom<FrameKind>('meta', 'header', 'data', 'trailer', 'rst');
const pairs = fc.dictionary(
  fc.constantFrom(
    'isn',
    'x-lt-caps',
    'x-lt-credit',
    'x-lt-bytes',
    'x-lt-exc',
    'x-lt-wrap',
    'crrst',
    'biz-status',
    'ttscp',
  ),
  fc.constantFrom('', '0', '1', '-1', '99999999999', 'fc', 'fc,ka,ex,mix', 'stream:1', 'Chat', '7'),
  { maxKeys: 3 },
);
const payload = fc.oneof(
  fc.constant(texts({ 1: 'a' })),
  fc.constant(Buffer.alloc(0)),
  fc
    .tuple(
      fc.constantFrom(CALL, REPLY, EXCEPTION, ONEWAY),
      fc.constantFrom('say', 'listen', 'none'),
      fc.nat(3),
    )
    .map(([type, name, seqid]) => message(type, name, seqid, '0c 0001 0b 0001 00000000 00 00')),
  fc.uint8Array({ maxLength: 24 }).map(bytes => Buffer.from(bytes)),
);
const frame = fc
  .record({
    kind,
    sid: fc.constantFrom(0, 1, 2, 3, -1),
    method: fc.constantFrom('listen', 'write', 'talk', 'say', 'none', ''),
    texts: pairs,
    payload,
  })
  .map(writeStreamFrame);
/** Frames in any order; some of them with a byte that is another. */
const talk = fc
  .tuple(fc.array(frame, { minLength: 1, maxLength: 12 }), fc.option(fc.tuple(fc.nat(), fc.nat(255))))
  .map(([frames, spoiled]) => {
    const bytes = Buffer.concat(frames);
    if (spoiled !== null) bytes[spoiled[0] % bytes.length] = spoiled[1];
    return bytes;
  });

describe('whatever comes over a connection of streams', () => {
  const handlers = {
    say: (line: object) => line,
    listen: () => lines('a', 'b'),
    write: async (given: AsyncIterable<unknown>) => ({ text: String((await all(given)).length) }),
    async *talk(given: AsyncIterable<{ text?: string }>) {
      for await (const { text } of given) yield { text };
    },
  };

  it('a server goes on', async () => {
    const { address, client } = await chatting(handlers, {}, { limits: { partial: 20 } });
    const { host, port } = address as TcpAddress;
    await fc.assert(
      fc.asyncProperty(talk, async bytes => {
        const socket = connect({ host, port }).on('error', () => {});
        await once(socket, 'connect');
        // What it is to be taken for is said first.
        socket.write(
          writeStreamFrame({ kind: 'meta', sid: 0, method: '', texts: { 'x-lt-caps': 'fc,mix' } }),
        );
        socket.end(bytes);
        socket.resume();
        await once(socket, 'close');
      }),
      { numRuns: 150 },
    );
    expect(await all(client.listen({ text: '' }))).to.deep.equal(['a', 'b']);
  });

  it('a client’s streams end, with what came or an error', async () => {
    let answer = Buffer.alloc(0);
    const { address } = await fakeServer(socket => socket.once('data', () => socket.end(answer)));
    await fc.assert(
      fc.asyncProperty(talk, async bytes => {
        answer = bytes;
        const client = closing(makeClient(loaded.Chat, address));
        const seen = await all(client.talk(lines('a')));
        const last = seen.at(-1);
        if (last instanceof Error)
          expect(last).to.satisfy((error: unknown) => error instanceof RpcError || isDeclared(error));
        await client.write([]).catch(() => {});
        await client.close({ grace: 0 });
      }),
      { numRuns: 150 },
    );
  });
});

function isDeclared(error: unknown): boolean {
  return error instanceof (loaded.Rude as new () => Error);
}
