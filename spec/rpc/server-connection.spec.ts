import { Socket } from 'node:net';
import { expect } from 'chai';
import { type Context, makeClient, RpcError } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { CALL, framed, hex, i32, message, ONEWAY, REPLY, text, texts, toHex } from '../support/hex.ts';
import { closeAll, closing, type RawClient, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const { PingPong } = loaded;
const ping = message(CALL, 'ping', 0);
const pong = message(REPLY, 'ping', 0, texts({ 0: 'pong' }));

afterEach(closeAll);

describe('a connection to a server', () => {
  it('chooses the transport for itself: each client is answered in kind', async () => {
    const { address } = await served();
    const clients = (['buffered', 'framed', 'buffered', 'framed'] as const).map(transport =>
      closing(makeClient(PingPong, address, { transport })),
    );
    expect(await Promise.all(clients.map(client => client.ping()))).to.deep.equal([
      'pong',
      'pong',
      'pong',
      'pong',
    ]);
  });

  it('may bring its first bytes one at a time', async () => {
    const { raw } = await served();
    for (const wrap of [(bytes: Buffer) => bytes, framed]) {
      const peer = await raw();
      for (const byte of wrap(ping)) {
        peer.send(Buffer.of(byte));
        await settle(2);
      }
      expect(toHex(await peer.read(wrap(pong).length))).to.equal(toHex(wrap(pong)));
    }
  });

  const strangers: readonly (readonly [string, Buffer, string])[] = [
    ['TLS', hex('16 03 01 00 05 01 00 00 01 03'), 'TLS, which is not served here'],
    ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n'), 'Redis, which is not served here'],
    ['a compact version that does not exist', hex('82 22 00 04 70 69 6e 67 00'), 'what is no message'],
    ["thriftpy's JSON", framed(Buffer.from('{"metadata": {"version": 1}}')), "thriftpy's own JSON, which"],
    [
      'a THeader that claims more than its frame has',
      hex('00000012 0fff 0000 00000007 0009 0000 0000 00000000 0000'),
      'the header claims 36 bytes, the frame has 8 more',
    ],
    ['noise', hex('ff ff ff ff ff ff'), 'what is no message'],
    ['a version that does not exist', hex('80 02 00 01 00 00 00 00'), 'what is no message'],
    ['a frame too large', hex('7f ff ff ff 80 01'), 'what is no message'],
    ['a name too large', message(CALL, 'x'.repeat(1025), 0), 'the limit is 1024 (limits.name)'],
    [
      'too many levels',
      message(CALL, 'nope', 0, `${'0c 00 01'.repeat(70)}${'00'.repeat(71)}`),
      'nested deeper than 64',
    ],
  ];
  for (const [what, bytes, told] of strangers) {
    it(`that brings ${what} is closed, and the operator told; the others go on`, async () => {
      const { raw, reported } = await served();
      const [good, bad] = [await raw(), await raw()];
      bad.send(bytes);
      await bad.readToEnd();
      expect(reported).to.have.length(1);
      expect(reported[0]!.error).to.include({ name: 'RpcError', code: 'INVALID_ARGUMENT' });
      expect((reported[0]!.error as Error).message).to.match(
        /^127\.0\.0\.1:\d+ (sent|speaks) .*; the connection was closed/,
      );
      expect((reported[0]!.error as Error).message).to.include(told);
      good.send(ping);
      expect(toHex(await good.read(pong.length))).to.equal(toHex(pong));
    });
  }

  it('that ends in the middle of a message, or is reset, is no error', async () => {
    const { raw, reported, server } = await served();
    const [cut, reset] = [await raw(), await raw()];
    cut.send(ping.subarray(0, 9));
    reset.send(ping.subarray(0, 9));
    await settle();
    cut.socket.end();
    reset.socket.resetAndDestroy();
    await Promise.all([cut.readToEnd(), reset.readToEnd()]);
    await server.close();
    expect(reported).to.deep.equal([]);
  });

  it('gets the answers to what it asked before it went wrong', async () => {
    const { raw, running, finish } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })), ping, hex('ff ff ff ff'));
    await until(() => running.length === 1);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    finish('a');
    const end = message(REPLY, 'wait', 1, texts({ 0: 'a' }));
    expect(toHex(await peer.readToEnd())).to.equal(toHex(end));
  });
});

