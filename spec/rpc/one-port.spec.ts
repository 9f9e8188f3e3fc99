import { readFileSync } from 'node:fs';
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import {
  type ClientOptions,
  makeClient,
  makeServer,
  saslPlain,
  saslPlainServer,
  type TcpAddress,
} from '../../src/index.ts';
import { headerFrame, ttFrame } from '../support/frames.ts';
import { CALL, framed, hex, message, oldMessage, REPLY, text, toHex } from '../support/hex.ts';
import { closeAll, closing, RawClient, settle } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { PingPong, Other } = loaded;
const file = (name: string) =>
  readFileSync(new URL(`../support/certificates/${name}`, import.meta.url), 'utf8');
const ca = file('ca.crt');

/** One server, of two services, for all that can be spoken. */
async function oneServer(): Promise<{ address: TcpAddress; reported: unknown[] }> {
  const reported: unknown[] = [];
  const { handler } = waitingHandler({
    // Answers come in another order than calls.
    login: async (username, password) => {
      await settle(username.length % 7);
      return `${username} ${password}`;
    },
  });
  const server = makeServer(PingPong, handler, {
    onError: error => reported.push(error),
    tls: { key: file('server.key'), cert: file('server.crt') },
    sasl: { mechanisms: [saslPlainServer(user => user === 'ada')], optional: true },
  }).add(Other, { ping: () => 'other pong', other: () => 'other', shared: () => 'shared' });
  return { address: await closing(server).listen({ port: 0 }), reported };
}

/** What a client can be told to speak. A new dialect is a new line. */
const dialects: readonly ClientOptions[] = [
  ...(['buffered', 'framed', 'header'] as const).flatMap(transport =>
    (['binary', 'compact', 'json'] as const).map(protocol => ({ transport, protocol })),
  ),
  { transport: 'ttheader' },
  { transport: 'header', zlib: true },
  { zlib: true },
  { transport: 'framed', protocol: 'compact', zlib: true },
  { sasl: saslPlain('ada', 'secret') },
];

/** The same for what begins as HTTP. */
const web: readonly (readonly ['http' | 'ws', ClientOptions])[] = [
  ...(['http', 'ws'] as const).flatMap(scheme =>
    (['binary', 'compact', 'json'] as const).map(protocol => [scheme, { protocol }] as const),
  ),
  ['ws', { transport: 'framed' }],
];

const named = (options: ClientOptions) =>
  JSON.stringify({ ...options, ...(options.sasl === undefined ? {} : { sasl: 'PLAIN' }) });

const compactPing = hex('82 21 05 04 70 69 6e 67 00');
const compactPong = hex('82 41 05 04 70 69 6e 67 08 00 04 70 6f 6e 67 00');
const ping = message(CALL, 'ping', 5);
const pong = message(REPLY, 'ping', 5, Buffer.concat([hex('0b 00 00'), text('pong'), hex('00')]));
const oldPong = oldMessage(REPLY, 'ping', 5, '0b 00 00 00 00 00 04 70 6f 6e 67 00');
const jsonPing = Buffer.from('[1,"ping",1,5,{}]');
const jsonPong = Buffer.from('[1,"ping",2,5,{"0":{"str":"pong"}}]');
const flushed = (bytes: Buffer) => deflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });

/** What goes over the wire: a call of `ping`, and its answer. */
const wires: readonly (readonly [string, Buffer, Buffer])[] = [
  ['binary', ping, pong],
  ['binary without a version', oldMessage(CALL, 'ping', 5), oldPong],
  ['compact', compactPing, compactPong],
  ['JSON', jsonPing, jsonPong],
  ['binary, framed', framed(ping), framed(pong)],
  ['binary without a version, framed', framed(oldMessage(CALL, 'ping', 5)), framed(oldPong)],
  ['compact, framed', framed(compactPing), framed(compactPong)],
  ['JSON, framed', framed(jsonPing), framed(jsonPong)],
  ['binary in THeader', headerFrame(ping, { seqid: 5 }), headerFrame(pong, { seqid: 5 })],
  [
    'compact in THeader',
    headerFrame(compactPing, { seqid: 5, header: '02 00' }),
    headerFrame(compactPong, { seqid: 5, header: '02 00' }),
  ],
  [
    'JSON in THeader',
    headerFrame(jsonPing, { seqid: 5, header: '01 00' }),
    headerFrame(jsonPong, { seqid: 5, header: '01 00' }),
  ],
  ['TTHeader', ttFrame(ping, { seqid: 5 }), ttFrame(pong, { seqid: 5 })],
  ['TTHeader, framed', ttFrame(framed(ping), { seqid: 5 }), ttFrame(framed(pong), { seqid: 5 })],
];

