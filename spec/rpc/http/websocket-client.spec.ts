import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect } from 'chai';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ClientOptions, makeClient } from '../../../src/index.ts';
import { rpcError } from '../../support/errors.ts';
import { framed, hex, message, REPLY, text } from '../../support/hex.ts';
import { identity } from '../../support/identities.ts';
import { writeStreamFrame } from '../../support/kitex-frames.ts';
import { closeAll, closing, fakeServer, until } from '../../support/peers.ts';
import { served, servedOverTls } from '../../support/servers.ts';
import { loaded } from '../../support/services.ts';
import { all, loaded as chat } from '../streaming/chat.ts';

const pong = (seqid: number) =>
  message(REPLY, 'ping', seqid, Buffer.concat([hex('0b 00 00'), text('pong'), hex('00')]));

const client = (url: string | URL, options: ClientOptions = {}) =>
  closing(makeClient(loaded.PingPong, url, options));

/** A WebSocket server that knows nothing of Thrift. */
async function peer(serve: (ws: WebSocket, headers: NodeJS.Dict<string | string[]>) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (ws, request) => {
    ws.on('error', () => {
      // A client that breaks off is what some of these tests are about.
    });
    serve(ws, request.headers);
  });
  await once(server, 'listening');
  closing({
    async close() {
      for (const ws of server.clients) ws.terminate();
      server.close();
    },
  });
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

afterEach(closeAll);

