import { deflateSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import {
  type ClientOptions,
  type Context,
  type MetadataValue,
  makeClient,
  type TcpAddress,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import {
  applicationException,
  CALL,
  EXCEPTION,
  hex,
  message,
  ONEWAY,
  REPLY,
  texts,
  toHex,
} from '../support/hex.ts';
import { closeAll, closing, fakeServer, settle } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const ping = message(CALL, 'ping', 7);
const pong = message(REPLY, 'ping', 7, texts({ 0: 'pong' }).fill(0, 1, 3));

afterEach(closeAll);

const clientOf = (address: TcpAddress, options: ClientOptions) =>
  closing(makeClient(loaded.PingPong, address, options));

/** A server whose `ping` tells what came with it. */
async function telling() {
  const seen: Record<string, MetadataValue>[] = [];
  const all = await served({
    ping({ metadata }: Context) {
      seen.push(Object.fromEntries(metadata));
      return 'pong';
    },
  });
  return { ...all, seen };
}

for (const transport of ['header', 'ttheader'] as const) {
  const own = transport === 'ttheader' ? { isn: 'PingPong' } : {};

  describe(`the headers of a client, ${transport}`, () => {
    it('are the metadata of its calls', async () => {
      const { address, seen } = await telling();
      await clientOf(address, { transport }).ping();
      await clientOf(address, { transport, headers: { a: '1', grüße: 'Ä 🎉' } }).ping();
      let count = 0;
      const counting = clientOf(address, { transport, headers: () => ({ count: `${++count}` }) });
      await Promise.all([counting.ping(), counting.ping()]);
      expect(seen).to.deep.equal([
        own,
        { ...own, a: '1', grüße: 'Ä 🎉' },
        { ...own, count: '1' },
        { ...own, count: '2' },
      ]);
    });

    it('that have no room fail that call alone, before anything is sent', async () => {
      const { address, seen } = await telling();
      let value = 'first';
      const client = clientOf(address, { transport, headers: () => ({ value }) });
      const first = client.ping();
      value = 'v'.repeat(300_000);
      const large = rpcError(client.ping());
      value = 'last';
      const last = client.ping();
      const error = await large;
      expect(error).to.include({ code: 'RESOURCE_EXHAUSTED', method: 'PingPong.ping' });
      expect(error.message).to.match(
        /^PingPong\.ping: .* 300\d+ bytes, TT?Header has room for \d+; nothing was sent/,
      );
      expect(await Promise.all([first, last])).to.deep.equal(['pong', 'pong']);
      expect(seen.map(({ value }) => value)).to.deep.equal(['first', 'last']);
    });

    it('that are no texts fail that call alone', async () => {
      const { address } = await served();
      const bad: unknown[] = ['x', { a: 1 }, { a: '\ud800' }, { '\udc00': 'x' }];
      const client = clientOf(address, {
        transport,
        headers: () => (bad.shift() ?? {}) as Record<string, string>,
      });
      const errors = await Promise.all([...bad].map(() => rejection(client.ping())));
      expect(errors.map(String)).to.deep.equal([
        'TypeError: headers: expected an object of texts by name, got x',
        'TypeError: headers.a: expected a text, got 1',
        'TypeError: headers.a: half a surrogate pair has no UTF-8',
        'TypeError: headers.�: half a surrogate pair has no UTF-8',
      ]);
      expect(await client.ping()).to.equal('pong');
    });

    it('may be asked of somebody who makes a call, or fails', async () => {
      const { address, seen } = await telling();
      let inner: Promise<string> | undefined;
      const client = clientOf(address, {
        transport,
        headers: () => {
          if (inner !== undefined) return { which: 'inner' };
          inner = Promise.resolve('');
          inner = client.ping();
          return { which: 'outer' };
        },
      });
      expect(await client.login('x', 'y')).to.equal('hello x');
      expect(await inner).to.equal('pong');
      expect(seen).to.deep.equal([{ ...own, which: 'inner' }]);
      const failing = clientOf(address, {
        transport,
        headers: () => {
          throw new RangeError('no token');
        },
      });
      expect(String(await rejection(failing.ping()))).to.equal('RangeError: no token');
    });
  });
}

describe('headers', () => {
  it('need a transport that has them', async () => {
    const { address } = await served();
    for (const transport of ['buffered', 'framed'] as const) {
      expect(() => clientOf(address, { transport, headers: {} })).to.throw(
        TypeError,
        `headers: the transport '${transport}' has none; try { transport: 'header' }`,
      );
    }
    expect(() => clientOf(address, { transport: 'ttheader', protocol: 'compact' })).to.throw(
      TypeError,
      "Kitex speaks nothing but binary in TTHeader, got 'compact'",
    );
    expect(() => clientOf(address, { transport: 'ttheader', zlib: true })).to.throw(TypeError, 'zlib');
  });
});

describe('a server of THeader clients', () => {
  it('answers under the sequence id of the message, without the headers of the request', async () => {
    const { raw } = await served();
    const peer = await raw();
    const header = Buffer.concat([hex('00 00'), pairs(1, [['k', 'v']])]);
    peer.send(headerFrame(ping, { header, seqid: 0 }));
    const answer = headerFrame(pong);
    expect(toHex(await peer.read(answer.length))).to.equal(toHex(answer));
  });

  it('compresses what answers a compressed call, and nothing else', async () => {
    const { raw } = await served();
    const peer = await raw();
    peer.send(headerFrame(deflateSync(deflateSync(ping)), { header: '00 02 01 01' }), headerFrame(ping));
    const size = (await peer.read(4)).readInt32BE();
    const answer = await peer.read(size);
    expect(toHex(answer.subarray(0, 14))).to.equal('0fff000000000007000100010100');
    expect(toHex(inflateSync(answer.subarray(14)))).to.equal(toHex(pong));
    expect(toHex(await peer.read(headerFrame(pong).length))).to.equal(toHex(headerFrame(pong)));
  });

  it('keeps what a client wants kept (fbthrift) for that connection', async () => {
    const { raw, seen } = await telling();
    const [peer, other] = [await raw(), await raw()];
    const header = Buffer.concat([hex('00 00'), pairs(2, [['who', 'me']])]);
    for (const [from, bytes] of [
      [peer, headerFrame(ping, { header })],
      [other, headerFrame(ping)],
      [peer, headerFrame(ping)],
    ] as const) {
      from.send(bytes);
      await from.read(headerFrame(pong).length);
    }
    expect(seen).to.deep.equal([{ who: 'me' }, {}, { who: 'me' }]);
  });

  for (const [what, header, protocol, type, told] of [
    [
      'a protocol',
      '03 00',
      '00',
      9,
      'expected the protocol id 0 (binary), 1 (JSON) or 2 (compact), got 3 (at byte 10)',
    ],
    [
      'a transform',
      '00 01 05',
      '00',
      8,
      'expected the transform 1 (zlib), the only one known here, got 5 (at byte 11)',
    ],
  ] as const) {
    it(`answers what it cannot read for ${what}, and goes on`, async () => {
      const { raw, reported } = await served();
      const peer = await raw();
      peer.send(headerFrame(hex('de ad be ef'), { header, seqid: 5 }), headerFrame(ping));
      const answers = Buffer.concat([
        headerFrame(message(EXCEPTION, '', 5, applicationException(told, type)), {
          header: `${protocol} 00`,
          seqid: 5,
        }),
        headerFrame(pong),
      ]);
      expect(toHex(await peer.read(answers.length))).to.equal(toHex(answers));
      expect(reported).to.deep.equal([]);
    });
  }

  it('answers in compact what came in compact under a transform that it does not know', async () => {
    const { raw } = await served();
    const peer = await raw();
    peer.send(headerFrame(hex('de ad'), { header: '02 01 03', seqid: 5 }));
    const size = (await peer.read(4)).readInt32BE();
    expect(toHex((await peer.read(size)).subarray(0, 18))).to.equal('0fff00000000000500010200000082610500');
  });

  it('closes the connection when the rest of a frame is broken', async () => {
    const { raw, reported } = await served();
    const peer = await raw();
    peer.send(headerFrame(ping), headerFrame(ping, { header: '00 01 01' }));
    expect(toHex(await peer.readToEnd())).to.equal(toHex(headerFrame(pong)));
    expect((reported[0]!.error as Error).message).to.include(
      "the message is not zlib's: incorrect header check",
    );
  });

  it('closes the connection when a message inflates beyond the limit', async () => {
    const { raw, reported } = await served({}, { limits: { frame: 1_000_000 } });
    const peer = await raw();
    peer.send(headerFrame(deflateSync(Buffer.alloc(2_000_000)), { header: '00 01 01' }));
    expect((await peer.readToEnd()).length).to.equal(0);
    expect((reported[0]!.error as Error).message).to.include(
      'the message inflates to more than 1000000 bytes (limits.frame)',
    );
  });
});

describe('a client that compresses its messages', () => {
  for (const protocol of ['binary', 'compact'] as const) {
    it(`is answered, ${protocol}`, async () => {
      const { address, notes } = await served();
      const client = clientOf(address, { transport: 'header', protocol, zlib: true, headers: { k: 'v' } });
      await client.note('n');
      const bytes = new Uint8Array(3_000_000).fill(7);
      expect(await client.echo(bytes)).to.deep.equal(bytes);
      expect(await client.login('x', 'y')).to.equal('hello x');
      expect(notes).to.deep.equal(['n']);
    });
  }

  it('sends less than it is given', async () => {
    const sizes: number[] = [];
    const { address } = await fakeServer(socket => socket.on('data', chunk => sizes.push(chunk.length)));
    const client = clientOf(address, { transport: 'header', zlib: true });
    const call = rejection(client.echo(new Uint8Array(1_000_000)));
    while (sizes.length === 0) await settle();
    await settle();
    expect(sizes.reduce((a, b) => a + b)).to.be.within(100, 3000);
    await client.close({ grace: 0 });
    await call;
  });

  it('is held to the limit of frames before it compresses: its peer counts what it inflates', async () => {
    const { address } = await served();
    const client = clientOf(address, { transport: 'header', zlib: true, limits: { frame: 100_000 } });
    const error = await rpcError(client.echo(new Uint8Array(100_000)));
    expect(error.code).to.equal('RESOURCE_EXHAUSTED');
    expect(error.message).to.match(/the message takes 1000\d\d bytes, the limit is 100000 \(limits\.frame\)/);
    expect(await client.echo(new Uint8Array(99_000))).to.have.length(99_000);
  });

  it('and its server tells it of an answer beyond the limit', async () => {
    const { address, reported } = await served(
      { echo: () => new Uint8Array(100_000) },
      { limits: { frame: 100_000 } },
    );
    const client = clientOf(address, { transport: 'header', zlib: true });
    expect(await rpcError(client.echo(new Uint8Array(1)))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    expect(reported).to.have.length(1);
    expect(await client.ping()).to.equal('pong');
  });
});

describe('a client of a THeader server', () => {
  async function facing(answer: Buffer) {
    const { address } = await fakeServer(socket => socket.once('data', () => socket.write(answer)));
    return clientOf(address, { transport: 'header' });
  }
  const reply = message(REPLY, 'ping', 1, texts({ 0: 'pong' }).fill(0, 1, 3));

  it('goes by the sequence id of the message (npm leaves that of the frame at 0)', async () => {
    expect(await (await facing(headerFrame(reply, { seqid: 0 }))).ping()).to.equal('pong');
  });

  it('reads answers that come bare, among others, in any chunks', async () => {
    for (const size of [1, 3, 1000]) {
      const { address } = await fakeServer(socket => {
        const bytes = Buffer.concat(
          [1, 2, 3, 4].map(id => {
            const bare = Buffer.from(reply);
            bare.writeInt32BE(id, 12);
            return id % 2 === 0 ? bare : headerFrame(bare);
          }),
        );
        socket.once('data', async () => {
          for (let at = 0; at < bytes.length; at += size) {
            socket.write(bytes.subarray(at, at + size));
            if (size < 100) await settle(1);
          }
        });
      });
      const client = closing(makeClient(loaded.PingPong, address, { transport: 'header' }));
      const calls = [client.ping(), client.ping(), client.ping(), client.ping()];
      expect(await Promise.all(calls)).to.deep.equal(['pong', 'pong', 'pong', 'pong']);
    }
  });

  it('reads answers that are compressed, or have headers, though it asked for neither', async () => {
    const header = Buffer.concat([hex('00 01 01'), pairs(1, [['load', '3']]), pairs(2, [['a', 'b']])]);
    expect(await (await facing(headerFrame(deflateSync(reply), { header }))).ping()).to.equal('pong');
  });

  it('refuses a result in another protocol than that of its call', async () => {
    const compact = hex('82 41 01 04 70 69 6e 67 08 00 04 70 6f 6e 67 00');
    const error = await rpcError((await facing(headerFrame(compact, { header: '02 00' }))).ping());
    expect(error.message).to.include('expected a reply in binary, as the call was, got one in compact');
  });

  it('takes an answer without a name from a server that could not read the call', async () => {
    const answer = message(EXCEPTION, '', 1, applicationException('Unknown transform', 8));
    const error = await rpcError((await facing(headerFrame(answer))).ping());
    expect(error).to.include({ code: 'INTERNAL', applicationType: 8, message: 'Unknown transform' });
  });

  it('says what it cannot read of an answer', async () => {
    const error = await rpcError((await facing(headerFrame(reply, { header: '00 01 05' }))).ping());
    expect(error.code).to.equal('INTERNAL');
    expect(error.message).to.include('expected the transform 1 (zlib), the only one known here, got 5');
  });
});

describe('a oneway call under a transform that is not known', () => {
  it('is answered like any other: nothing tells what it is', async () => {
    const { raw } = await served();
    const peer = await raw();
    peer.send(headerFrame(message(ONEWAY, 'note', 3), { header: '00 01 05', seqid: 3 }));
    expect((await peer.read(4)).readInt32BE()).to.be.above(20);
  });
});
