import { expect } from 'chai';
import { type ClientOptions, makeClient } from '../../../src/index.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, settle, until } from '../../support/peers.ts';
import { type SerialPeer, serialPeer } from '../../support/serial.ts';
import { loaded } from '../../support/services.ts';

const { PingPong } = loaded;

afterEach(closeAll);

const clientOf = (peer: SerialPeer, max: number, options: ClientOptions = {}) =>
  closing(
    makeClient(PingPong, peer.address, {
      transport: 'framed',
      connections: { max, inFlight: 1 },
      ...options,
    }),
  );

/** A client all of whose connections, one, are at a call. */
async function busy(options: ClientOptions = {}) {
  const peer = await serialPeer();
  const client = clientOf(peer, 1, options);
  const call = client.wait('slow');
  await until(() => peer.begun[0]?.length === 1);
  return { peer, client, call };
}

describe('connections that take one call at a time', () => {
  it('are as many as there are calls, up to a number; then calls wait, in order', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, 3);
    const order: number[] = [];
    const slow = [client.wait('a'), client.wait('b'), client.wait('c')];
    const others = Array.from({ length: 50 }, (_, i) => client.ping().then(() => order.push(i)));
    await until(() => peer.begun.length === 3 && peer.begun.every(names => names.length === 1));
    peer.finish(1);
    await Promise.all(others);
    expect(order).to.deep.equal(Array.from({ length: 50 }, (_, i) => i));
    peer.finish(0);
    peer.finish(2);
    await Promise.all(slow);
    expect(peer.mostInFlight).to.equal(1);
    expect(peer.begun.map(names => names.length)).to.deep.equal([1, 51, 1]);
  });

  it('are one for calls that do not overlap', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, 3);
    for (let i = 0; i < 5; i++) await client.ping();
    expect(peer.begun).to.deep.equal([['ping', 'ping', 'ping', 'ping', 'ping']]);
  });

  it('let a call wait no longer than its time, or its signal', async () => {
    const { peer, client, call } = await busy();
    const late = await rpcError(client.ping({ timeout: 10 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'unsent', method: 'PingPong.ping' });
    expect(late.message).to.match(/^PingPong\.ping: no connection to 127.* had room within 10 ms$/);
    const cancelled = rpcError(client.ping({ signal: AbortSignal.timeout(5) }));
    expect(await cancelled).to.include({ code: 'CANCELLED', phase: 'unsent' });
    peer.finish(0);
    expect(await call).to.equal('wait');
    expect(await client.ping()).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait', 'ping']]);
  });

  it('let no more calls wait than limits.pending', async () => {
    const { peer, client, call } = await busy({ limits: { pending: 2 } });
    const waiting = [client.ping(), client.ping()];
    const error = await rpcError(client.ping());
    expect(error).to.include({ code: 'RESOURCE_EXHAUSTED', phase: 'unsent' });
    expect(error.message).to.include('2 calls wait for a connection (limits.pending)');
    peer.finish(0);
    expect(await Promise.all([call, ...waiting])).to.deep.equal(['wait', 'ping', 'ping']);
  });

  it('take no call while the peer is at one that was given up, but are replaced', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, 1);
    await rpcError(client.wait('slow', { timeout: 10 }));
    expect(await client.ping()).to.equal('ping');
    expect(peer.mostInFlight).to.equal(1);
    expect(peer.begun).to.deep.equal([['wait'], ['ping']]);
    await until(() => peer.ended.length === 1);
  });

  it('are replaced for the calls that wait already', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, 1);
    const slow = rpcError(client.wait('slow', { timeout: 30 }));
    const others = [client.ping(), client.login('a', 'b'), client.ping()];
    expect(await slow).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'sent' });
    expect(await Promise.all(others)).to.deep.equal(['ping', 'login', 'ping']);
    expect(peer.begun).to.deep.equal([['wait'], ['ping', 'login', 'ping']]);
  });

  it('carry oneway calls like others', async () => {
    const { peer, client, call } = await busy();
    const note = client.note('x');
    await settle();
    expect(peer.begun).to.deep.equal([['wait']]);
    peer.finish(0);
    await Promise.all([call, note]);
    expect(await client.ping()).to.equal('ping');
  });

  it('carry the calls that a getter of an argument makes', async () => {
    const peer = await serialPeer();
    const client = clientOf(peer, 1);
    const inner: Promise<string>[] = [];
    const bytes = new Proxy(new Uint8Array(1), {
      get(target, name) {
        if (inner.length === 0) inner.push(client.ping());
        return Reflect.get(target, name, target) as unknown;
      },
    });
    const outer = client.echo(bytes).catch(() => 'refused');
    await outer;
    expect(await inner[0]).to.equal('ping');
    expect(peer.mostInFlight).to.equal(1);
  });

  it('are made again for the calls that wait when they were lost', async () => {
    const { peer, client, call } = await busy();
    const waiting = client.ping();
    peer.hangUp(0);
    expect(await rpcError(call)).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect(await waiting).to.equal('ping');
    expect(peer.begun).to.deep.equal([['wait'], ['ping']]);
  });

  it('are closed when the calls that wait have had their turn', async () => {
    const { peer, client, call } = await busy();
    const waiting = client.ping();
    const end = client.close();
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    peer.finish(0);
    expect(await Promise.all([call, waiting])).to.deep.equal(['wait', 'ping']);
    await end;
  });

  it('are closed without them when that takes too long', async () => {
    const { client, call } = await busy();
    const settled = Promise.all([rpcError(call), rpcError(client.ping())]);
    await client.close({ grace: 10 });
    const [sent, unsent] = await settled;
    expect(sent).to.include({ code: 'CANCELLED', phase: 'sent' });
    expect(unsent).to.include({ code: 'CANCELLED', phase: 'unsent' });
    expect(unsent.message).to.equal('PingPong.ping: the client was closed before the call was sent');
  });
});
