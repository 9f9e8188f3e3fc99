import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Context, makeServer, type RpcError } from '../../../src/index.ts';
import { CALL, framed, hex, message, ONEWAY, REPLY, text, texts } from '../../support/hex.ts';
import { identity } from '../../support/identities.ts';
import { closeAll, closing, RawClient, settle, until } from '../../support/peers.ts';
import { served, servedOverTls } from '../../support/servers.ts';
import { loaded, waitingHandler } from '../../support/services.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** POSTs a body, in the pieces it is given in. */
function post(
  options: RequestOptions & { secure?: boolean; ca?: string },
  ...body: readonly Uint8Array[]
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = (options.secure === true ? httpsRequest : httpRequest)(
      { method: 'POST', agent: false, ...options },
      response => {
        const chunks: Buffer[] = [];
        response
          .on('data', chunk => chunks.push(chunk))
          .on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          );
      },
    ).on('error', reject);
    for (const piece of body) request.write(piece);
    request.end();
  });
}

const ping = message(CALL, 'ping', 7);
const result = (value: string) => Buffer.concat([hex('0b 00 00'), text(value), hex('00')]);
const pong = message(REPLY, 'ping', 7, result('pong'));

/** A POST as bytes. */
function raw(body: Uint8Array, ...headers: readonly string[]): Buffer {
  const lines = ['POST / HTTP/1.1', 'Host: here', `Content-Length: ${body.length}`, ...headers];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

/** Reads one answer that has a length. */
async function readAnswer(client: RawClient): Promise<{ head: string; body: Buffer }> {
  let head = '';
  while (!head.endsWith('\r\n\r\n')) head += (await client.read(1)).toString('latin1');
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return { head, body: await client.read(length) };
}

afterEach(closeAll);

describe('HTTP, served', () => {
  it('answers a POST on the port of all else, in the dialect of its body', async () => {
    const { address, client } = await served();
    const { status, headers, body } = await post(address, ping);
    expect(status).to.equal(200);
    expect(headers).to.include({
      'content-type': 'application/x-thrift',
      'content-length': `${pong.length}`,
    });
    expect(body.equals(pong)).to.equal(true);
    expect((await post(address, framed(ping))).body.equals(framed(pong))).to.equal(true);
    expect((await post(address, hex('82 21 00 04 70 69 6e 67 00'))).body.toString('latin1')).to.include(
      'pong',
    );
    expect(String((await post(address, Buffer.from('[1,"ping",1,7,{}]'))).body)).to.equal(
      '[1,"ping",2,7,{"0":{"str":"pong"}}]',
    );
    expect(await client.ping()).to.equal('pong');
  });

  it('answers all messages of a body, and takes it in any pieces', async () => {
    const { address } = await served();
    const two = Buffer.concat([ping, message(CALL, 'ping', 8)]);
    const { body } = await post(address, ...Array.from(two, byte => Buffer.of(byte)));
    expect(body.equals(Buffer.concat([pong, message(REPLY, 'ping', 8, result('pong'))]))).to.equal(true);
  });

  it('answers what has no answer with an empty body, as soon as it is under way', async () => {
    let finish = () => {};
    const { address, notes, server } = await served({
      note: text => {
        notes.push(text);
        return new Promise<void>(resolve => {
          finish = resolve;
        });
      },
    });
    const oneway = await post(address, message(ONEWAY, 'note', 1, texts({ 1: 'hello' })));
    expect(oneway.status).to.equal(200);
    expect(oneway.headers).to.include({ 'content-length': '0' });
    expect(notes).to.deep.equal(['hello']);
    const empty = await post(address);
    expect([empty.status, empty.body.length]).to.deep.equal([200, 0]);
    let closed = false;
    const closes = server.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed).to.equal(false);
    finish();
    await closes;
  });

  it('keeps connections alive, and answers pipelined requests in order', async () => {
    const { address, running, finish } = await served();
    const client = await RawClient.connect(address);
    client.send(raw(message(CALL, 'wait', 1, texts({ 1: 'a' }))), raw(ping));
    await until(() => running.length === 1);
    finish('a');
    expect((await readAnswer(client)).body.equals(message(REPLY, 'wait', 1, result('a')))).to.equal(true);
    expect((await readAnswer(client)).body.equals(pong)).to.equal(true);
    for (const byte of raw(ping)) client.send(Buffer.of(byte));
    expect((await readAnswer(client)).body.equals(pong)).to.equal(true);
  });

  it('gives handlers the headers of the request', async () => {
    const seen: Context[] = [];
    const { address } = await served({
      ping: (context: Context) => {
        seen.push(context);
        return 'pong';
      },
    });
    await post({ ...address, headers: { 'X-Trace': 'abc', Authorization: 'Bearer x' } }, ping);
    expect(seen[0]!.metadata.get('x-trace')).to.equal('abc');
    expect(seen[0]!.metadata.get('authorization')).to.equal('Bearer x');
    expect(seen[0]!.peer).to.match(/^127\.0\.0\.1:\d+$/);
  });

  it('aborts the call of a client that goes away, pipelined ones too', async () => {
    const aborted: string[] = [];
    const started: string[] = [];
    const { address } = await served({
      wait: (name, context: Context) =>
        new Promise(resolve => {
          started.push(name);
          context.signal.addEventListener('abort', () => {
            aborted.push(name);
            resolve('');
          });
        }),
    });
    const client = await RawClient.connect(address);
    client.send(
      raw(message(CALL, 'wait', 1, texts({ 1: 'a' }))),
      raw(message(CALL, 'wait', 2, texts({ 1: 'b' }))),
    );
    await until(() => started.length === 2);
    await client.close();
    await until(() => aborted.length === 2);
    expect(aborted.sort()).to.deep.equal(['a', 'b']);
  });

  it('tells a browser that it has no pages, and how it is called', async () => {
    const { address } = await served({}, { http: { paths: ['/thrift'] } });
    const { status, headers, body } = await post({ ...address, method: 'GET', path: '/thrift' });
    expect(status).to.equal(405);
    expect(headers).to.include({ allow: 'POST, OPTIONS', 'content-type': 'text/plain; charset=utf-8' });
    expect(body.toString()).to.include('This is a Thrift server').and.to.include('POST them to /thrift');
    expect((await post({ ...address, method: 'PUT', path: '/thrift' }, ping)).status).to.equal(405);
    expect((await post({ ...address, method: 'HEAD', path: '/thrift' })).status).to.equal(405);
  });

  it('serves the paths it was given, exactly, and names them', async () => {
    const { address } = await served({}, { http: { paths: ['/thrift', '/v1/rpc'] } });
    expect((await post({ ...address, path: '/v1/rpc?x=1' }, ping)).status).to.equal(200);
    for (const path of ['/', '/thrift/', '/thrif', '/thriftx', '/v1', '/../thrift']) {
      const { status, body } = await post({ ...address, path }, ping);
      expect(status).to.equal(404);
      expect(body.toString()).to.include('/thrift, /v1/rpc');
    }
  });

  it('answers what is no message with 400 and the reason, and goes on', async () => {
    const { address, reported } = await served();
    for (const [body, why] of [
      [hex('80 01 00 01 7f ff ff ff'), /no message/],
      [ping.subarray(0, ping.length - 1), /its end is missing/],
      [hex('80'), /no message|its end is missing/],
      [hex('00 00'), /a body of 2 bytes, which is no message/],
      [Buffer.from('GET / HTTP/1.1\r\n'), /a body in HTTP/],
      [Buffer.from('name=value&other=1'), /no message/],
    ] as const) {
      const answered = await post(address, body);
      expect(answered.status, body.toString('hex')).to.equal(400);
      expect(answered.body.toString()).to.match(why);
    }
    expect(reported).to.have.length(6);
    expect((await post(address, ping)).status).to.equal(200);
  });

  it('refuses bodies beyond limits.message, before they are read where they say their length', async () => {
    const { address } = await served({}, { limits: { message: 100 } });
    const declared = await RawClient.connect(address);
    declared.send(Buffer.from('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 101\r\n\r\n'));
    expect((await readAnswer(declared)).head).to.include('413');
    const expecting = await RawClient.connect(address);
    expecting.send(
      Buffer.from('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n'),
    );
    expect((await expecting.readToEnd()).toString()).to.match(/^HTTP\/1\.1 413 /);
    const chunked = await post(
      { ...address, headers: { 'Transfer-Encoding': 'chunked' } },
      message(CALL, 'note', 1, texts({ 1: 'x'.repeat(50) })),
      Buffer.alloc(60),
    );
    expect(chunked.status).to.equal(413);
    expect(chunked.body.toString()).to.include('limits.message');
  });

  it('says when to continue', async () => {
    const { address } = await served();
    const client = await RawClient.connect(address);
    const [head, body] = [raw(ping, 'Expect: 100-continue').subarray(0, -ping.length), ping];
    client.send(head);
    expect((await client.read(25)).toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n');
    client.send(body);
    expect((await readAnswer(client)).body.equals(pong)).to.equal(true);
  });

  it('answers no oneway call of C++, which would take the answer for that of its next call', async () => {
    const { address, running, finish } = await served();
    const client = await RawClient.connect(address);
    const agent = 'User-Agent: Thrift/0.17.0 (C++/THttpClient)';
    const note = message(CALL, 'note', 1, texts({ 1: 'x' }));
    client.send(raw(note, agent));
    client.send(raw(ping, agent));
    expect((await readAnswer(client)).body.equals(pong)).to.equal(true);
    // Whatever comes in between, answers come in the order of their requests.
    client.send(raw(note, agent));
    client.send(raw(message(CALL, 'wait', 1, texts({ 1: 'a' })), agent));
    client.send(raw(note, agent));
    client.send(raw(ping, agent));
    await until(() => running.length === 1);
    finish('a');
    expect((await readAnswer(client)).body.subarray(8, 12).toString()).to.equal('wait');
    expect((await readAnswer(client)).body.equals(pong)).to.equal(true);
  });

  it('does not wait for ever for headers, nor for a body', async () => {
    const { address, reported } = await served({}, { limits: { partial: 50 } });
    for (const beginning of [
      'POST / HTTP/1.1\r\nHost: he',
      'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n',
      `${raw(ping).subarray(0, -5).toString('latin1')}`,
    ]) {
      const client = await RawClient.connect(address);
      client.send(Buffer.from(beginning, 'latin1'));
      expect((await client.readToEnd()).toString(), beginning).to.match(/^HTTP\/1\.1 408 /);
    }
    expect(reported.map(({ error }) => (error as RpcError).code)).to.deep.equal(
      new Array(3).fill('DEADLINE_EXCEEDED'),
    );
    const second = await RawClient.connect(address);
    second.send(raw(ping));
    await readAnswer(second);
    second.send(Buffer.from('POST / '));
    expect((await second.readToEnd()).toString()).to.match(/^HTTP\/1\.1 408 /);
  });

  it('answers what is no HTTP with 400, and tells the operator', async () => {
    const { address, reported } = await served();
    for (const [bytes, status] of [
      ['POST / HTTP/1.1\r\nno header\r\n\r\n', 400],
      [`POST / HTTP/1.1\r\nHost: here\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
      ['POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
      ['POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ] as const) {
      const client = await RawClient.connect(address);
      client.send(Buffer.from(bytes));
      expect((await client.readToEnd()).toString()).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
    }
    expect(reported).to.have.length(4);
    for (const { error } of reported) expect(String(error)).to.include('sent what is no HTTP request');
  });

  it('refuses an upgrade to anything but WebSocket', async () => {
    const { address } = await served();
    const client = await RawClient.connect(address);
    client.send(Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'));
    expect((await client.readToEnd()).toString()).to.match(/^HTTP\/1\.1 (405|426) /);
  });

  it('drains: what runs is answered, idle connections end at once, nothing new is served', async () => {
    const { address, server, running, finish } = await served();
    const busy = await RawClient.connect(address);
    busy.send(raw(message(CALL, 'wait', 1, texts({ 1: 'a' }))));
    await until(() => running.length === 1);
    const idle = await RawClient.connect(address);
    idle.send(raw(ping));
    await readAnswer(idle);
    const half = await RawClient.connect(address);
    half.send(raw(ping).subarray(0, -3));
    await settle();
    const closes = server.close();
    expect((await idle.readToEnd()).length).to.equal(0);
    expect((await half.readToEnd()).toString()).to.match(/^HTTP\/1\.1 503 .*connection: close/is);
    busy.send(raw(ping));
    await settle();
    finish('a');
    const all = (await busy.readToEnd()).toString('latin1');
    expect(all).to.match(/^HTTP\/1\.1 200 /);
    await closes;
  });

  it('ends what does not end within the grace', async () => {
    const { address, server, running } = await served();
    const busy = await RawClient.connect(address);
    busy.send(raw(message(CALL, 'wait', 1, texts({ 1: 'a' }))));
    await until(() => running.length === 1);
    await Promise.all([server.close({ grace: 1 }), busy.readToEnd()]);
    expect(busy.unread.length).to.equal(0);
  });

  it('is served over TLS and Unix sockets', async () => {
    const { port } = await servedOverTls();
    const { ca } = identity('server');
    const secure = await post({ secure: true, host: 'localhost', port, ca }, ping);
    expect(secure.body.equals(pong)).to.equal(true);
    const path = join(tmpdir(), `livethrift-http-${process.pid}.sock`);
    const plain = closing(makeServer(loaded.PingPong, waitingHandler().handler));
    await plain.listen({ path });
    expect((await post({ socketPath: path }, ping)).body.equals(pong)).to.equal(true);
  });

  it('caps the replies of one request', async () => {
    const { address } = await served({}, { limits: { unsent: 1000 } });
    const echo = message(CALL, 'echo', 1, texts({ 1: 'x'.repeat(900) }));
    const { status, body } = await post(address, echo, echo, echo, echo);
    expect(status).to.equal(500);
    expect(body.toString()).to.include('limits.unsent');
  });
});

describe('scripts of web pages', () => {
  const origin = (of: string, more: object = {}) => ({ headers: { Origin: of, ...more } });

  it('may call the server of their own site', async () => {
    const { address } = await served();
    const own = await post({ ...address, ...origin('http://shop.test', { Host: 'shop.test' }) }, ping);
    expect(own.status).to.equal(200);
    for (const of of ['http://evil.test', 'null', 'http://shop.test:81', 'http://shop.test.evil.test']) {
      const { status, body, headers } = await post(
        { ...address, ...origin(of, { Host: 'shop.test' }) },
        ping,
      );
      expect(status, of).to.equal(403);
      expect(headers).not.to.have.property('access-control-allow-origin');
      expect(body.toString()).to.include('http: { origins }');
    }
  });

  it('may call from the sites that the server names, and ask before', async () => {
    const { address } = await served({}, { http: { origins: ['https://app.test'] } });
    const called = await post({ ...address, ...origin('https://app.test') }, ping);
    expect(called.status).to.equal(200);
    expect(called.headers).to.include({ 'access-control-allow-origin': 'https://app.test', vary: 'Origin' });
    const asked = await post({
      ...address,
      method: 'OPTIONS',
      ...origin('https://app.test', { 'Access-Control-Request-Headers': 'content-type,x-trace' }),
    });
    expect(asked.status).to.equal(204);
    expect(asked.headers).to.include({
      'access-control-allow-origin': 'https://app.test',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,x-trace',
    });
    expect((await post({ ...address, method: 'OPTIONS', ...origin('https://evil.test') })).status).to.equal(
      403,
    );
    const any = await served({}, { http: { origins: ['*'] } });
    expect((await post({ ...any.address, ...origin('https://any.test') }, ping)).status).to.equal(200);
  });

  it('may not send what a form could', async () => {
    const { address } = await served({}, { http: { origins: ['*'] } });
    for (const type of [
      'text/plain;charset=UTF-8',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]) {
      const { status } = await post(
        { ...address, ...origin('https://any.test', { 'Content-Type': type }) },
        ping,
      );
      expect(status).to.equal(415);
      expect((await post({ ...address, headers: { 'Content-Type': type } }, ping)).status).to.equal(200);
    }
  });
});

describe('the options of HTTP', () => {
  it('are refused where they make no sense', () => {
    const make = (http: object) => () => makeServer(loaded.PingPong, waitingHandler().handler, { http });
    expect(make({ path: '/' })).to.throw(TypeError, 'there is no option "path"; there are paths, origins');
    expect(make({ paths: ['thrift'] })).to.throw(
      TypeError,
      "http.paths: expected an array of paths such as '/thrift'",
    );
    expect(make({ paths: '/thrift' })).to.throw(TypeError, 'http.paths');
    expect(make({ origins: ['example.com'] })).to.throw(TypeError, 'http.origins');
    expect(make({ origins: ['https://example.com/'] })).to.throw(TypeError, 'http.origins');
  });
});
