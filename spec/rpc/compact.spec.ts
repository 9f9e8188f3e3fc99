import { expect } from 'chai';
import { type Framing, makeClient } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { CALL, framed, hex, message, REPLY, toHex } from '../support/hex.ts';
import { answering, closeAll, closing, type RawClient, settle } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

/** Bytes that thriftpy2 wrote; its clients number all their calls 0. */
const ping = hex('82 21 00 04 70 69 6e 67 00');
const pong = hex('82 41 00 04 70 69 6e 67 08 00 04 70 6f 6e 67 00');
const login = hex('82 21 00 05 6c 6f 67 69 6e 18 04 72 6f 6f 74 18 03 70 77 64 00');
const hello = hex('82 41 00 05 6c 6f 67 69 6e 08 00 0a 68 65 6c 6c 6f 20 72 6f 6f 74 00');

/** The same, with another sequence id of one byte. */
function numbered(bytes: Buffer, seqid: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[2] = seqid;
  return copy;
}

afterEach(closeAll);

for (const transport of ['buffered', 'framed'] as const) {
  const wrap = (bytes: Buffer) => (transport === 'framed' ? framed(bytes) : bytes);
  const protocol = 'compact';

  async function asking(peer: RawClient, request: Buffer, expected: Buffer): Promise<void> {
    peer.send(wrap(request));
    expect(toHex(await peer.read(wrap(expected).length))).to.equal(toHex(wrap(expected)));
  }

  describe(`compact on the wire, ${transport}`, () => {
    it('is recognised, and answered in kind', async () => {
      const { raw, reported } = await served();
      const peer = await raw();
      await asking(peer, ping, pong);
      await asking(peer, login, hello);
      expect(reported).to.deep.equal([]);
    });

    it('is understood in chunks of one byte', async () => {
      const { raw } = await served();
      const peer = await raw();
      for (const byte of wrap(login)) {
        peer.send(Buffer.of(byte));
        await settle(1);
      }
      expect(toHex(await peer.read(wrap(hello).length))).to.equal(toHex(wrap(hello)));
    });

    it('carries the calls that thriftpy2 makes', async () => {
      const requests: string[] = [];
      const peer = await answering(wrap(login).length, request => {
        requests.push(toHex(request));
        return wrap(numbered(hello, 1));
      });
      const client = closing(makeClient(loaded.PingPong, peer.address, { transport, protocol }));
      expect(await client.login('root', 'pwd')).to.equal('hello root');
      expect(requests).to.deep.equal([toHex(wrap(numbered(login, 1)))]);
    });

    it('has sequence ids of either sign echoed', async () => {
      const { raw } = await served();
      const peer = await raw();
      for (const seqid of ['ff ff ff ff 0f', '80 80 80 80 08', 'ff ff ff ff 07']) {
        const numbering = (bytes: Buffer) =>
          Buffer.concat([bytes.subarray(0, 2), hex(seqid), bytes.subarray(3)]);
        await asking(peer, numbering(ping), numbering(pong));
      }
    });

    it('carries declared exceptions', async () => {
      const { raw, address } = await served();
      // find(-1): NotFound { 1: -1 } as field 1 of the result.
      await asking(
        await raw(),
        hex('82 21 05 04 66 69 6e 64 15 01 00'),
        hex('82 41 05 04 66 69 6e 64 1c 15 01 00 00'),
      );
      const client = closing(makeClient(loaded.PingPong, address, { transport, protocol }));
      expect(await rejection(client.find(-1)))
        .to.be.instanceOf(loaded.NotFound)
        .with.include({ id: -1 });
      expect(await client.find(3)).to.equal('found 3');
      expect(await client.nothing()).to.equal(undefined);
    });

    it('has unknown methods answered with type 1, and the connection goes on', async () => {
      const { raw } = await served();
      const peer = await raw();
      peer.send(wrap(hex('82 21 07 04 6e 6f 70 65 1c 11 00 29 25 02 04 00')), wrap(ping));
      const bytes = await peer.read(wrap(pong).length).then(async first => {
        while (!peer.unread.includes(wrap(pong))) await settle(1);
        return Buffer.concat([first, peer.unread]);
      });
      const failure = bytes.subarray(0, bytes.length - wrap(pong).length);
      const from = transport === 'framed' ? 4 : 0;
      expect(toHex(failure.subarray(from, from + 9))).to.equal('826107046e6f706518');
      // Field 2 is a step of one: 15, then 1 as zigzag, then the stop.
      expect(toHex(failure.subarray(-3))).to.equal('150200');
    });

    it('has arguments that do not fit answered with type 7, and the connection goes on', async () => {
      const { raw, reported } = await served();
      const peer = await raw();
      peer.send(wrap(hex('82 21 06 05 6c 6f 67 69 6e 18 02 c3 28 18 01 61 00')), wrap(ping));
      while (!peer.unread.includes(wrap(pong))) await settle(1);
      const failure = peer.unread.subarray(0, peer.unread.length - wrap(pong).length);
      expect(failure.toString('latin1')).to.include('PingPong.login.username');
      expect(toHex(failure.subarray(-3))).to.equal('150e00');
      expect(reported).to.deep.equal([]);
    });

    it('shares a port with binary, whatever the framing of each', async () => {
      const { address, raw, notes } = await served();
      const clients = (['binary', 'compact'] as const).map(each =>
        closing(makeClient(loaded.PingPong, address, { transport, protocol: each })),
      );
      const old = await raw();
      old.send(message(CALL, 'ping', 4));
      const names = Array.from({ length: 20 }, (_, i) => `n${i}`);
      const answers = await Promise.all(names.map((name, i) => clients[i % 2]!.login(name, '')));
      expect(answers).to.deep.equal(names.map(name => `hello ${name}`));
      const value = Uint8Array.from({ length: 70_000 }, (_, i) => i);
      for (const client of clients) {
        expect(await client.echo(value)).to.deep.equal(value);
        await client.note('x');
        await client.ping();
      }
      expect(notes).to.deep.equal(['x', 'x']);
      const reply = message(REPLY, 'ping', 4, '0b 00 00 00 00 00 04 70 6f 6e 67 00');
      expect(toHex(await old.read(reply.length))).to.equal(toHex(reply));
    });

    it('is answered, then closed, when what it says is no message', async () => {
      const { raw, reported } = await served();
      const peer = await raw();
      peer.send(wrap(ping), wrap(hex('82 22 00 04 70 69 6e 67 00')));
      expect(toHex((await peer.readToEnd()).subarray(0, wrap(pong).length))).to.equal(toHex(wrap(pong)));
      expect(reported).to.have.length(1);
    });
  });

  describe(`a client whose server speaks another protocol, ${transport}`, () => {
    for (const [own, reply, hint] of [
      ['binary', pong, "{ protocol: 'compact' }"],
      ['compact', message(REPLY, 'ping', 1, '00'), "{ protocol: 'binary' }"],
    ] as const) {
      it(`is told which option to try: ${hint}`, async () => {
        const peer = await answering(1, () => wrap(reply));
        const options = { transport: transport as Framing, protocol: own, timeout: 5000 };
        const client = closing(makeClient(loaded.PingPong, peer.address, options));
        expect((await rpcError(client.ping())).message).to.include(hint);
      });
    }
  });
}

describe('a client', () => {
  it('refuses a protocol that is none', () => {
    expect(() => makeClient(loaded.PingPong, '127.0.0.1:1', { protocol: 'xml' as never })).to.throw(
      TypeError,
      "protocol: expected 'binary' or 'compact', got 'xml'",
    );
  });
});
