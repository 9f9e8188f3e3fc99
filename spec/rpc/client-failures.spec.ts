import { expect } from 'chai';
import { connect, makeClient, makeServer, type RpcError, type TransportName } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { CALL, EXCEPTION, framed, hex, i32, message, REPLY, text, texts, toHex } from '../support/hex.ts';
import {
  answering,
  closeAll,
  closing,
  type FakeServer,
  fakeServer,
  settle,
  until,
} from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const PING = message(CALL, 'ping', 1).length;
const pong = (seqid: number) => message(REPLY, 'ping', seqid, texts({ 0: 'pong' }).fill(0, 1, 3));
const { PingPong } = loaded;

afterEach(closeAll);

/** A client of a server of raw bytes. */
async function facing(
  transport: TransportName,
  serve: Parameters<typeof fakeServer>[0],
): Promise<{ client: ReturnType<typeof clientOf>; peer: FakeServer }> {
  const peer = await fakeServer(serve);
  return { client: clientOf(peer, transport), peer };
}

const clientOf = (peer: FakeServer, transport: TransportName = 'buffered') =>
  closing(makeClient(PingPong, peer.address, { transport }));

/** What is the same in all errors of calls. */
function expectCall(error: RpcError, peer: FakeServer): void {
  expect(error).to.include({ method: 'PingPong.ping', peer: `127.0.0.1:${peer.address.port}` });
  expect(error.stack, 'the stack of the caller').to.include('client-failures.spec.ts');
}

const hint = (transport: TransportName) =>
  `if it speaks another transport, try { transport: '${transport === 'framed' ? 'buffered' : 'framed'}' }`;

