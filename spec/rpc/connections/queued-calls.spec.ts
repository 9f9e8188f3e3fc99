import { expect } from 'chai';
import { makeClient } from '../../../src/index.ts';
import type { Call } from '../../../src/rpc/call.ts';
import { QueuedCalls } from '../../../src/rpc/channels/queued-calls.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, fakeServer } from '../../support/peers.ts';
import { loaded } from '../../support/services.ts';

const { PingPong } = loaded;

afterEach(closeAll);

describe('calls that wait for an attempt to connect', () => {
  it('are not forgotten when the pause ends between the question for a connection and the wait', async () => {
    const taken: Call[] = [];
    let hasRoom = true;
    let asked = 0;
    const next = () => {
      asked++;
      return hasRoom ? { start: (call: Call) => void taken.push(call) } : undefined;
    };
    const owner = { peer: 'peer', eased: () => queued.handOut(next) };
    const queued = new QueuedCalls(owner, 10, { initial: 1, max: 1, multiplier: 1, jitter: 0 });
    queued.failed(undefined);
    while (queued.isPausing);
    const call = { arm() {}, whenSettled() {} } as unknown as Call;
    queued.add(call);
    await new Promise(setImmediate);
    expect(taken).to.deep.equal([call]);

    hasRoom = false;
    asked = 0;
    queued.add(call);
    await new Promise(setImmediate);
    expect(asked, 'one that waits for room is asked for once').to.equal(1);
    expect(queued.isCrowded).to.equal(true);
  });

  it('are waited for by all who close, and no longer than by the least patient of them', async () => {
    const peer = await fakeServer(() => {});
    await peer.refuse();
    const reconnect = { initial: 60_000, max: 60_000 };
    const client = closing(makeClient(PingPong, peer.address, { reconnect }));
    await rpcError(client.ping());
    const call = rpcError(client.ping({ timeout: Number.POSITIVE_INFINITY }));
    const closed = client.$close({ grace: 5000 });
    await client.$close({ grace: 0 });
    await closed;
    expect(await call).to.include({ code: 'CANCELLED', phase: 'unsent' });
  });
});