describe('answers that are ready together', () => {
  it('go out in one write, be the handlers sync or not', async () => {
    for (const handler of [() => 'pong', async () => 'pong']) {
      const { raw } = await served({ ping: handler });
      const peer = await raw();
      peer.send(ping);
      await peer.read(pong.length);
      const { write } = Socket.prototype;
      const sizes: number[] = [];
      Socket.prototype.write = function (this: Socket, ...args: never[]) {
        sizes.push((args[0] as unknown as Uint8Array).length);
        return (write as (...args: never[]) => boolean).apply(this, args);
      };
      try {
        peer.send(...Array.from({ length: 50 }, (_, i) => message(CALL, 'ping', i)));
        await peer.read(50 * pong.length);
      } finally {
        Socket.prototype.write = write;
      }
      expect(sizes).to.deep.equal([50 * ping.length, 50 * pong.length]);
    }
  });
});

describe('the limits of a server', () => {
  it('are those of the message', async () => {
    for (const [wrap, limits] of [
      [(bytes: Buffer) => bytes, { message: 50 }],
      [framed, { frame: 50 }],
    ] as const) {
      const { raw, reported } = await served({}, { limits });
      const peer = await raw();
      peer.send(wrap(ping), wrap(message(CALL, 'login', 0, texts({ 1: 'x'.repeat(50) }))));
      expect(toHex(await peer.readToEnd())).to.equal(toHex(wrap(pong)));
      expect(String(reported[0]!.error)).to.match(/limits\.(message|frame)/);
    }
  });

  it('let a call be answered somehow, also when the answer is too large; else the connection ends', async () => {
    const { raw, reported } = await served({}, { limits: { message: 60 } });
    const peer = await raw();
    peer.send(message(CALL, 'nope12', 7));
    const short = message(
      3,
      'nope12',
      7,
      Buffer.concat([hex('0b 00 01'), i32(0), hex('08 00 02 00 00 00 01 00')]),
    );
    expect(toHex(await peer.read(short.length))).to.equal(toHex(short));
    peer.send(message(CALL, 'n'.repeat(45), 8));
    expect(toHex(await peer.readToEnd())).to.equal('');
    expect(reported.map(({ error }) => String(error).replace(/\d\d+/, 'n'))).to.deep.equal([
      'Error: the message takes n bytes, the limit is 60 (limits.message)',
      'Error: the message takes n bytes, the limit is 60 (limits.message)',
    ]);
  });

  it('hold back a client with too many calls under way, and nobody else', async () => {
    const { raw, running, finish } = await served({}, { limits: { pending: 3 } });
    const [busy, other] = [await raw(), await raw()];
    busy.send(...'abcdef'.split('').map((name, i) => message(CALL, 'wait', i, texts({ 1: name }))));
    await until(() => running.length === 3);
    await settle();
    expect(running).to.deep.equal(['a', 'b', 'c']);
    other.send(ping);
    expect(toHex(await other.read(pong.length))).to.equal(toHex(pong));
    finish('b');
    await until(() => running.length === 3);
    expect(running).to.deep.equal(['a', 'c', 'd']);
    for (const name of 'acd') finish(name);
    await until(() => running.length === 2);
    for (const name of 'ef') finish(name);
    const size = message(REPLY, 'wait', 0, texts({ 0: 'a' })).length;
    await busy.read(6 * size);
  });

  it('stop the reading from a client that does not read its replies, and it goes on when it does', async () => {
    let answered = 0;
    const large = new Uint8Array(100_000).fill(7);
    const { raw } = await served({
      echo() {
        answered++;
        return large;
      },
    });
    const peer = await raw();
    peer.socket.pause();
    const count = 400;
    const request = message(CALL, 'echo', 1, Buffer.concat([hex('0b 00 01'), i32(0), hex('00')]));
    peer.send(...Array.from({ length: count }, () => request));
    let seen = -1;
    while (seen !== answered) {
      seen = answered;
      await settle(100);
    }
    // What the kernel's buffers take, and a little more than a MiB.
    expect(answered).to.be.within(1, 200);
    peer.socket.resume();
    const size = message(
      REPLY,
      'echo',
      1,
      Buffer.concat([hex('0b 00 00'), i32(large.length), large, hex('00')]),
    ).length;
    await peer.read(count * size);
    expect(answered).to.equal(count);
  });

  it('end a connection whose calls answer and answer while it reads nothing', async () => {
    const large = new Uint8Array(300_000);
    const { raw, reported, server } = await served(
      { echo: () => new Promise(resolve => setImmediate(() => resolve(large))) },
      { limits: { unsent: 2_000_000 } },
    );
    const peer = await raw();
    peer.socket.pause();
    for (let i = 0; i < 200; i++)
      peer.send(message(CALL, 'echo', i, Buffer.concat([hex('0b 00 01'), i32(0), hex('00')])));
    await until(() => reported.length > 0);
    expect(reported[0]!.error).to.include({ name: 'RpcError', code: 'RESOURCE_EXHAUSTED' });
    expect((reported[0]!.error as Error).message).to.match(
      /^127.* does not read its replies: \d+ bytes wait \(limits\.unsent\)$/,
    );
    await server.close();
    expect(reported).to.have.length(1);
  });

  it('let a reply that is larger than what may be unsent go out', async () => {
    const { address } = await served({}, { limits: { unsent: 100_000 } });
    const client = closing(makeClient(PingPong, address));
    for (let i = 0; i < 3; i++)
      expect(await client.echo(new Uint8Array(9_000_000))).to.have.length(9_000_000);
  });

  it('count a flood of one-byte chunks as nothing special', async () => {
    const { raw } = await served();
    const peer = await raw();
    const request = message(
      CALL,
      'echo',
      3,
      Buffer.concat([hex('0b 00 01'), text('x'.repeat(2000)), hex('00')]),
    );
    for (const byte of request) peer.socket.write(Buffer.of(byte));
    const reply = message(
      REPLY,
      'echo',
      3,
      Buffer.concat([hex('0b 00 00'), text('x'.repeat(2000)), hex('00')]),
    );
    expect(toHex(await peer.read(reply.length))).to.equal(toHex(reply));
  });
});

