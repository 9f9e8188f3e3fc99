import { once } from 'node:events';
import { expect } from 'chai';
import { type ClientOptions, WebSocket } from 'ws';
import type { Context, TcpAddress } from '../../../src/index.ts';
import { CALL, framed, hex, message, REPLY, text, texts } from '../../support/hex.ts';
import { identity } from '../../support/identities.ts';
import { closeAll, closing, RawClient, settle, until } from '../../support/peers.ts';
import { served, servedOverTls } from '../../support/servers.ts';

const ping = (seqid: number) => message(CALL, 'ping', seqid);
const pong = (seqid: number) =>
  message(REPLY, 'ping', seqid, Buffer.concat([hex('0b 00 00'), text('pong'), hex('00')]));

const upgrade = 'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const handshake = Buffer.from(`${upgrade}${key}\r\n`);

interface Frame {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** A WebSocket of its own, not this package's, with what came by it. */
async function opened({ port }: TcpAddress, path = '/', options: ClientOptions = {}) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
  const frames: Frame[] = [];
  ws.on('message', (data, isBinary) => frames.push({ bytes: data as Buffer, isBinary }));
  closing({
    async close() {
      ws.terminate();
    },
  });
  await once(ws, 'open');
  return { ws, frames };
}

/** The status with which a handshake is refused. */
function refused({ port }: TcpAddress, path: string, options: ClientOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, options);
    ws.on('open', () => reject(new Error('it was opened')));
    ws.on('error', reject);
    ws.on('unexpected-response', (request, response) => {
      resolve(response.statusCode!);
      request.destroy();
    });
  });
}

afterEach(closeAll);

