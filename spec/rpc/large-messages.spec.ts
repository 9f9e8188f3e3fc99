import { expect } from 'chai';
import { type ClientOptions, makeClient, makeServer, type TcpAddress } from '../../src/index.ts';
import { CALL, hex, i32, message } from '../support/hex.ts';
import { closeAll, closing, RawClient, until } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { PingPong } = loaded;

afterEach(closeAll);

/** Bytes that no other seed gives. */
function bytesOf(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >>> 12) * seed + seed) & 0xff;
  return bytes;
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe('large binaries', () => {
  const kept: Uint8Array[] = [];
  let address: TcpAddress;

  beforeEach(async () => {
    kept.length = 0;
    const { handler } = waitingHandler({
      echo(value) {
        kept.push(value);
        return value;
      },
    });
    address = await closing(makeServer(PingPong, handler)).listen({ port: 0 });
  });

  const options: readonly ClientOptions[] = [
    { transport: 'buffered' },
    { transport: 'framed' },
    { transport: 'framed', protocol: 'compact' },
  ];

  for (const own of options) {
    const named = Object.values(own).join(', ');

    it(`are the receiver's own: later messages change nothing in them (${named})`, async () => {
      const client = closing(makeClient(PingPong, address, own));
      const sizes = [70_000, 1_000_000, 5_000_000, 1_100_000, 5_100_000, 6_000_000, 65_600];
      const sent = sizes.map((size, i) => bytesOf(i + 1, size));
      const got: Uint8Array[] = [];
      for (const bytes of sent) got.push(await client.echo(bytes));
      got.push(...(await Promise.all(sent.map(bytes => client.echo(bytes)))));
      const expected = [...sent, ...sent];
      expect(got.map((bytes, i) => same(bytes, expected[i]!))).to.deep.equal(expected.map(() => true));
      expect(kept.map((bytes, i) => same(bytes, expected[i]!))).to.deep.equal(expected.map(() => true));
    });

    it(`have memory to themselves, from its first byte on (${named})`, async () => {
      const client = closing(makeClient(PingPong, address, own));
      for (const size of [70_000, 5_000_000]) {
        const bytes = await client.echo(bytesOf(1, size));
        expect([bytes.byteOffset, bytes.buffer.byteLength]).to.deep.equal([0, size]);
      }
    });

    it(`are read when the call is made: they may be changed at once (${named})`, async () => {
      const client = closing(makeClient(PingPong, address, own));
      await client.ping();
      for (const size of [70_000, 5_000_000]) {
        const bytes = bytesOf(1, size);
        const before = Uint8Array.from(bytes);
        const reply = client.echo(bytes);
        bytes.fill(0xff);
        expect(same(await reply, before), String(size)).to.equal(true);
      }
    });
  }

  it('reach a slow reader as they were, whatever else is sent meanwhile', async () => {
    const slow = await RawClient.connect(address);
    const size = 6_000_000;
    const request = (seed: number) => {
      const value = Buffer.from(bytesOf(seed, size));
      return message(CALL, 'echo', seed, Buffer.concat([hex('0b 00 01'), i32(size), value, hex('00')]));
    };
    slow.socket.pause();
    slow.send(request(1));
    const client = closing(makeClient(PingPong, address));
    await until(() => kept.length === 1);
    for (let seed = 2; seed < 6; seed++) {
      const bytes = bytesOf(seed, size);
      expect(same(await client.echo(bytes), bytes)).to.equal(true);
    }
    slow.socket.resume();
    const reply = await slow.read(4 + 4 + 4 + 4 + 3 + 4 + size + 1);
    expect(same(reply.subarray(-1 - size, -1), bytesOf(1, size))).to.equal(true);
  });
});