describe('a call settles', () => {
  it('when nothing listens', async () => {
    const peer = await fakeServer(() => {});
    await peer.close();
    const client = clientOf(peer);
    const error = await rpcError(client.ping());
    expectCall(error, peer);
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.match(
      /^PingPong\.ping: cannot connect to 127\.0\.0\.1:\d+: nothing listens there: is the server running\? \(ECONNREFUSED\)$/,
    );
    expect(await rpcError(client.$ready())).to.include({ code: 'UNAVAILABLE' });
    expect(await rpcError(client.note('x')), 'oneway').to.include({ code: 'UNAVAILABLE' });
  });

  it('when there is no such socket file, or no such host', async () => {
    const nowhere = closing(makeClient(PingPong, { path: '/nowhere/at-all.sock' }));
    expect((await rpcError(nowhere.ping())).message).to.equal(
      'PingPong.ping: cannot connect to unix:/nowhere/at-all.sock: there is no such socket: is the server running? (ENOENT)',
    );
    const lost = closing(makeClient(PingPong, 'no-such-host.invalid:1'));
    expect((await rpcError(lost.ping())).message).to.match(
      /the host name (is not known|could not be looked up)/,
    );
  });

  for (const transport of ['buffered', 'framed'] as const) {
    it(`when a fresh peer closes the connection, with the other transport as advice (${transport})`, async () => {
      const { client, peer } = await facing(transport, socket => socket.once('data', () => socket.end()));
      const errors = await Promise.all([rpcError(client.ping()), rpcError(client.ping())]);
      for (const error of errors) {
        expectCall(error, peer);
        expect(error.code).to.equal('UNAVAILABLE');
        expect(error.message).to.include(
          'closed the connection before the reply came; it has answered nothing so far',
        );
        expect(error.message).to.include(hint(transport));
      }
    });

    it(`when a fresh peer stays silent, with the same advice (${transport})`, async () => {
      const { client, peer } = await facing(transport, () => {});
      const error = await rpcError(client.ping({ timeout: 20 }));
      expectCall(error, peer);
      expect(error.code).to.equal('DEADLINE_EXCEEDED');
      expect(error.message).to.include(`no reply from 127.0.0.1:${peer.address.port} within 20 ms`);
      expect(error.message).to.include(hint(transport));
    });
  }

  it('when the connection is reset', async () => {
    const { client, peer } = await facing('buffered', socket =>
      socket.once('data', () => socket.resetAndDestroy()),
    );
    const error = await rpcError(client.ping());
    expectCall(error, peer);
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.include('broke (ECONNRESET) before the reply came');
    expect(error.cause).to.include({ code: 'ECONNRESET' });
  });

  it('when the connection is closed in the middle of a reply', async () => {
    for (const transport of ['buffered', 'framed'] as const) {
      const { client } = await facing(transport, socket =>
        socket.once('data', () => {
          const reply = transport === 'framed' ? framed(pong(1)) : pong(1);
          socket.end(reply.subarray(0, -5));
        }),
      );
      const { code, message } = await rpcError(client.ping());
      expect(code).to.equal('UNAVAILABLE');
      expect(message).to.match(/closed the connection in the middle of a reply$/);
    }
  });

  it('when a peer that has answered before closes the connection: that needs no advice', async () => {
    const { client } = await facing('buffered', socket => {
      socket.once('data', () => {
        socket.write(pong(1));
        socket.once('data', () => socket.end());
      });
    });
    await client.ping();
    expect((await rpcError(client.ping())).message).to.match(/closed the connection before the reply came$/);
  });

  it('when the time is over while there is no connection', async () => {
    const client = closing(makeClient(PingPong, 'no-such-host.invalid:1'));
    const error = await rpcError(client.ping({ timeout: 0.001 }));
    expect(['DEADLINE_EXCEEDED', 'UNAVAILABLE']).to.include(error.code);
  });

  const strangers: readonly (readonly [string, TransportName, string | Buffer, string])[] = [
    [
      'HTTP',
      'buffered',
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
      'answered in HTTP: is this port a web server?',
    ],
    [
      'HTTP',
      'framed',
      'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n',
      'answered in HTTP: is this port a web server?',
    ],
    [
      'a TLS alert',
      'buffered',
      hex('15 03 03 00 02 02 28'),
      'answered in TLS: does this port expect an encrypted connection?',
    ],
    [
      'a TLS alert',
      'framed',
      hex('15 03 03 00 02 02 28'),
      'answered in TLS: does this port expect an encrypted connection?',
    ],
    ['frames', 'buffered', framed(pong(1)), "answered in Thrift binary, framed: try { transport: 'framed' }"],
    ['no frames', 'framed', pong(1), "answered in Thrift binary, unframed: try { transport: 'buffered' }"],
    ['Redis', 'buffered', '-ERR unknown command\r\n', 'answered in Redis, which this client does not speak'],
    [
      'compact',
      'buffered',
      hex('82 41 01 04 70 69 6e 67 08 00 04 70 6f 6e 67 00'),
      "answered in Thrift compact, unframed: try { protocol: 'compact' }",
    ],
    ['noise', 'buffered', hex('ff fe fd fc fb fa'), 'sent what is no reply'],
    ['noise', 'framed', hex('ff fe fd fc fb fa'), 'sent what is no reply'],
    [
      'a type that does not exist',
      'buffered',
      message(REPLY, 'ping', 1, '63 00 00'),
      'sent what is no reply',
    ],
    ['a call', 'buffered', message(CALL, 'ping', 1), 'a message of type 1 is no reply'],
    [
      'the reply to another method',
      'buffered',
      message(REPLY, 'pong', 1),
      'the reply to "ping" is named "pong"',
    ],
    ['the reply to another call', 'buffered', pong(77), 'a reply has the sequence id 77, which no call has'],
    [
      'a frame too large',
      'framed',
      i32(2 ** 31 - 1),
      'a frame claims 2147483647 bytes, the limit is 16384000',
    ],
  ];
  for (const [what, transport, bytes, told] of strangers) {
    it(`when the answer to a ${transport} client is ${what}`, async () => {
      const peer = await answering((transport === 'framed' ? 4 : 0) + PING, () =>
        Buffer.from(bytes as Buffer),
      );
      const client = clientOf(peer, transport);
      const error = await rpcError(client.ping());
      expectCall(error, peer);
      expect(error.code).to.equal('INTERNAL');
      expect(error.message).to.include(told).and.include('the connection to 127.0.0.1');
      expect(error.cause).to.be.instanceOf(Error);
      await until(() => peer.sockets[0]!.destroyed || peer.sockets[0]!.readableEnded);
    });
  }

  it('when the reply does not fit: that call alone, as long as the end of the reply is known', async () => {
    const bodies = ['0b 00 00 00 00 00 02 c3 28 00', '08 00 00 00 00 00 01 00', '00', '0c 00 09 00 00'];
    const peer = await answering(PING, request => {
      const seqid = request.readInt32BE(12);
      return seqid > bodies.length ? pong(seqid) : message(REPLY, 'ping', seqid, bodies[seqid - 1]!);
    });
    const client = clientOf(peer);
    const errors = await Promise.all(bodies.map(() => rpcError(client.ping())));
    expect(errors[0]!.message).to.match(/^PingPong\.ping: 127.* sent a reply that does not fit: .*UTF-8/);
    for (const { message } of errors.slice(1)) {
      expect(message).to.equal(
        'PingPong.ping: the reply holds neither a result nor an exception that this IDL declares',
      );
    }
    expect(errors.map(error => error.applicationType)).to.deep.equal([undefined, 5, 5, 5]);
    expect(await client.ping()).to.equal('pong');
    expect(peer.sockets).to.have.length(1);
  });

  it('with an application exception of any type', async () => {
    for (const [type, code] of [
      [0, 'UNKNOWN'],
      [1, 'UNIMPLEMENTED'],
      [2, 'INTERNAL'],
      [5, 'INTERNAL'],
      [6, 'INTERNAL'],
      [7, 'INVALID_ARGUMENT'],
      [1005, 'NOT_FOUND'],
      [-3, 'INTERNAL'],
    ] as const) {
      const body = Buffer.concat([hex('08 00 02'), i32(type), hex('0b 00 01'), text('why'), hex('00')]);
      const peer = await answering(PING, () => message(EXCEPTION, 'ping', 1, body));
      const error = await rpcError(clientOf(peer).ping());
      expect(error).to.include({ code, message: 'why', applicationType: type });
    }
  });
});