/** A message by HTTP. */
const posted = (body: Buffer) =>
  Buffer.concat([
    Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-thrift\r\n'),
    Buffer.from(`Content-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

describe('one port', () => {
  afterEach(closeAll);

  it('is for every dialect, plain and over TLS, all at once, and everybody gets their own answers', async () => {
    const { address, reported } = await oneServer();
    const secure = `thrifts://localhost:${address.port}`;
    const clients = dialects.flatMap((options, i) =>
      [false, true].flatMap(tls => {
        const to = tls ? secure : address;
        const own = tls ? { ...options, tls: { ca } } : options;
        const main = closing(makeClient(PingPong, to, own));
        // TTHeader names the service itself.
        const name = options.transport === 'ttheader' ? {} : { serviceName: 'Other' };
        const other = closing(makeClient(Other, to, { ...own, ...name }));
        return [{ main, other, id: `${i}${tls ? ' over TLS' : ''}` }];
      }),
    );
    for (const [i, [scheme, options]] of web.entries()) {
      for (const tls of [false, true]) {
        const to = `${scheme}${tls ? 's' : ''}://localhost:${address.port}/`;
        const own = tls ? { ...options, tls: { ca } } : options;
        const main = closing(makeClient(PingPong, to, own));
        const other = closing(makeClient(Other, to, { ...own, serviceName: 'Other' }));
        clients.push({ main, other, id: `${scheme} ${i}${tls ? ' over TLS' : ''}` });
      }
    }
    const posts = [ping, compactPing, jsonPing].map(async body => {
      const answer = await fetch(`http://127.0.0.1:${address.port}/`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-thrift' },
        body,
      });
      return Buffer.from(await answer.arrayBuffer());
    });
    const rounds = await Promise.all(
      clients.flatMap(({ main, other, id }) =>
        Array.from({ length: 10 }, async (_, round) => {
          const asked = [main.login(id, `${round}`), main.ping(), other.ping(), other.other()];
          const [count] = await Promise.all([main.count(round), main.nothing(), main.note(id)]);
          expect([...(await Promise.all(asked)), count]).to.deep.equal([
            `${id} ${round}`,
            'pong',
            'other pong',
            'other',
            round + 1,
          ]);
        }),
      ),
    );
    expect(rounds).to.have.length(20 * (dialects.length + web.length));
    expect(await Promise.all(posts)).to.deep.equal([pong, compactPong, jsonPong]);
    expect(reported).to.deep.equal([]);
  });

  for (const options of dialects) {
    it(`carries much, and failures: ${named(options)}`, async () => {
      const { address } = await oneServer();
      const client = closing(makeClient(PingPong, address, options));
      const bytes = new Uint8Array(1_000_000).map((_, i) => i * 7919);
      const [echo, found] = await Promise.all([
        client.echo(bytes),
        client.find(-3).catch((error: unknown) => error),
      ]);
      expect(echo).to.deep.equal(bytes);
      expect(found).to.be.instanceOf(loaded.NotFound).and.include({ id: -3 });
    });
  }

  for (const [what, call, answer] of wires) {
    it(`may get one byte at a time, and one behind the other: ${what}`, async () => {
      const { address } = await oneServer();
      const peer = await RawClient.connect(address);
      for (const byte of call) {
        peer.send(Buffer.of(byte));
        await settle(1);
      }
      expect(toHex(await peer.read(answer.length))).to.equal(toHex(answer));
      peer.send(call, call);
      expect(toHex(await peer.read(2 * answer.length))).to.equal(toHex(Buffer.concat([answer, answer])));
    });
  }

  it('may get one byte at a time: HTTP around them', async () => {
    const { address } = await oneServer();
    for (const [call, answer] of [
      [ping, pong],
      [compactPing, compactPong],
      [jsonPing, jsonPong],
    ] as const) {
      const peer = await RawClient.connect(address);
      for (const byte of posted(call)) {
        peer.send(Buffer.of(byte));
        await settle(1);
      }
      while (!peer.unread.includes(answer)) await settle(1);
      expect(String(peer.unread)).to.match(/^HTTP\/1\.1 200 /);
    }
  });

  it('may get one byte at a time: zlib around any of them', async () => {
    const { address } = await oneServer();
    for (const [what, call, answer] of wires) {
      const peer = await RawClient.connect(address);
      for (const byte of flushed(call)) {
        peer.send(Buffer.of(byte));
        await settle(1);
      }
      const inflated = () => inflateSync(peer.unread, { finishFlush: constants.Z_SYNC_FLUSH });
      while (inflated().length < answer.length) await settle(1);
      expect(toHex(inflated()), what).to.equal(toHex(answer));
    }
  });

  it('answers a message that is shorter than what tells some dialects apart', async () => {
    const { address } = await oneServer();
    const peer = await RawClient.connect(address);
    peer.send(hex('82 21 00 01 61 00'));
    expect(toHex(await peer.read(5)), 'there is no such method').to.equal('8261000161');
  });
});
