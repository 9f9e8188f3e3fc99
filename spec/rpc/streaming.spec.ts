import { expect } from 'chai';
import { makeClient } from '../../src/client.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { loadSource } from '../../src/load.ts';
import { makeServer } from '../../src/server.ts';

const { Chat } = loadSource(
  `struct Line { 1: string text }
   service Chat {
     Line say(1: Line line)
     Line echo(1: Line line) (streaming.mode = "unary")
     Line talk(1: Line line) (streaming.mode = "bidirectional")
     stream<Line> listen(1: Line line)
   }`,
  { onWarning: () => {} },
);

describe('methods that stream', () => {
  it('are refused with a word about it; the others of their service are called and served', async () => {
    const answer = (line: object) => line;
    await using server = makeServer(Chat, { say: answer, echo: answer });
    await using client = makeClient(Chat, await server.listen({ port: 0 }));
    expect(await client.say({ text: 'a' })).to.include({ text: 'a' });
    expect(await client.echo({ text: 'b' })).to.include({ text: 'b' });
    for (const name of ['talk', 'listen']) {
      const error = await client[name]({ text: 'c' }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(RpcError).with.property('code', 'UNIMPLEMENTED');
      expect(error.message).to.equal(
        `Chat.${name}: streaming methods cannot be called yet; nothing was sent`,
      );
    }
  });
});
