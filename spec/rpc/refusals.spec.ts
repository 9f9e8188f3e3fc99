import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { expect } from 'chai';
import { RpcError } from '../../src/index.ts';
import { CALL, framed, hex, message, REPLY, text, toHex } from '../support/hex.ts';
import { closeAll } from '../support/peers.ts';
import { served } from '../support/servers.ts';

const ping = message(CALL, 'ping', 0);
const pong = message(REPLY, 'ping', 0, Buffer.concat([hex('0b 00 00'), text('pong'), hex('00')]));
const http2Preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** What is known and not served: its name, what it begins with, and what it is told in its own language. */
const foreigners: readonly (readonly [name: string, bytes: Buffer, farewell: string])[] = [
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'), 'this is a Thrift server\r\n'],
  ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n'), '-ERR this is a Thrift server\r\n'],
  ['Redis', Buffer.from('PING\r\n'), '-ERR this is a Thrift server\r\n'],
  ['Rocket', hex('00002a 00000000 0400 0001 0000'), ''],
  ["thriftpy's own JSON", framed(Buffer.from('{"metadata": {"version": 1}}')), ''],
  ['the Kitex mesh header', hex('ffaf 0010 0000'), ''],
  ["THeader's big frames", Buffer.from('BIGF\0\0\0\0\0\0\0\x20'), ''],
];

afterEach(closeAll);

describe('a client that speaks what is not served', () => {
  for (const [name, bytes, farewell] of foreigners) {
    it(`is told so if it has a way to show it, and closed; nobody else is: ${name}`, async () => {
      const { raw, reported } = await served();
      const [before, stranger] = [await raw(), await raw()];
      before.send(ping);
      await before.read(pong.length);
      stranger.send(bytes);
      expect((await stranger.readToEnd()).toString('latin1')).to.equal(farewell);
      expect(reported).to.have.length(1);
      const { error, context } = reported[0]!;
      expect(error)
        .to.be.instanceOf(RpcError)
        .and.include({
          code: 'INVALID_ARGUMENT',
          peer: stranger.name,
          message: `${stranger.name} speaks ${name}, which is not served here; the connection was closed`,
        });
      expect(context).to.deep.equal({ peer: stranger.name });
      const after = await raw();
      for (const peer of [before, after]) {
        peer.send(ping);
        expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
      }
    });
  }

  it('is told so however its first bytes are cut', async () => {
    const { raw } = await served();
    const stranger = await raw();
    for (const byte of Buffer.from('SSH-')) stranger.send(Buffer.of(byte));
    expect(String(await stranger.readToEnd())).to.equal('this is a Thrift server\r\n');
  });

  it('is told so in HTTP/2, as its own library understands it', async () => {
    const { address, reported } = await served();
    const session = connectHttp2(`http://127.0.0.1:${address.port}`);
    const request = session.request({ ':path': '/' });
    const failed = once(request, 'error').catch((error: unknown) => [error]);
    const lost = once(session, 'error').catch((error: unknown) => [error]);
    const [code, , data] = await once(session, 'goaway');
    // HTTP_1_1_REQUIRED
    expect(code).to.equal(13);
    expect(String(data)).to.equal('this is a Thrift server, it speaks HTTP/1.1 and Thrift, not HTTP/2');
    for (const [error] of await Promise.all([failed, lost])) {
      expect(error).to.include({ code: 'ERR_HTTP2_SESSION_ERROR' });
      expect(String(error)).to.include('error code 13');
    }
    expect(reported.map(({ error }) => (error as Error).message.replace(/^\S+/, 'peer'))).to.deep.equal([
      'peer speaks HTTP/2, which is not served here; the connection was closed',
    ]);
  });

  it('may send more than its first bytes, or leave at once: neither is an error', async () => {
    const { raw, reported, server } = await served();
    const [chatty, hasty] = [await raw(), await raw()];
    chatty.send(http2Preface, Buffer.alloc(1_000_000));
    hasty.send(Buffer.from('SSH-2.0-x\r\n'));
    hasty.socket.resetAndDestroy();
    await chatty.readToEnd();
    await server.close();
    expect(reported.length).to.be.within(1, 2);
  });
});