describe('WebSocket, served', () => {
  it('answers each message in a frame of its own, however requests are put into frames', async () => {
    const { address } = await served();
    const { ws, frames } = await opened(address);
    ws.send(Buffer.concat([ping(1), ping(2), ping(3).subarray(0, 5)]));
    ws.send(ping(3).subarray(5, 6));
    ws.send(Buffer.alloc(0));
    ws.send(ping(3).subarray(6));
    await until(() => frames.length === 3);
    expect(frames.map(({ bytes }) => bytes.toString('hex'))).to.deep.equal(
      [1, 2, 3].map(seqid => pong(seqid).toString('hex')),
    );
    expect(frames.every(({ isBinary }) => isBinary)).to.equal(true);
  });

  it('recognises what is spoken inside', async () => {
    const { address } = await served();
    const { ws, frames } = await opened(address);
    ws.send(framed(ping(1)));
    await until(() => frames.length === 1);
    expect(frames[0]!.bytes.equals(framed(pong(1)))).to.equal(true);
  });

  it('answers text with text', async () => {
    const { address } = await served();
    const { ws, frames } = await opened(address);
    ws.send('[1,"ping",1,7,{}]');
    await until(() => frames.length === 1);
    expect(frames[0]!.isBinary).to.equal(false);
    expect(String(frames[0]!.bytes)).to.equal('[1,"ping",2,7,{"0":{"str":"pong"}}]');
  });

  it('reads a text that is cut within a letter', async () => {
    const { address } = await served();
    const { ws, frames } = await opened(address);
    const call = Buffer.from('[1,"login",1,7,{"1":{"str":"\u00fc"},"2":{"str":""}}]');
    const cut = call.indexOf(0xc3) + 1;
    ws.send(call.subarray(0, cut), { binary: false });
    ws.send(call.subarray(cut), { binary: false });
    await until(() => frames.length === 1);
    expect(String(frames[0]!.bytes)).to.include('hello \u00fc');
  });

  it('gives handlers the headers of the handshake, and the peer', async () => {
    const seen: Context[] = [];
    const { address } = await served({
      ping: (context: Context) => {
        seen.push(context);
        return 'pong';
      },
    });
    const { ws } = await opened(address, '/', { headers: { 'X-Trace': 'abc' } });
    ws.send(ping(1));
    await until(() => seen.length === 1);
    expect(seen[0]!.metadata.get('x-trace')).to.equal('abc');
    expect(seen[0]!.peer).to.match(/^127\.0\.0\.1:\d+$/);
  });

  it('holds to paths and origins', async () => {
    const { address } = await served({}, { http: { paths: ['/thrift'], origins: ['https://app.test'] } });
    expect(await refused(address, '/')).to.equal(404);
    expect(await refused(address, '/thrift/')).to.equal(404);
    expect(await refused(address, '/thrift', { origin: 'https://evil.test' })).to.equal(403);
    await opened(address, '/thrift', { origin: 'https://app.test' });
    await opened(address, '/thrift', { origin: `http://127.0.0.1:${address.port}` });
    await opened(address, '/thrift');
  });

  it('answers a bad handshake, and goes on', async () => {
    const { address, client } = await served();
    const raw = await RawClient.connect(address);
    raw.send(Buffer.from(`${upgrade}\r\n`));
    expect((await raw.readToEnd()).toString()).to.match(/^HTTP\/1\.1 400 /);
    expect(await client.ping()).to.equal('pong');
  });

  it('closes for frames that may not be, beyond the limit, and tells the operator', async () => {
    const { address, reported } = await served({}, { limits: { message: 1000 } });
    const { ws } = await opened(address);
    ws.send(Buffer.alloc(1001));
    const [code] = await once(ws, 'close');
    expect(code).to.equal(1009);
    const raw = await RawClient.connect(address);
    raw.send(handshake);
    await raw.read(100);
    raw.send(hex('ff ff ff ff'));
    await raw.readToEnd();
    await until(() => reported.length >= 2);
    for (const { error } of reported) expect(String(error)).to.include('sent what no WebSocket may send');
  });

  it('is closed over what is no message', async () => {
    const { address, reported } = await served();
    const { ws } = await opened(address);
    ws.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await once(ws, 'close');
    const other = await opened(address);
    other.ws.send(hex('80 01 00 01 7f ff ff ff'));
    await once(other.ws, 'close');
    expect(reported).to.have.length(2);
  });

  it('answers pings', async () => {
    const { address } = await served();
    const { ws } = await opened(address);
    ws.ping('here?');
    const [data] = await once(ws, 'pong');
    expect(String(data)).to.equal('here?');
  });

  it('aborts the calls of a client that goes away', async () => {
    const aborted: string[] = [];
    const { address, running } = await served({
      wait: (name, context: Context) =>
        new Promise(resolve => {
          running.push(name);
          context.signal.addEventListener('abort', () => {
            aborted.push(name);
            resolve('');
          });
        }),
    });
    const [polite, rude] = [await opened(address), await opened(address)];
    polite.ws.send(message(CALL, 'wait', 1, texts({ 1: 'polite' })));
    rude.ws.send(message(CALL, 'wait', 1, texts({ 1: 'rude' })));
    await until(() => running.length === 2);
    polite.ws.close();
    rude.ws.terminate();
    await until(() => aborted.length === 2);
  });

  it('drains: answers what runs, then closes with 1001', async () => {
    const { address, server, running, finish } = await served();
    const { ws, frames } = await opened(address);
    const idle = await opened(address);
    ws.send(message(CALL, 'wait', 1, texts({ 1: 'a' })));
    await until(() => running.length === 1);
    const idles = once(idle.ws, 'close');
    const ends = once(ws, 'close');
    const closes = server.close();
    expect((await idles)[0]).to.equal(1001);
    await settle();
    finish('a');
    expect((await ends)[0]).to.equal(1001);
    expect(frames).to.have.length(1);
    await closes;
  });

  it('waits a moment for the answer to its close, and no longer', async () => {
    const { address, server } = await served();
    const raw = await RawClient.connect(address);
    raw.send(handshake);
    await raw.read(100);
    await Promise.all([server.close({ grace: Number.POSITIVE_INFINITY }), raw.readToEnd()]);
  });

  it('is served over TLS', async () => {
    const { port } = await servedOverTls();
    const ws = new WebSocket(`wss://localhost:${port}/`, { ca: identity('server').ca });
    await once(ws, 'open');
    ws.send(ping(1));
    const [data] = await once(ws, 'message');
    expect((data as Buffer).equals(pong(1))).to.equal(true);
    ws.terminate();
  });
});
