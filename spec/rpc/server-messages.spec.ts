import { expect } from 'chai';
import {
  CALL,
  EXCEPTION,
  framed,
  hex,
  i32,
  message,
  ONEWAY,
  oldMessage,
  REPLY,
  text,
  texts,
  toHex,
} from '../support/hex.ts';
import { closeAll, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';

const pong = message(REPLY, 'ping', 0, '0b 00 00 00 00 00 04 70 6f 6e 67 00');
const ping = message(CALL, 'ping', 0);
const done = (name: string, seqid: number) =>
  message(REPLY, 'wait', seqid, Buffer.concat([hex('0b 00 00'), text(name), hex('00')]));

afterEach(closeAll);

describe('whether a message is answered', () => {
  it('is told by the IDL, for old peers send a call where they mean oneway', async () => {
    const { raw, notes } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'note', 3, texts({ 1: 'x' })), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(notes).to.deep.equal(['x']);
  });

  it('is told by the message, when it says oneway of a method that is not', async () => {
    const asked: number[] = [];
    const { raw } = await served({
      count(value) {
        asked.push(value);
        return value;
      },
    });
    const peer = await raw();
    peer.send(
      message(ONEWAY, 'count', 3, '08 00 01 00 00 00 05 00'),
      message(ONEWAY, 'nope', 4),
      message(ONEWAY, 'count', 5, '08 00 01'),
    );
    peer.send(hex('00 00 00 05 00'), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(asked).to.deep.equal([5, 5]);
  });

  it('is decided for other types of message: they are no calls (type 2)', async () => {
    const { raw } = await served();
    for (const type of [REPLY, EXCEPTION, 9]) {
      const peer = await raw();
      peer.send(message(type, 'ping', 1));
      const header = message(EXCEPTION, 'ping', 1, '');
      expect(toHex(await peer.read(header.length))).to.equal(toHex(header));
      const body = Buffer.concat([
        texts({ 1: `ping: expected a call, got a message of type ${type}` }).subarray(0, -1),
        hex('08 00 02 00 00 00 02 00'),
      ]);
      expect(toHex(await peer.read(body.length))).to.equal(toHex(body));
    }
  });
});

describe('old messages, without a version', () => {
  it('are answered in kind', async () => {
    const { raw } = await served();
    for (const wrap of [(bytes: Buffer) => bytes, framed]) {
      const peer = await raw();
      const expected = wrap(oldMessage(REPLY, 'ping', 5, '0b 00 00 00 00 00 04 70 6f 6e 67 00'));
      peer.send(wrap(oldMessage(CALL, 'ping', 5)));
      expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
    }
  });
});

describe('arguments that do not fit', () => {
  const badText = Buffer.concat([
    hex('0b 00 01'),
    i32(2),
    hex('c3 28'),
    hex('0b 00 02'),
    text('x'.repeat(50)),
    hex('00'),
  ]);
  const failed = (seqid: number) => message(EXCEPTION, 'login', seqid, '');

  for (const [framing, wrap] of [
    ['buffered', (bytes: Buffer) => bytes],
    ['framed', framed],
  ] as const) {
    it(`are answered once with type 7, and the connection goes on (${framing})`, async () => {
      for (const cut of [0, 30, 45]) {
        const { raw, reported } = await served();
        const peer = await raw();
        const request = wrap(message(CALL, 'login', 6, badText));
        peer.send(request.subarray(0, cut));
        if (cut > 0) await settle();
        peer.send(request.subarray(cut));
        const why = 'PingPong.login.username: invalid UTF-8';
        await peer.read(wrap(failed(6)).length);
        const length = peer.unread.readInt32BE(3);
        const body = await peer.read(7 + length + 8);
        expect(body.toString('utf8', 7, 7 + length)).to.include(why.slice(0, 24));
        expect(toHex(body.subarray(-8))).to.equal('0800020000000700');
        peer.send(wrap(ping));
        expect(toHex(await peer.read(wrap(pong).length))).to.equal(toHex(wrap(pong)));
        expect(reported).to.deep.equal([]);
      }
    });
  }

  it('are answered, then the connection is closed, when their end cannot be found', async () => {
    const { raw, reported } = await served();
    const peer = await raw();
    peer.send(ping, message(CALL, 'login', 6, hex('63 00 01 00')));
    const bytes = await peer.readToEnd();
    expect(toHex(bytes.subarray(0, pong.length))).to.equal(toHex(pong));
    expect(toHex(bytes.subarray(pong.length, pong.length + failed(6).length))).to.equal(toHex(failed(6)));
    expect(toHex(bytes.subarray(-8))).to.equal('0800020000000700');
    expect(reported).to.have.length(1);
  });

  it('end nothing where the frame says where they end', async () => {
    const { raw } = await served();
    const peer = await raw();
    peer.send(
      framed(message(CALL, 'login', 6, hex('63 00 01 00'))),
      framed(message(CALL, 'nope', 7, '63')),
      framed(ping),
    );
    await until(() => peer.unread.subarray(-pong.length).equals(pong));
    expect(peer.unread.includes(Buffer.from('nope: there is no such method here'))).to.equal(true);
  });

  it('of a oneway call are reported, for nobody can be answered', async () => {
    const { raw, reported } = await served();
    const peer = await raw();
    peer.send(message(ONEWAY, 'note', 6, badText), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(reported.map(({ context }) => context.method)).to.deep.equal(['PingPong.note']);
  });
});

describe('the order of answers', () => {
  it('is that in which the handlers finish, when the calls are numbered', async () => {
    const { raw, running, finish } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })), message(CALL, 'wait', 2, texts({ 1: 'b' })), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(running).to.deep.equal(['a', 'b']);
    finish('b');
    expect(toHex(await peer.read(done('b', 2).length))).to.equal(toHex(done('b', 2)));
    finish('a');
    expect(toHex(await peer.read(done('a', 1).length))).to.equal(toHex(done('a', 1)));
  });

  it('is that of the calls, when they all have one number', async () => {
    const { raw, running, finish } = await served();
    const peer = await raw();
    const nope = message(CALL, 'nope', 0);
    const bad = message(CALL, 'login', 0, '0b 00 01 00 00 00 02 c3 28 00');
    peer.send(
      message(CALL, 'wait', 0, texts({ 1: 'a' })),
      nope,
      message(CALL, 'wait', 0, texts({ 1: 'b' })),
      bad,
      ping,
    );
    await until(() => running.length === 1);
    await settle();
    expect(running).to.deep.equal(['a']);
    expect(peer.unread).to.have.length(0);
    finish('a');
    await until(() => running.length === 1);
    expect(toHex(await peer.read(done('a', 0).length))).to.equal(toHex(done('a', 0)));
    await until(() => peer.unread.includes(Buffer.from('no such method')));
    await settle();
    expect(peer.unread.includes(pong)).to.equal(false);
    finish('b');
    await until(() => peer.unread.subarray(-pong.length).equals(pong));
    expect(peer.unread.includes(done('b', 0))).to.equal(true);
  });
});
