import { expect } from 'chai';
import { makeClient } from '../../src/client.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { type AccessRecord, accessLog } from '../../src/interceptors/access-log.ts';
import { loadSource } from '../../src/load.ts';
import type { Context } from '../../src/rpc/context.ts';
import { makeServer } from '../../src/server.ts';
import { rpcError } from '../support/errors.ts';

const { Front, Back } = loadSource(`
  struct Key { 1: string key }
  service Back { string read(1: string key) }
  service Front { string read(1: string key), Key each(1: Key key) (streaming.mode="server") }
`);

describe('the error of a call that a handler made', () => {
  it("is not passed on as the handler's own: its caller learns nothing of what is behind", async () => {
    const heard: unknown[] = [];
    await using back = makeServer(Back, {
      read: () => {
        throw new RpcError('NOT_FOUND', 'no such key in the vault');
      },
    });
    await using inner = makeClient(Back, await back.listen({ port: 0 }));
    const handler = { read: (key: string) => inner.read(key) };
    await using front = makeServer(Front, handler, { partial: true, onError: error => heard.push(error) });
    await using outer = makeClient(Front, await front.listen({ port: 0 }));
    const error = await outer.read('x').catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'INTERNAL', message: 'Front.read: internal error' });
    expect(heard).to.have.length(1);
    expect(heard[0]).to.include({ code: 'NOT_FOUND', method: 'Back.read' });
  });

  it('is that of its caller where it took all the time that both had', async () => {
    const heard: unknown[] = [];
    const lines: AccessRecord[] = [];
    await using inner = makeClient(Back, '127.0.0.1:1');
    const read = (context: Context) => {
      // No timer comes in between: whoever looks at the time first, it is over.
      while (Date.now() < context.deadline);
      return inner.read('x', { parent: context });
    };
    const handler = {
      read: (_key: string, context: Context) => read(context),
      async *each(_key: object, context: Context) {
        yield { key: await read(context) };
      },
    };
    await using front = makeServer(Front, handler, {
      timeout: 20,
      interceptors: [accessLog({ write: line => lines.push(line) })],
      onError: error => heard.push(error),
    });
    await using outer = makeClient(Front, await front.listen({ port: 0 }));
    const late = 'a call that it made took all of its time';
    const error = await rpcError(outer.read('x'));
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED', message: `Front.read: ${late}` });
    const ended = await rpcError(outer.each({ key: 'x' }).next());
    expect(ended).to.include({ code: 'DEADLINE_EXCEEDED', message: `Front.each: ${late}` });
    expect(lines.map(({ code }) => code)).to.deep.equal(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    expect(heard).to.deep.equal([]);
  });
});