describe('the context of a call', () => {
  it('names the method and the client', async () => {
    const seen: Context[] = [];
    const { raw } = await served({
      ping(context) {
        seen.push(context);
        return 'pong';
      },
    });
    const peer = await raw();
    peer.send(ping);
    await peer.read(pong.length);
    expect(seen[0]!.method).to.equal('PingPong.ping');
    expect(seen[0]!.peer).to.equal(`127.0.0.1:${peer.socket.localPort}`);
    expect(seen[0]!.signal.aborted).to.equal(false);
  });

  for (const [how, leave] of [
    ['closes the connection', (peer: RawClient) => peer.socket.end()],
    ['resets it', (peer: RawClient) => peer.socket.resetAndDestroy()],
  ] as const) {
    it(`aborts its signal when the client ${how}, whether or not it was looked at before`, async () => {
      const contexts: Context[] = [];
      const { raw } = await served({
        wait(_, context) {
          contexts.push(context);
          if (contexts.length === 1) expect(context.signal.aborted).to.equal(false);
          return new Promise(() => {});
        },
      });
      const peer = await raw();
      peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })), message(CALL, 'wait', 2, texts({ 1: 'b' })));
      await until(() => contexts.length === 2);
      leave(peer);
      await until(() => contexts[0]!.signal.aborted);
      for (const { signal, peer: name } of contexts) {
        expect(signal.aborted).to.equal(true);
        expect(signal.reason).to.be.instanceOf(RpcError);
        expect(signal.reason).to.include({ code: 'CANCELLED', message: `${name} closed the connection` });
      }
    });
  }

  it('is not aborted for a oneway call, whose client need not stay', async () => {
    const contexts: Context[] = [];
    let finish = () => {};
    const { raw, server } = await served({
      note(_, context) {
        contexts.push(context);
        return new Promise<void>(resolve => {
          finish = resolve;
        });
      },
    });
    const peer = await raw();
    peer.send(message(ONEWAY, 'note', 1, texts({ 1: 'a' })));
    await until(() => contexts.length === 1);
    await peer.close();
    await settle();
    expect(contexts[0]!.signal.aborted).to.equal(false);
    let closed = false;
    const close = server.close().then(() => {
      closed = true;
    });
    await settle();
    expect(closed, 'the server waits for it').to.equal(false);
    finish();
    await close;
  });

  it('is aborted when the server closes, at the end of its grace', async () => {
    const contexts: Context[] = [];
    const hang = (_: string, context: Context) => {
      contexts.push(context);
      return new Promise<never>(() => {});
    };
    const { address, server } = await served({ wait: hang, note: hang });
    const client = closing(makeClient(PingPong, address));
    const call = rpcError(client.wait('a'));
    await client.note('b');
    await until(() => contexts.length === 2);
    await server.close({ grace: 1 });
    for (const { signal } of contexts) {
      expect(signal.reason).to.include({ code: 'CANCELLED', message: 'the server was closed' });
    }
    expect(await call).to.include({ code: 'UNAVAILABLE' });
  });
});
