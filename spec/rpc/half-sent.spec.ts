import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { RpcError } from '../../src/index.ts';
import { headerFrame, ttFrame } from '../support/frames.ts';
import { CALL, framed, hex, i32, message, REPLY, text, texts, toHex } from '../support/hex.ts';
import { closeAll, type RawClient, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';

const PARTIAL = 50;
/** Long enough for a limit that should not hold to do so. */
const LONG = 3 * PARTIAL;

const ping = message(CALL, 'ping', 0);
const pong = message(REPLY, 'ping', 0, Buffer.concat([hex('0b 00 00'), text('pong'), hex('00')]));
const limits = { partial: PARTIAL };

afterEach(closeAll);

/** What the operator was told, which is one thing about this client. */
function told(
  reported: readonly { readonly error: unknown; readonly context: object }[],
  peer: RawClient,
): string {
  expect(reported).to.have.length(1);
  const { error, context } = reported[0]!;
  const { name } = peer;
  expect(error).to.be.instanceOf(RpcError).and.include({ code: 'DEADLINE_EXCEEDED', peer: name });
  expect(context).to.deep.equal({ peer: name });
  return (error as Error).message.replace(name, 'peer');
}

describe('a message that has begun', () => {
  const wraps: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
    ['buffered', bytes => bytes],
    ['framed', framed],
    ['header', bytes => headerFrame(bytes, { seqid: 0 })],
    ['ttheader', bytes => ttFrame(bytes, { seqid: 0 })],
  ];
  for (const [transport, wrap] of wraps) {
    it(`and does not come whole ends the connection, and the operator is told of the limit (${transport})`, async () => {
      const { raw, reported } = await served({}, { limits });
      const peer = await raw();
      peer.send(wrap(ping), wrap(ping).subarray(0, 12));
      expect(toHex(await peer.readToEnd())).to.equal(toHex(wrap(pong)));
      expect(told(reported, peer)).to.equal(
        `peer has begun a message that was not whole within ${PARTIAL} ms (limits.partial)`,
      );
    });
  }

  it('may take as long as the limit, and so may the next one', async () => {
    const { raw, reported } = await served({}, { limits: { partial: 1000 } });
    const send = async (wrap: (bytes: Buffer) => Buffer) => {
      const peer = await raw();
      const bytes = Buffer.concat(Array.from({ length: 8 }, () => wrap(ping)));
      // Each chunk ends within a message. All of them take longer than the limit.
      for (let at = 0; at < bytes.length; at += 17) {
        peer.send(bytes.subarray(at, at + 17));
        await sleep(1500 / (bytes.length / 17));
      }
      await peer.read(8 * wrap(pong).length);
    };
    await Promise.all(wraps.map(([, wrap]) => send(wrap)));
    expect(reported).to.deep.equal([]);
  });

  it('is counted from its beginning, however it drips', async () => {
    const { raw, reported } = await served({}, { limits });
    const peer = await raw();
    peer.send(ping.subarray(0, 5));
    let closed = false;
    peer.socket.on('close', () => {
      closed = true;
    });
    // A list that goes on and on.
    peer.send(ping.subarray(5, 16), hex('0f 00 01 03'), i32(10_000_000));
    while (!closed) {
      peer.send(Buffer.of(0));
      await sleep(5);
    }
    expect(told(reported, peer)).to.include('limits.partial');
  });

  it('and ends the connection lets the calls before it be answered first', async () => {
    const { raw, reported, running, finish } = await served({}, { limits });
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })), ping.subarray(0, 9));
    await until(() => reported.length === 1);
    await settle();
    expect(running).to.deep.equal(['a']);
    finish('a');
    const answer = message(REPLY, 'wait', 1, Buffer.concat([hex('0b 00 00'), text('a'), hex('00')]));
    expect(toHex(await peer.readToEnd())).to.equal(toHex(answer));
    expect(told(reported, peer)).to.include('limits.partial');
  });

  it('and is completed in time is a message', async () => {
    const { raw, reported } = await served({}, { limits: { partial: 10_000 } });
    const peer = await raw();
    peer.send(ping.subarray(0, 9));
    await sleep(20);
    peer.send(ping.subarray(9));
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(reported).to.deep.equal([]);
  });

  it('does not count while the server itself does not read', async () => {
    const { raw, reported, running, finish } = await served({}, { limits: { partial: PARTIAL, pending: 1 } });
    const peer = await raw();
    const wait = message(CALL, 'wait', 1, texts({ 1: 'a' }));
    peer.send(wait, ping, ping.subarray(0, 9));
    await until(() => running.length === 1);
    await sleep(LONG);
    expect(reported).to.deep.equal([]);
    finish('a');
    const answer = message(REPLY, 'wait', 1, Buffer.concat([hex('0b 00 00'), text('a'), hex('00')]));
    peer.send(ping.subarray(9));
    const expected = Buffer.concat([answer, pong, pong]);
    expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
    expect(reported).to.deep.equal([]);
  });

  it('does not keep a server from closing', async () => {
    const { raw, server, reported } = await served({}, { limits: { partial: 60_000 } });
    const [first, later] = [await raw(), await raw()];
    first.send(framed(ping).subarray(0, 3));
    later.send(ping, ping.subarray(0, 5));
    await later.read(pong.length);
    await server.close();
    expect(reported).to.deep.equal([]);
  });

  it('is no reason to close when its client leaves', async () => {
    const { raw, reported } = await served({}, { limits });
    const [one, other] = [await raw(), await raw()];
    one.send(ping.subarray(0, 9));
    other.send(hex('00 00'));
    await settle();
    await Promise.all([one.close(), other.close()]);
    await sleep(LONG);
    expect(reported).to.deep.equal([]);
  });
});

describe('first bytes that do not tell what a client speaks', () => {
  for (const bytes of [
    '00',
    '00 00 00',
    '00 00 00 11',
    '00 00 00 20 0f',
    '00 00 00 20 10 00',
    '16',
    '78',
    '47 45 54',
  ]) {
    it(`end the connection when no more come: ${bytes}`, async () => {
      const { raw, reported } = await served({}, { limits });
      const peer = await raw();
      peer.send(hex(bytes));
      expect((await peer.readToEnd()).length).to.equal(0);
      expect(told(reported, peer)).to.equal(
        `peer has sent ${hex(bytes).length} bytes, which do not tell what it speaks; it was turned away (limits.partial)`,
      );
    });
  }
});

describe('silence', () => {
  it('is no fault: not before the first message, and not between messages', async () => {
    const { raw, reported } = await served({}, { limits });
    const [fresh, used, inFrames] = [await raw(), await raw(), await raw()];
    used.send(ping);
    inFrames.send(framed(ping));
    await Promise.all([used.read(pong.length), inFrames.read(4 + pong.length)]);
    await sleep(LONG);
    for (const peer of [fresh, used]) {
      peer.send(ping);
      expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    }
    inFrames.send(framed(ping));
    expect(toHex(await inFrames.read(4 + pong.length))).to.equal(toHex(framed(pong)));
    expect(reported).to.deep.equal([]);
  });

  it('is no fault while a call is under way', async () => {
    const { raw, reported, running, finish } = await served({}, { limits });
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })));
    await until(() => running.length === 1);
    await sleep(LONG);
    finish('a');
    await peer.read(message(REPLY, 'wait', 1, texts({ 0: 'a' })).length);
    expect(reported).to.deep.equal([]);
  });
});