describe('after a failure', () => {
  it('the next call connects again', async () => {
    const peer = await fakeServer((socket, nth) => {
      socket.on('data', () => {
        if (nth < 4) socket.end(nth === 2 ? hex('ff ff ff ff') : Buffer.alloc(0));
        else socket.write(pong(1));
      });
    });
    const client = clientOf(peer);
    for (const code of ['UNAVAILABLE', 'INTERNAL', 'UNAVAILABLE'])
      expect(await rpcError(client.ping())).to.include({ code });
    expect(await client.ping()).to.equal('pong');
    expect(peer.sockets).to.have.length(4);
  });

  it('the next call connects to a server that has come back', async () => {
    const server = closing(makeServer(PingPong, waitingHandler().handler));
    const address = await server.listen({ port: 0 });
    const client = closing(makeClient(PingPong, address));
    await client.ping();
    await server.close();
    expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE' });
    await closing(makeServer(PingPong, waitingHandler().handler)).listen(address);
    expect(await client.ping()).to.equal('pong');
  });

  it('an idle connection that the peer closed costs no call', async () => {
    const peer = await fakeServer((socket, nth) => {
      socket.on('data', () => (nth === 1 ? socket.end(pong(1)) : socket.write(pong(1))));
    });
    const client = clientOf(peer);
    expect(await client.ping()).to.equal('pong');
    await until(() => peer.sockets[0]!.destroyed || peer.sockets[0]!.readableEnded);
    await settle();
    expect(await client.ping()).to.equal('pong');
  });
});

describe('a call that was given up', () => {
  it('leaves its late reply to nobody, and the others alone', async () => {
    for (const transport of ['buffered', 'framed'] as const) {
      const wrap = (bytes: Buffer) => (transport === 'framed' ? framed(bytes) : bytes);
      const peer = await fakeServer(() => {});
      const client = closing(makeClient(PingPong, peer.address, { transport, connections: { max: 1 } }));
      expect(await rpcError(client.login('a', 'b', { timeout: 5 }))).to.include({
        code: 'DEADLINE_EXCEEDED',
      });
      const next = client.ping();
      await until(() => peer.sockets.length === 1);
      const late = wrap(message(REPLY, 'login', 1, texts({ 1: 'late' })));
      // In pieces, so that the late one is scanned too.
      peer.sockets[0]!.write(late.subarray(0, 20));
      await settle();
      peer.sockets[0]!.write(Buffer.concat([late.subarray(20), wrap(pong(2))]));
      expect(await next).to.equal('pong');
      peer.sockets[0]!.write(late);
      expect((await rpcError(client.ping())).message, 'only once').to.include('which no call has');
    }
  });

  it('before there was a connection is not sent at all', async () => {
    const got: Buffer[] = [];
    const peer = await fakeServer(socket => {
      socket.on('data', chunk => {
        got.push(chunk);
        socket.write(pong(3));
      });
    });
    const client = clientOf(peer);
    const given = [client.login('a', 'b', { timeout: 0.5 }), client.note('x', { timeout: 0.5 })].map(
      rpcError,
    );
    const kept = client.ping();
    // Their time is over before the event loop comes to look at the socket.
    process.nextTick(() => {
      const end = performance.now() + 10;
      while (performance.now() < end);
    });
    for (const error of await Promise.all(given)) {
      expect(error.code).to.equal('DEADLINE_EXCEEDED');
      expect(error.message).to.match(/: no connection to 127\.0\.0\.1:\d+ within 0\.5 ms$/);
    }
    expect(await kept).to.equal('pong');
    expect(toHex(Buffer.concat(got))).to.equal(toHex(message(CALL, 'ping', 3)));
  });

  it('by a timeout of 0 or less is not sent, and makes no connection', async () => {
    const { client, peer } = await facing('buffered', () => {});
    for (const timeout of [0, -1, Number.NEGATIVE_INFINITY]) {
      const error = await rpcError(client.ping({ timeout }));
      expect(error.code).to.equal('DEADLINE_EXCEEDED');
      expect(error.message).to.equal(
        `PingPong.ping: a timeout of ${timeout} ms has already expired; nothing was sent`,
      );
    }
    await settle();
    expect(peer.sockets).to.deep.equal([]);
  });

  it('is not one that has a timeout beyond what timers can wait for', async () => {
    const peer = await answering(PING, request => pong(request.readInt32BE(12)));
    const client = clientOf(peer);
    for (const timeout of [2 ** 31, 1e12, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
      expect(await client.ping({ timeout })).to.equal('pong');
    }
    const silent = await fakeServer(() => {});
    const waiting = connect(silent.address);
    const patient = makeClient(PingPong, waiting);
    const settled: unknown[] = [];
    for (const timeout of [2 ** 31, 1e300, Number.POSITIVE_INFINITY])
      patient.ping({ timeout }).catch(error => settled.push(error));
    await settle();
    await new Promise(resolve => setTimeout(resolve, 5));
    expect(settled).to.deep.equal([]);
    await waiting.close({ grace: 0 });
    expect(settled).to.have.length(3);
  });
});
