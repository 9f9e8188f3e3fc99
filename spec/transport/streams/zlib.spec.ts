import { once } from 'node:events';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { constants, deflate, deflateSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../../src/index.ts';
import { zlibStream } from '../../../src/transport/streams/zlib.ts';
import { CALL, framed, hex, message, toHex } from '../../support/hex.ts';
import { closeAll, fakeServer, settle, until } from '../../support/peers.ts';
import { reading, Wire } from '../../support/wire.ts';

afterEach(closeAll);

/** A flush, and no end. */
const flushed = (bytes: Uint8Array) => deflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
const ping = message(CALL, 'ping', 1);
/** `ping` and a flush, as written by Debian's python3-thrift 0.17 and libthriftz 0.17. */
const python = hex('78da 6a6064606460606029c8cc4b07d28c0c00 000000ffff');
const cpp = hex('789c 6a6064606460606029c8cc4b07d28c0c00 000000ffff');

/** Bytes that no one can deflate. */
function noise(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0, x = 1; i < size; i++) {
    x = (x * 1_103_515_245 + 12_345) >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}

/** Enough of it in zlib's threads that a stream which does not wait would be far ahead. */
async function otherWork(): Promise<void> {
  for (let i = 0; i < 300; i++) await new Promise(resolve => deflate('', resolve));
}

function opened(): { wire: Wire; stream: Duplex } {
  const wire = new Wire();
  return { wire, stream: zlibStream(wire) };
}

/** The error that a stream over these bytes ends with. */
async function failure(bytes: Uint8Array, size?: number): Promise<DecodeError> {
  const { wire, stream } = opened();
  const seen = reading(stream);
  wire.feed(bytes, size).feedEnd();
  await until(() => stream.closed);
  expect(wire.destroyed).to.equal(true);
  if (!(seen.error instanceof DecodeError)) throw new Error(`expected a DecodeError, got ${seen.error}`);
  return seen.error;
}

describe('a zlib stream', () => {
  it('sends each batch at once, as one zlib stream with a flush behind each', async () => {
    const { wire, stream } = opened();
    stream.write(ping);
    await until(() => wire.sent.length > 0);
    const first = wire.sent;
    expect(toHex(first.subarray(0, 2))).to.equal('789c');
    expect(toHex(first.subarray(-4))).to.equal('0000ffff');
    stream.write('two');
    stream.write('three');
    stream.write('four');
    await until(() => stream.writableLength === 0);
    const { sent } = wire;
    const whole = inflateSync(sent, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(whole.toString()).to.equal(`${ping}twothreefour`);
    expect(sent.toString('latin1').split('\x00\x00\xff\xff')).to.have.length(4);
  });

  it('reads what Python and C++ send', async () => {
    for (const bytes of [python, cpp]) {
      const { wire, stream } = opened();
      const seen = reading(stream);
      wire.feed(bytes, 1);
      await until(() => seen.bytes.length === ping.length);
      expect(toHex(seen.bytes)).to.equal(toHex(ping));
    }
  });

  it('gives what was written, whatever the chunks', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 300 }), async (parts, size) => {
        const { wire, stream } = opened();
        for (const part of parts) stream.write(part);
        stream.end();
        await once(stream, 'finish');
        const back = opened();
        const seen = reading(back.stream);
        back.wire.feed(wire.sent, size).feedEnd();
        await once(back.stream, 'end');
        expect(Buffer.compare(seen.bytes, Buffer.concat(parts))).to.equal(0);
        back.stream.destroy();
      }),
      { numRuns: 30 },
    );
  });

  it('answers message for message over a socket', async () => {
    const server = await fakeServer(socket => {
      const stream = zlibStream(socket);
      stream.on('data', chunk => stream.write(chunk)).on('end', () => stream.end());
    });
    const stream = zlibStream(connect(server.address));
    const seen = reading(stream);
    for (let i = 1; i <= 20; i++) {
      stream.write(ping);
      await until(() => seen.bytes.length === i * ping.length);
    }
    stream.end();
    await until(() => stream.closed);
    expect(seen.error).to.equal(undefined);
  });

  describe('under pressure', () => {
    it('inflates no further than it is read', async () => {
      const size = 64 * 1024 * 1024;
      const { wire, stream } = opened();
      wire.feed(deflateSync(Buffer.alloc(size)), 8192);
      await until(() => stream.readableLength > 0);
      await otherWork();
      expect(stream.readableLength).to.be.below(200_000);
      let got = 0;
      let most = 0;
      stream.on('data', chunk => {
        got += chunk.length;
        most = Math.max(most, stream.readableLength);
      });
      await until(() => got === size);
      expect(most).to.be.below(200_000);
    });

    it('takes no more from the inner stream than it inflates', async () => {
      const { wire, stream } = opened();
      const bytes = deflateSync(noise(4_000_000), { level: 0 });
      wire.feed(bytes, 8192);
      await until(() => stream.readableLength > 0);
      await otherWork();
      expect(wire.backlog).to.be.above(bytes.length - 500_000);
      stream.destroy();
    });

    it('counts as unsent what the inner stream has not taken', async () => {
      const { wire, stream } = opened();
      wire.isStuck = true;
      let isDone = false;
      stream.write(ping, () => {
        isDone = true;
      });
      stream.write(ping);
      await until(() => wire.writableLength > 0);
      await settle();
      expect(isDone).to.equal(false);
      expect(stream.writableLength).to.equal(2 * ping.length);
      wire.release();
      await until(() => isDone && stream.writableLength === 0);
    });

    it('deflates no further than the inner stream takes it', async () => {
      const { wire, stream } = opened();
      wire.isStuck = true;
      const bytes = noise(4_000_000);
      stream.write(bytes);
      await otherWork();
      expect(wire.writableLength).to.be.below(200_000);
      wire.release();
      await until(() => stream.writableLength === 0);
      const whole = inflateSync(wire.sent, { finishFlush: constants.Z_SYNC_FLUSH });
      expect(Buffer.compare(whole, bytes)).to.equal(0);
    });
  });

  describe('at its end', () => {
    it('finishes what it sent, and ends the inner stream', async () => {
      const { wire, stream } = opened();
      stream.end(ping);
      await once(stream, 'finish');
      expect(wire.hasEnded).to.equal(true);
      expect(toHex(inflateSync(wire.sent))).to.equal(toHex(ping));
    });

    it('takes an end behind a flush for one, as peers never finish theirs, and one behind the checksum', async () => {
      for (const bytes of [flushed(ping), deflateSync(ping), Buffer.alloc(0)]) {
        const { wire, stream } = opened();
        const seen = reading(stream);
        wire.feed(bytes, 3).feedEnd();
        await once(stream, 'end');
        expect(seen.error).to.equal(undefined);
        expect(seen.bytes.length).to.equal(bytes.length === 0 ? 0 : ping.length);
        expect(stream.writable).to.equal(true);
        stream.end();
        await until(() => stream.closed);
        expect(wire.destroyed).to.equal(true);
      }
    });

    it('ends quietly with an inner stream that is never half open', async () => {
      const server = await fakeServer(socket => socket.end(flushed(ping)));
      const stream = zlibStream(connect(server.address));
      const seen = reading(stream);
      await until(() => stream.closed);
      expect(seen.error).to.equal(undefined);
      expect(seen.bytes.length).to.equal(ping.length);
    });

    it('says no more to an inner stream that has ended with its peer', async () => {
      const wire = new Wire({ allowHalfOpen: false, autoDestroy: false });
      const stream = zlibStream(wire);
      const seen = reading(stream);
      stream.write(ping);
      await until(() => wire.sent.length > 0);
      wire.feed(flushed(ping)).feedEnd();
      await until(() => stream.closed);
      expect(seen.error).to.equal(undefined);
      expect(seen.bytes.length).to.equal(ping.length);
    });

    it('fails and closes with the inner stream, and closes it', async () => {
      const failing = opened();
      const seen = reading(failing.stream);
      failing.wire.destroy(new Error('lost'));
      await until(() => failing.stream.closed);
      expect(seen.error?.message).to.equal('lost');

      const closing = opened();
      const quiet = reading(closing.stream);
      closing.wire.destroy();
      await until(() => closing.stream.closed);
      expect(quiet.error).to.equal(undefined);

      const own = opened();
      own.stream.write(ping);
      own.stream.destroy();
      await until(() => own.stream.closed);
      expect(own.wire.destroyed).to.equal(true);
    });

    it('gives back what zlib holds', async () => {
      const destroyed = new Set<string>();
      const { destroy } = Duplex.prototype;
      Duplex.prototype.destroy = function (this: Duplex, error?: Error) {
        destroyed.add(this.constructor.name);
        return destroy.call(this, error);
      };
      try {
        const { wire, stream } = opened();
        stream.write(ping);
        wire.feed(flushed(ping));
        await until(() => stream.writableLength === 0 && stream.readableLength > 0);
        stream.destroy();
        await until(() => stream.closed);
      } finally {
        Duplex.prototype.destroy = destroy;
      }
      expect(destroyed).to.include.all.keys('Deflate', 'Inflate');
    });
  });

  describe('refuses', () => {
    it('what is no zlib, and says what it looks like', async () => {
      for (const size of [undefined, 1]) {
        const error = await failure(ping, size);
        expect(error).to.include({ code: 'invalid-data', offset: 0 });
        expect(error.message).to.include('the peer did not send zlib, but Thrift binary, unframed');
      }
      expect((await failure(framed(ping))).message).to.include('but Thrift binary, framed');
      expect((await failure(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).message).to.include('but HTTP');
      expect((await failure(hex('00 01 02 03 04 05 06 07 08 09'))).message).to.include(
        'but 0001020304050607 (hex): incorrect header check; is its zlib transport on? (at byte 0)',
      );
    });

    it('damage, with the place and what zlib says', async () => {
      const bytes = flushed(Buffer.from('some text that is some text'));
      const damaged = Buffer.concat([bytes, hex('ff ff ff ff')]);
      const { wire, stream } = opened();
      const seen = reading(stream);
      wire.feed(damaged.subarray(0, bytes.length));
      await until(() => seen.bytes.length > 0);
      wire.feed(damaged.subarray(bytes.length));
      await until(() => stream.closed);
      expect(seen.error).to.include({ code: 'invalid-data', offset: bytes.length });
      expect(seen.error?.message).to.include('damaged in the bytes from here on: invalid block type');
      const checksum = Buffer.from(deflateSync(ping));
      checksum[checksum.length - 1]! ^= 1;
      expect((await failure(checksum)).message).to.include('incorrect data check');
    });

    it('an end in the midst', async () => {
      const whole = deflateSync(ping);
      for (let length = 1; length < whole.length; length++) {
        const error = await failure(whole.subarray(0, length));
        expect(error, `${length} bytes`).to.include({ code: 'truncated', offset: length });
      }
    });

    it('bytes behind the end of the stream', async () => {
      const whole = deflateSync(ping);
      for (const size of [undefined, 1, whole.length]) {
        const error = await failure(Buffer.concat([whole, hex('01 02')]), size);
        expect(error).to.include({ code: 'trailing-bytes', offset: whole.length });
      }
    });
  });
});
