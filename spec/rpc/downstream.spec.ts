import { expect } from 'chai';
import { makeClient } from '../../src/client.ts';
import { RpcError } from '../../src/errors/rpc-error.ts';
import { loadSource } from '../../src/load.ts';
import { makeServer } from '../../src/server.ts';

const { Front, Back } = loadSource(
  'service Back { string read(1: string key) } service Front { string read(1: string key) }',
);

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
    await using front = makeServer(Front, handler, { onError: error => heard.push(error) });
    await using outer = makeClient(Front, await front.listen({ port: 0 }));
    const error = await outer.read('x').catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'INTERNAL', message: 'Front.read: internal error' });
    expect(heard).to.have.length(1);
    expect(heard[0]).to.include({ code: 'NOT_FOUND', method: 'Back.read' });
  });
});
