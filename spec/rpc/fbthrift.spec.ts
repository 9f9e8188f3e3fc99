import { expect } from 'chai';
import { makeClient, type RpcError } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import { applicationException, EXCEPTION, hex, message, REPLY, texts } from '../support/hex.ts';
import { closeAll, closing, fakeServer } from '../support/peers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

const header = (ex: string) => Buffer.concat([hex('00 00'), pairs(1, [['ex', ex]])]);

/** A server that answers its first call with an exception of this type, and this code beside it; then as it should. */
async function answering(type: number, ex: string) {
  let count = 0;
  const { address } = await fakeServer(socket => {
    socket.on('data', () => {
      count++;
      const refusal = message(EXCEPTION, 'ping', count, applicationException('no', type));
      if (count === 1) socket.write(headerFrame(refusal, { header: header(ex) }));
      else socket.write(headerFrame(message(REPLY, 'ping', count, texts({ 0: 'pong' }).fill(0, 1, 3))));
    });
  });
  return address;
}

describe('an exception of a server of fbthrift, over THeader', () => {
  const told: readonly (readonly [type: number, ex: string, code: string, isBegun: boolean, what: string])[] =
    [
      [11, '1', 'RESOURCE_EXHAUSTED', false, 'too many calls'],
      [0, '5', 'RESOURCE_EXHAUSTED', false, 'a full queue, in Python'],
      [6, '5', 'RESOURCE_EXHAUSTED', false, 'shutting down'],
      [11, '22', 'RESOURCE_EXHAUSTED', true, 'an overload that the handler may have told of'],
      [12, '2', 'DEADLINE_EXCEEDED', true, 'no more time'],
      [12, '15', 'DEADLINE_EXCEEDED', true, 'no more time to wait'],
      [0, '23', 'UNKNOWN', true, 'what its type says as well'],
      [6, '-1', 'INTERNAL', true, 'what is not known'],
    ];
  for (const [type, ex, code, isBegun, what] of told) {
    it(`says in its header what happened: ${what} (${ex})`, async () => {
      const address = await answering(type, ex);
      const client = closing(makeClient(loaded.PingPong, address, { transport: 'header' }));
      const error: RpcError = await rpcError(client.ping());
      expect(error).to.include({ code, message: 'no', applicationType: type, phase: 'answered' });
      expect(error.details).to.deep.equal(isBegun ? undefined : { retryAfter: 0 });
      expect(error.metadata!.get('ex')).to.equal(ex);
    });
  }

  it('is tried again where nothing was begun', async () => {
    const address = await answering(6, '5');
    const client = closing(makeClient(loaded.PingPong, address, { transport: 'header', retry: true }));
    expect(await client.ping()).to.equal('pong');
  });
});
