import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type ChannelState,
  type ClientOptions,
  makeClient,
  makeServer,
  ValueError,
} from '../../../src/index.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { CALL, EXCEPTION, framed, hex, message, REPLY, text } from '../../support/hex.ts';
import { identity } from '../../support/identities.ts';
import { closeAll, closing, fakeServer, settle, until } from '../../support/peers.ts';
import { served, servedOverTls } from '../../support/servers.ts';
import { loaded, waitingHandler } from '../../support/services.ts';

const result = (value: string) => Buffer.concat([hex('0b 00 00'), text(value), hex('00')]);
const pong = (seqid: number) => message(REPLY, 'ping', seqid, result('pong'));

type Respond = (response: ServerResponse, body: Buffer, request: IncomingMessage) => void;

/** A web server that knows nothing of Thrift, with what it was asked. */
async function web(respond: Respond) {
  const requests: { request: IncomingMessage; body: Buffer }[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', chunk => chunks.push(chunk))
      .on('end', () => {
        const body = Buffer.concat(chunks);
        requests.push({ request, body });
        respond(response, body, request);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  closing({
    async close() {
      server.closeAllConnections();
      server.close();
    },
  });
  return { port, url: `http://127.0.0.1:${port}/`, requests, server };
}

const client = (url: string | URL, options: ClientOptions = {}) =>
  closing(makeClient(loaded.PingPong, url, options));

const answerPong: Respond = (response, body) => {
  response.end(pong(body.readInt32BE(12)));
};

afterEach(closeAll);

describe('a client over HTTP', () => {
  it('calls a server of this package, in every protocol', async () => {
    const { address, notes } = await served({}, { http: { paths: ['/thrift'] } });
    for (const protocol of ['binary', 'compact', 'json'] as const) {
      const calls = client(new URL(`http://127.0.0.1:${address.port}/thrift`), { protocol });
      expect(await calls.login('root', 'pwd')).to.equal('hello root');
      await calls.note(protocol);
      await calls.nothing();
      expect((await rejection(calls.find(-1))) as object).to.be.instanceOf(loaded.NotFound);
      expect(await rejection(calls.count('x' as never))).to.be.instanceOf(ValueError);
      expect(await Promise.all(Array.from({ length: 20 }, (_, i) => calls.count(i)))).to.deep.equal(
        Array.from({ length: 20 }, (_, i) => i + 1),
      );
      const bytes = new Uint8Array(300_000).fill(7);
      expect(await calls.echo(bytes)).to.deep.equal(bytes);
    }
    expect(notes).to.deep.equal(['binary', 'compact', 'json']);
  });

  it('POSTs each call to the path, over connections that it keeps', async () => {
    const { url, requests } = await web(answerPong);
    const calls = client(`${url}some/path?x=1`);
    expect([await calls.ping(), await calls.ping()]).to.deep.equal(['pong', 'pong']);
    const [first, second] = requests;
    expect(first!.request.method).to.equal('POST');
    expect(first!.request.url).to.equal('/some/path?x=1');
    expect(first!.request.headers).to.include({
      'content-type': 'application/x-thrift',
      accept: 'application/x-thrift',
      'content-length': `${first!.body.length}`,
    });
    expect(first!.body.equals(message(CALL, 'ping', 1))).to.equal(true);
    expect(second!.body.equals(message(CALL, 'ping', 2))).to.equal(true);
    expect(second!.request.socket).to.equal(first!.request.socket);
  });

  it('leaves nothing behind on a connection that it keeps', async () => {
    const { address } = await served();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const calls = client(`http://127.0.0.1:${address.port}/`, { http: { agent } });
    const listeners = () => {
      const [socket] = Object.values(agent.freeSockets)[0]!;
      return socket!.eventNames().reduce((sum, name) => sum + socket!.listenerCount(name), 0);
    };
    await calls.ping();
    await until(() => Object.keys(agent.freeSockets).length > 0);
    const before = listeners();
    for (let i = 0; i < 5; i++) await calls.ping();
    await until(() => Object.keys(agent.freeSockets).length > 0);
    expect(listeners()).to.equal(before);
    agent.destroy();
  });

  it('sends headers, fixed, computed and promised, and the credentials of the URL', async () => {
    const { url, requests } = await web(answerPong);
    await client(url, { headers: { 'X-Fixed': 'a', 'Content-Type': 'application/x-other' } }).ping();
    let count = 0;
    const counting = client(url, { headers: async () => ({ 'X-Count': String(++count) }) });
    await counting.ping();
    await counting.ping();
    await client(url.replace('//', '//us%20er:p%C3%A4ss@')).ping();
    const headers = requests.map(({ request }) => request.headers);
    expect(headers[0]).to.include({ 'x-fixed': 'a', 'content-type': 'application/x-other' });
    expect([headers[1]!['x-count'], headers[2]!['x-count']]).to.deep.equal(['1', '2']);
    expect(headers[3]!.authorization).to.equal(`Basic ${Buffer.from('us er:päss').toString('base64')}`);
  });

  it('keeps secrets of the URL out of its errors', async () => {
    const { url } = await web(response => response.writeHead(401).end());
    const calls = client(`${url.replace('//', '//user:secret@')}p?token=secret`);
    const error = await rpcError(calls.ping());
    expect(error.code).to.equal('UNAUTHENTICATED');
    expect(error.message).to.include(`${url}p answered with HTTP 401 Unauthorized`).and.not.include('secret');
    expect(calls.$channel.peer).to.equal(`${url}p`);
  });

  it('rejects with what the headers throw, or cannot be', async () => {
    const { url } = await web(answerPong);
    const broken = client(url, { headers: () => Promise.reject(new Error('no token')) });
    expect(String(await rejection(broken.ping()))).to.include('no token');
    const wrong = client(url, { headers: { 'X-Bad': 'a\r\nb' } });
    expect(await rejection(wrong.ping())).to.be.instanceOf(TypeError);
    const never = client(url, { headers: () => new Promise(() => {}) });
    expect((await rpcError(never.ping({ timeout: 20 }))).code).to.equal('DEADLINE_EXCEEDED');
  });

  it('keeps cookies, if asked to', async () => {
    let nth = 0;
    const { url, requests } = await web((response, body, request) => {
      nth++;
      if (nth === 1) response.setHeader('Set-Cookie', ['session=abc; HttpOnly', 'other=1; Path=/elsewhere']);
      if (nth === 2) response.setHeader('Set-Cookie', 'session=; Max-Age=0');
      answerPong(response, body, request);
    });
    const calls = client(url, { http: { cookies: true } });
    for (let i = 0; i < 3; i++) await calls.ping();
    expect(requests.map(({ request }) => request.headers.cookie)).to.deep.equal([
      undefined,
      'session=abc',
      undefined,
    ]);
    nth = 0;
    const without = client(url);
    for (let i = 0; i < 2; i++) await without.ping();
    expect(requests.at(-1)!.request.headers.cookie).to.equal(undefined);
  });

  it("goes by the caller's agent", async () => {
    const { port } = await web(answerPong);
    let made = 0;
    class Counting extends Agent {
      override createConnection(...args: Parameters<Agent['createConnection']>) {
        made++;
        return super.createConnection({ ...args[0], host: '127.0.0.1', port }, args[1]);
      }
    }
    const agent = new Counting();
    const calls = client('http://no.such.host.test/', { http: { agent } });
    await calls.$ready();
    expect(await calls.ping()).to.equal('pong');
    expect(made).to.equal(1);
    agent.destroy();
  });

  it('says by the status what went wrong, and what the server wrote', async () => {
    const { url } = await web((response, _body, request) => {
      const status = Number(request.url!.slice(1));
      response.writeHead(status, status === 302 ? { Location: 'https://elsewhere.test/' } : {});
      response.end(status === 500 ? '<html>oops</html>' : 'the reason\nand more');
    });
    for (const [status, code] of [
      [201, 'UNKNOWN'],
      [302, 'UNKNOWN'],
      [400, 'INVALID_ARGUMENT'],
      [401, 'UNAUTHENTICATED'],
      [403, 'PERMISSION_DENIED'],
      [404, 'UNIMPLEMENTED'],
      [413, 'RESOURCE_EXHAUSTED'],
      [418, 'UNKNOWN'],
      [429, 'RESOURCE_EXHAUSTED'],
      [500, 'INTERNAL'],
      [502, 'UNAVAILABLE'],
      [503, 'UNAVAILABLE'],
      [504, 'DEADLINE_EXCEEDED'],
    ] as const) {
      const error = await rpcError(client(url + status).ping());
      expect(error.code, String(status)).to.equal(code);
      expect(error.message).to.include(`PingPong.ping: ${url}${status} answered with HTTP ${status}`);
      expect(error.details).to.have.property('status', status);
      if (status === 500) expect(error.message).not.to.include('oops');
      else expect(error.message).to.include('("the reason")');
      if (status === 302) expect(error.message).to.include('this one leads to https://elsewhere.test/');
      if (status === 404) expect(error.message).to.include('is the path right?');
      expect(
        (
          await rpcError(
            client(url + status)
              .note('x')
              .then(() => (status === 201 ? Promise.reject(error) : undefined)),
          )
        ).code,
      ).to.equal(code);
    }
  });

  it('does not take just anything for a reply', async () => {
    for (const [body, why] of [
      [Buffer.alloc(0), 'the body is empty'],
      [Buffer.from('<!DOCTYPE html>'), 'Content-Type: text/html'],
      [pong(9), 'the reply has the sequence id 9, the call has 1'],
      [message(REPLY, 'pong', 1, result('x')), 'the reply to "ping" is named "pong"'],
      [message(CALL, 'ping', 1), 'a message of type 1 is no reply'],
      [pong(1).subarray(0, 10), 'no reply'],
      [framed(pong(1)), 'expected Thrift binary, unframed, got Thrift binary, framed'],
      [hex('82 41 01 04 70 69 6e 67 00'), 'expected Thrift binary, unframed, got Thrift compact, unframed'],
      [pong(1).subarray(0, -3), 'does not fit'],
    ] as const) {
      const { url } = await web(response => {
        response.setHeader('Content-Type', 'text/html');
        response.end(body);
      });
      const error = await rpcError(client(url).ping());
      expect(error.code).to.equal('INTERNAL');
      expect(error.message).to.include(why);
    }
    const { url } = await web(response => {
      const failure = Buffer.concat([hex('0b 00 01'), text('not here'), hex('08 00 02 00 00 00 01 00')]);
      response.end(message(EXCEPTION, 'ping', 1, failure));
    });
    expect(await rpcError(client(url).ping())).to.include({ code: 'UNIMPLEMENTED', message: 'not here' });
  });

  it('reads no reply beyond limits.message, and sends no message', async () => {
    const big = Buffer.alloc(500);
    const declared = await web(response => response.end(big));
    const chunked = await web(response => {
      response.write(big);
      response.write(big);
    });
    for (const { url } of [declared, chunked]) {
      const error = await rpcError(client(url, { limits: { message: 400 } }).ping());
      expect(error.code).to.equal('RESOURCE_EXHAUSTED');
      expect(error.message).to.include('limits.message');
    }
    const error = await rpcError(client(declared.url, { limits: { message: 400 } }).echo(big));
    expect(error.message).to.include('nothing was sent');
    expect(declared.requests).to.have.length(1);
  });

  it('settles every call, whatever becomes of the peer', async () => {
    const port = await (async () => {
      const gone = await fakeServer(() => {});
      await gone.close();
      return gone.address.port;
    })();
    const refused = await rpcError(client(`http://127.0.0.1:${port}/`).ping());
    expect(refused.code).to.equal('UNAVAILABLE');
    expect(refused.message).to.include('nothing listens there').and.to.include('ECONNREFUSED');
    for (const [answer, how] of [
      ['', 'before the reply came'],
      ['HTTP/1.1 200 OK\r\nContent-Le', 'before the reply came'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n', 'in the middle of a reply'],
      ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345', 'in the middle of a reply'],
      ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123', 'in the middle of a reply'],
      ['HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\n12', 'in the middle of a reply'],
      ['SSH-2.0-OpenSSH\r\n', 'HPE_INVALID'],
      ['HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 'closed'],
    ] as const) {
      const { address } = await fakeServer(socket => {
        socket.once('data', () => socket.end(answer));
      });
      const error = await rpcError(client(`http://127.0.0.1:${address.port}/`).ping());
      expect(error.code, answer).to.equal('UNAVAILABLE');
      expect(error.message, answer).to.include(how);
    }
    const silent = await fakeServer(socket => socket.resume());
    const url = `http://127.0.0.1:${silent.address.port}/`;
    const late = await rpcError(client(url).ping({ timeout: 30 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(late.message).to.include('no reply from').and.to.include('within 30 ms');
    expect((await rpcError(client(url).ping({ timeout: 0 }))).message).to.include('nothing was sent');
    await until(
      () =>
        silent.sockets.length === 1 &&
        silent.sockets.every(socket => socket.destroyed || socket.readableEnded),
    );
  });

  it('holds limits.pending, and closes when what is under way is answered', async () => {
    const { address, running, finish } = await served();
    const calls = client(`http://127.0.0.1:${address.port}/`, { limits: { pending: 1 } });
    const first = calls.wait('a');
    expect((await rpcError(calls.ping())).message).to.include('limits.pending');
    await until(() => running.length === 1);
    const closes = calls.$close();
    expect((await rpcError(calls.ping())).message).to.include('the client is closed');
    finish('a');
    expect(await first).to.equal('a');
    await closes;
    const other = client(`http://127.0.0.1:${address.port}/`);
    const cut = rpcError(other.wait('b'));
    await until(() => running.length === 1);
    await other.$close({ grace: 1 });
    expect(await cut).to.include({ code: 'CANCELLED' });
  });

  it('may call from a getter of an argument', async () => {
    const { address } = await served();
    const calls = client(`http://127.0.0.1:${address.port}/`);
    let inner: Promise<string> | undefined;
    const args: string[] = ['outer', 'x'];
    Object.defineProperty(args, 0, {
      get() {
        inner ??= calls.login('inner', 'x');
        return 'outer';
      },
    });
    expect(await calls.$call('login', args)).to.equal('hello outer');
    expect(await inner).to.equal('hello inner');
  });

  it('says whether the server can be reached', async () => {
    const { address } = await served();
    await client(`http://127.0.0.1:${address.port}/`).$ready();
    const gone = await fakeServer(() => {});
    await gone.close();
    const error = await rpcError(client(`http://127.0.0.1:${gone.address.port}/`).$ready());
    expect(error.message).to.include('nothing listens there');
  });

  it('has the state of the last attempt to reach the server, and tells it', async () => {
    const { url } = await web(answerPong);
    const { $channel: channel, ping } = client(url);
    const told: ChannelState[] = [];
    channel.onState(state => told.push(state));
    expect(channel.state).to.equal('idle');
    expect(await rejection(ping({ signal: AbortSignal.abort() }))).to.include({ code: 'CANCELLED' });
    expect(channel.state).to.equal('idle');
    await Promise.all([ping(), ping()]);
    expect(channel.state).to.equal('ready');
    await channel.close();
    expect(channel.state).to.equal('closed');
    await settle();
    expect(told).to.deep.equal(['connecting', 'ready', 'closed']);
    const gone = await fakeServer(() => {});
    await gone.close();
    for (const attempt of ['ping', '$ready'] as const) {
      const lost = client(`http://127.0.0.1:${gone.address.port}/`);
      await rpcError(lost[attempt]());
      expect(lost.$channel.state).to.equal('failing');
    }
    const silent = client(`http://127.0.0.1:${(await fakeServer(() => {})).address.port}/`);
    const call = rejection(silent.ping({ timeout: 20 }));
    expect(silent.$channel.state).to.equal('connecting');
    await call;
    expect(silent.$channel.state).to.equal('idle');
  });

  it('is encrypted with https, and checks the certificate', async () => {
    const { port } = await servedOverTls();
    const { ca } = identity('server');
    const calls = client(`https://localhost:${port}/`, { tls: { ca } });
    await calls.$ready();
    expect(await calls.ping()).to.equal('pong');
    const error = await rpcError(client(`https://localhost:${port}/`).ping());
    expect(error.message).to.include('unknown authority');
    await settle();
  });

  it('waits once, and not long, for the answer to a oneway call: C++ and npm give none', async () => {
    let posts = 0;
    const { address } = await fakeServer(socket => socket.on('data', () => posts++));
    const calls = client(`http://127.0.0.1:${address.port}/`);
    await calls.note('x');
    await Promise.all([calls.note('y'), calls.note('z')]);
    expect(posts).to.equal(3);
  });

  it('goes to a Unix socket in the place of the host, and so does a WebSocket', async () => {
    const path = join(tmpdir(), `${randomUUID()}.sock`);
    const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
    await server.listen({ path });
    for (const url of ['http://localhost/thrift', 'ws://localhost/thrift']) {
      const calls = client(url, { http: { socketPath: path } });
      await calls.$ready();
      expect(await calls.ping()).to.equal('pong');
    }
  });

  it('refuses options that make no sense', () => {
    const make = (url: string, options: object) => () => makeClient(loaded.PingPong, url, options);
    const url = 'http://localhost/';
    expect(make(url, { transport: 'framed' })).to.throw(
      TypeError,
      "over http:// it is 'buffered', got 'framed'",
    );
    expect(make(url, { tls: true })).to.throw(TypeError, 'try https://');
    expect(make('https://localhost/', { tls: false })).to.throw(TypeError, 'always encrypted');
    expect(make(url, { http: { cookie: true } })).to.throw(TypeError, 'there is no option "cookie"');
    expect(make(url, { http: { cookies: 'yes' } })).to.throw(
      TypeError,
      'http.cookies: expected true or false',
    );
    expect(make(url, { http: { agent: 7 } })).to.throw(TypeError, 'http.agent: expected an Agent');
    expect(make(url, { zlib: true })).to.throw(TypeError, 'zlib: http:// goes without');
    expect(make('localhost:1', { http: {} })).to.throw(TypeError, 'http');
    expect(make('ws://localhost:1', { http: { cookies: true } })).to.throw(
      TypeError,
      'http.cookies: not for ws://',
    );
    expect(make(url, { http: { socketPath: '' } })).to.throw(TypeError, 'the path of a Unix socket');
    expect(make('ws://localhost:1', { transport: 'header' })).to.throw(TypeError, "'buffered' or 'framed'");
    expect(make('http://', {})).to.throw(TypeError, 'is no address');
  });
});

describe('a connection that was kept, and which the server has closed', () => {
  /** A client that has such a connection, and a way to close it before the client can know. */
  async function kept(options: ClientOptions = {}) {
    const sockets: Socket[] = [];
    const { port, requests, server } = await web(answerPong);
    server.on('connection', socket => sockets.push(socket));
    const calls = client(`http://127.0.0.1:${port}/`, options);
    expect(await calls.ping()).to.equal('pong');
    expect(sockets).to.have.length(1);
    return { calls, requests, sockets, server };
  }

  it('is known to have taken nothing, where it takes nothing: the call goes over another one', async () => {
    const { calls, requests, sockets } = await kept();
    sockets[0]!.resetAndDestroy();
    expect(await calls.ping()).to.equal('pong');
    expect(requests).to.have.length(2);
    expect(sockets).to.have.length(2);
  });

  it('may have taken the call: it is sent anew where it is idempotent', async () => {
    const { calls, sockets } = await kept();
    sockets[0]!.destroy();
    const error = await rpcError(calls.ping());
    expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect(await calls.ping()).to.equal('pong');
    sockets[1]!.destroy();
    expect(await calls.ping({ idempotent: true })).to.equal('pong');
    expect(sockets).to.have.length(3);
  });

  it('costs a call that is tried once, and says how far it was', async () => {
    const { calls, sockets } = await kept();
    sockets[0]!.resetAndDestroy();
    const unsent = await rpcError(calls.ping({ retry: false }));
    expect(unsent).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    expect(unsent.message).to.include('before the call was sent');
    expect(await calls.ping()).to.equal('pong');
    sockets[1]!.destroy();
    expect(await rpcError(calls.ping({ retry: false, idempotent: true }))).to.include({ phase: 'sent' });
  });

  it('has perhaps taken a call that no other takes then', async () => {
    const { calls, sockets, server } = await kept();
    sockets[0]!.destroy();
    server.close();
    const error = await rpcError(calls.ping({ idempotent: true }));
    expect(error).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
  });

  it('is no reason to send a call anew that was answered in part', async () => {
    let count = 0;
    const { url } = await web((response, body, request) => {
      if (++count === 1) return answerPong(response, body, request);
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('x');
      setImmediate(() => request.socket.destroy());
    });
    const calls = client(url);
    await calls.ping();
    const error = await rpcError(calls.ping({ idempotent: true }));
    expect(error.message).to.include('in the middle of a reply');
    expect(count).to.equal(2);
  });
});
