import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeClient, type ServerOptions, type TcpAddress } from '../../src/index.ts';
import { rejection } from '../support/errors.ts';
import { headerFrame } from '../support/frames.ts';
import { CALL, message, REPLY, texts, toHex } from '../support/hex.ts';
import { closeAll, closing, RawClient, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const ping = message(CALL, 'ping', 7);
const pong = message(REPLY, 'ping', 7, texts({ 0: 'pong' }));
const post = Buffer.from(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${ping.length}\r\n\r\n`);

async function pings(peer: RawClient): Promise<void> {
  peer.send(ping);
  expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
}

afterEach(closeAll);

describe('the connections of a server', () => {
  for (const [what, connections, why] of [
    ['in all', { max: 2 }, 'there are 2 (connections.max)'],
    ['from one address', { maxPerPeer: 2 }, 'it has 2 (connections.maxPerPeer)'],
  ] as const) {
    it(`are no more than it takes, ${what}: further ones are closed, and the operator told once`, async () => {
      const { raw, reported } = await served({}, { connections });
      const inside = [await raw(), await raw()];
      for (const peer of inside) await pings(peer);
      for (let i = 0; i < 3; i++) expect((await (await raw()).readToEnd()).length).to.equal(0);
      for (const peer of inside) await pings(peer);
      await inside[0]!.close();
      // When the server has seen it leave, there is room for another.
      for (;;) {
        const peer = await raw();
        peer.send(ping);
        const answer = await peer.read(pong.length).catch(() => undefined);
        if (answer !== undefined) break;
      }
      expect(reported.map(({ error }) => String(error))).to.deep.equal([
        `RpcError: 127.0.0.1 wanted one more connection, and was turned away: ${why}`,
      ]);
      expect(reported[0]!.error).to.include({ code: 'RESOURCE_EXHAUSTED' });
    });
  }

  const onLinux = process.platform === 'linux';
  const skipped = onLinux ? '' : ' (skipped: only on Linux all of 127.0.0.0/8 is this host)';
  (onLinux ? it : it.skip)(`from one address are counted apart from those of others${skipped}`, async () => {
    const { address, raw } = await served({}, { connections: { maxPerPeer: 1 }, onError() {} });
    const mine = await raw();
    await pings(mine);
    const other = await RawClient.connect({ ...address, localAddress: '127.0.0.2' } as TcpAddress);
    await pings(other);
    expect((await (await raw()).readToEnd()).length).to.equal(0);
    await pings(mine);
  });

  it('from one address are not those of Unix sockets, which have none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lt-'));
    try {
      const { server } = await served({}, { connections: { maxPerPeer: 1 } });
      const local = await server.listen({ path: join(folder, 'a.sock') });
      for (let i = 0; i < 3; i++) await pings(await RawClient.connect(local));
    } finally {
      await closeAll();
      rmSync(folder, { recursive: true });
    }
  });

  it('are closed when they have been idle, also those that never say anything; not while a call runs', async () => {
    const { raw, running, finish, reported } = await served({}, { connections: { idle: 500 } });
    const [silent, once, busy, web] = [await raw(), await raw(), await raw(), await raw()];
    once.send(ping);
    busy.send(message(CALL, 'wait', 1, texts({ 1: 'a' })));
    web.send(post, ping);
    expect((await silent.readToEnd()).length).to.equal(0);
    expect(toHex(await once.readToEnd())).to.equal(toHex(pong));
    expect((await web.readToEnd()).toString('latin1')).to.match(/^HTTP\/1\.1 200 /);
    // Another has come and gone in the meantime.
    await (await raw()).readToEnd();
    expect(running).to.deep.equal(['a']);
    finish('a');
    expect(toHex(await busy.readToEnd())).to.equal(toHex(message(REPLY, 'wait', 1, texts({ 0: 'a' }))));
    expect(reported).to.deep.equal([]);
  });

  it('that are old are said goodbye to, and closed when they are quiet; what runs is answered', async () => {
    const { raw, running, finish } = await served({}, { connections: { maxAge: 20 } });
    const [busy, web] = [await raw(), await raw()];
    busy.send(headerFrame(message(CALL, 'wait', 1, texts({ 1: 'a' }))));
    web.send(post, ping);
    await until(() => running.length === 1);
    let answer = '';
    // Until it is old.
    while (!answer.includes(':drain')) {
      busy.send(headerFrame(ping));
      answer = (await busy.read((await busy.read(4)).readInt32BE())).toString('latin1');
      expect(answer).to.include('pong');
    }
    expect((await web.readToEnd()).toString('latin1')).to.match(/^HTTP\/1\.1 200 /);
    finish('a');
    expect((await busy.readToEnd()).toString('latin1'))
      .to.include('wait')
      .and.to.include(':drain');
  });

  it('that are old cost our clients no call', async () => {
    for (const transport of ['header', 'ttheader', 'framed'] as const) {
      const { address } = await served({}, { connections: { maxAge: 5 } });
      const client = closing(makeClient(loaded.PingPong, address, { transport }));
      for (let i = 0; i < 200; i++) {
        expect(await client.count(i)).to.equal(i + 1);
        if (i % 20 === 0) await settle();
      }
    }
  });

  it('are refused as an option when they make no sense', async () => {
    for (const [connections, why] of [
      [{ max: 0 }, 'connections.max: expected a whole number above 0, got 0'],
      [{ maxPerPeer: 1.5 }, 'connections.maxPerPeer: expected a whole number above 0, got 1.5'],
      [{ idle: -1 }, 'connections.idle: expected ms above 0, got -1'],
      [{ maxAge: 'x' }, 'connections.maxAge: expected ms as a number, got x'],
      [
        { most: 1 },
        'connections: there is no option "most"; there are max, maxPerPeer, idle, maxAge, keepalive',
      ],
    ] as const) {
      const made = served({}, { connections } as unknown as ServerOptions);
      expect(String(await rejection(made))).to.equal(`TypeError: ${why}`);
    }
  });
});