describe('a client over WebSocket', () => {
  it('calls a server of this package, in every dialect', async () => {
    const { address, notes } = await served({}, { http: { paths: ['/thrift'] } });
    for (const protocol of ['binary', 'compact', 'json'] as const) {
      for (const transport of ['buffered', 'framed'] as const) {
        const calls = client(`ws://127.0.0.1:${address.port}/thrift`, { protocol, transport });
        await calls.$ready();
        expect(await Promise.all([calls.ping(), calls.login('a', ''), calls.count(1)])).to.deep.equal([
          'pong',
          'hello a',
          2,
        ]);
        await calls.note(`${protocol} ${transport}`);
        const bytes = new Uint8Array(300_000).fill(7);
        expect(await calls.echo(bytes)).to.deep.equal(bytes);
      }
    }
    expect(notes).to.have.length(6);
  });

  it('sends each message in a frame of its own, also those that waited for the connection', async () => {
    const frames: { bytes: Buffer; isBinary: boolean }[] = [];
    const url = await peer(ws => {
      ws.on('message', (data, isBinary) => {
        frames.push({ bytes: data as Buffer, isBinary });
        ws.send(pong((data as Buffer).readInt32BE(12)));
      });
    });
    // The handshake waits for its headers.
    let connect = (_headers: Record<string, string>) => {};
    const headers = new Promise<Record<string, string>>(resolve => {
      connect = resolve;
    });
    const calls = client(url, { headers: () => headers });
    const first = calls.ping();
    const stale = rpcError(calls.login('too', 'late', { timeout: 1 }));
    const waiting = [first, calls.ping(), calls.ping()];
    await stale;
    connect({});
    expect(await Promise.all(waiting)).to.deep.equal(['pong', 'pong', 'pong']);
    await Promise.all([calls.ping(), calls.ping()]);
    expect(frames.every(({ bytes, isBinary }) => isBinary && bytes.length === 17)).to.equal(true);
    expect(frames).to.have.length(5);
  });

  it('speaks JSON in text', async () => {
    const frames: boolean[] = [];
    const url = await peer(ws => {
      ws.on('message', (data, isBinary) => {
        frames.push(isBinary);
        ws.send(String(data).replace('1,"ping",1', '1,"ping",2').replace('{}', '{"0":{"str":"pong"}}'));
      });
    });
    expect(await client(url, { protocol: 'json' }).ping()).to.equal('pong');
    expect(frames).to.deep.equal([false]);
  });

  it('reads replies however they are put into frames', async () => {
    const url = await peer(ws => {
      let seqid = 0;
      ws.on('message', () => {
        if (++seqid < 2) return;
        const both = Buffer.concat([pong(1), pong(2)]);
        ws.send(both.subarray(0, 3));
        ws.send(both.subarray(3), { binary: false });
      });
    });
    const calls = client(url);
    expect(await Promise.all([calls.ping(), calls.ping()])).to.deep.equal(['pong', 'pong']);
  });

  it('sends headers and credentials with the handshake', async () => {
    const seen: NodeJS.Dict<string | string[]>[] = [];
    const url = await peer((ws, headers) => {
      seen.push(headers);
      ws.on('message', () => ws.send(pong(1)));
    });
    await client(url.replace('//', '//user:pass@'), { headers: { Origin: 'https://app.test' } }).ping();
    await client(url, { headers: async () => ({ 'X-Token': 'abc' }) }).ping();
    expect(seen[0]).to.include({
      origin: 'https://app.test',
      authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
    });
    expect(seen[1]).to.include({ 'x-token': 'abc' });
  });

  it('says why a handshake was refused', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 7\r\n\r\nno pass');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as { port: number }).port}/`;
    const error = await rpcError(client(url).ping());
    expect(error.code).to.equal('UNAUTHENTICATED');
    expect(error.message)
      .to.include(`cannot connect to ${url}: it answered with HTTP 401 Unauthorized ("no pass")`)
      .and.to.include('give credentials');
    expect((await rpcError(client(url).$ready())).code).to.equal('UNAUTHENTICATED');
    server.close();
    const { address } = await served({}, { http: { paths: ['/thrift'] } });
    const wrong = await rpcError(client(`ws://127.0.0.1:${address.port}/other`).ping());
    expect(wrong.code).to.equal('UNIMPLEMENTED');
    expect(wrong.message).to.include('there is /thrift').and.to.include('is the path right?');
  });

  it('settles every call, whatever becomes of the peer', async () => {
    const gone = await fakeServer(() => {});
    await gone.close();
    const refused = await rpcError(client(`ws://127.0.0.1:${gone.address.port}/`).ping());
    expect(refused.message).to.include('nothing listens there');
    const silent = await fakeServer(() => {});
    const silence = client(`ws://127.0.0.1:${silent.address.port}/`);
    expect((await rpcError(silence.ping({ timeout: 30 }))).message).to.include('no connection to');
    const rude = await fakeServer(socket => {
      socket.once('data', () => socket.destroy());
    });
    expect((await rpcError(client(`ws://127.0.0.1:${rude.address.port}/`).ping())).code).to.equal(
      'UNAVAILABLE',
    );
    for (const [end, how] of [
      [(ws: WebSocket) => ws.close(), 'closed the connection before the reply came'],
      [(ws: WebSocket) => ws.terminate(), 'closed the connection before the reply came'],
      [(ws: WebSocket) => ws.close(1008, 'not you'), 'closed with 1008: not you'],
      [(ws: WebSocket) => ws.send(pong(1).subarray(0, 10), () => ws.terminate()), 'in the middle of a reply'],
    ] as const) {
      const url = await peer(ws => ws.on('message', () => end(ws)));
      const error = await rpcError(client(url).ping());
      expect(error.code).to.equal('UNAVAILABLE');
      expect(error.message).to.include(how);
    }
    const garbage = await peer(ws => ws.on('message', () => ws.send(framed(pong(1)))));
    expect((await rpcError(client(garbage).ping())).message).to.include("transport: 'framed'");
    const large = await peer(ws => ws.on('message', () => ws.send(Buffer.alloc(2000))));
    expect((await rpcError(client(large, { limits: { message: 1000 } }).ping())).code).to.equal(
      'UNAVAILABLE',
    );
  });

  it('connects again when the connection was lost', async () => {
    let connections = 0;
    const url = await peer(ws => {
      const nth = ++connections;
      ws.on('message', data =>
        nth === 1 ? ws.terminate() : ws.send(pong((data as Buffer).readInt32BE(12))),
      );
    });
    const calls = client(url);
    await rpcError(calls.ping());
    expect(await calls.ping()).to.equal('pong');
    expect(connections).to.equal(2);
  });

  it('takes another connection as soon as the peer closes this one, before it is closed', async () => {
    let connections = 0;
    const url = await peer(ws => {
      connections++;
      ws.on('message', data => {
        ws.send(pong((data as Buffer).readInt32BE(12)));
        // Both frames in one chunk; and nothing that the client sends is read any more.
        ws.close(1001);
        ws.pause();
      });
    });
    const calls = client(url);
    expect(await calls.ping()).to.equal('pong');
    expect(await calls.ping()).to.equal('pong');
    expect(await calls.ping()).to.equal('pong');
    expect(connections).to.equal(3);
  });

  it('does so for streams as well', async () => {
    let connections = 0;
    const url = await peer(ws => {
      connections++;
      // With the stream's first frames: nothing is streamed, and the connection is closed.
      ws.on('message', () => {
        ws.send(writeStreamFrame({ kind: 'header', sid: 1, method: 'listen' }));
        ws.send(writeStreamFrame({ kind: 'trailer', sid: 1, method: 'listen' }));
        ws.close(1001);
        ws.pause();
      });
    });
    // biome-ignore lint/suspicious/noExplicitAny: a service without a type of its own
    const calls: any = closing(makeClient(chat.Chat, url));
    for (let i = 1; i <= 3; i++) {
      expect(await all(calls.listen({ text: 'a' }))).to.deep.equal([]);
      expect(connections).to.equal(i);
    }
  });

  it('says goodbye', async () => {
    const closes: Promise<unknown[]>[] = [];
    const url = await peer(ws => {
      ws.on('message', () => ws.send(pong(1)));
      closes.push(once(ws, 'close'));
    });
    const calls = client(url);
    await calls.ping();
    await calls.$close();
    expect((await closes[0])![0]).to.equal(1000);
  });

  it('does not wait long for a peer that never says goodbye', async () => {
    const { address, running } = await served();
    const calls = client(`ws://127.0.0.1:${address.port}/`);
    const cut = rpcError(calls.wait('a'));
    await until(() => running.length === 1);
    await calls.$close({ grace: 1 });
    expect(await cut).to.include({ code: 'CANCELLED' });
  });

  it('is encrypted with wss, and checks the certificate', async () => {
    const { port } = await servedOverTls();
    const { ca } = identity('server');
    expect(await client(`wss://localhost:${port}/`, { tls: { ca } }).ping()).to.equal('pong');
    expect((await rpcError(client(`wss://localhost:${port}/`).ping())).message).to.include(
      'unknown authority',
    );
  });
});
