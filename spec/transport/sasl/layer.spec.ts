import { expect } from 'chai';
import { defaultLimits } from '../../../src/limits.ts';
import { saslAccept } from '../../../src/transport/sasl/accept.ts';
import { saslConnect } from '../../../src/transport/sasl/connect.ts';
import type { SaslLayer } from '../../../src/transport/sasl/mechanism.ts';
import { CALL, framed, message, toHex } from '../../support/hex.ts';
import { until } from '../../support/peers.ts';
import { reading, Wire } from '../../support/wire.ts';

const [one, two] = [message(CALL, 'one', 1), message(CALL, 'two', 2)];
const options = { peer: 'peer:1', timeout: 60_000, limits: defaultLimits };
const complete = Buffer.from('\x05\0\0\0\0');

/** A number that counts frames, and the bytes turned over: order and number of calls matter. */
function layer(): SaslLayer {
  let [wrapped, unwrapped] = [0, 0];
  return {
    async wrap(bytes) {
      const number = wrapped++;
      await new Promise(resolve => setImmediate(resolve));
      return Buffer.from([number, ...bytes.map(byte => byte ^ 0xff)]);
    },
    unwrap(bytes) {
      if (bytes[0] !== unwrapped++) throw new Error('the signature is wrong');
      return bytes.subarray(1).map(byte => byte ^ 0xff);
    },
  };
}

const wrappedAs = (number: number, bytes: Buffer) =>
  framed(Buffer.from([number, ...bytes.map(byte => byte ^ 0xff)]));

const connected = async (wire: Wire) => {
  const mechanism = { name: 'TOY', begin: () => ({ respond: () => ({ done: true, layer: layer() }) }) };
  const connecting = saslConnect(wire, mechanism, options);
  await wire.answer();
  wire.feed(complete);
  return connecting;
};

describe('a SASL layer', () => {
  it('wraps each framed message by itself, in order, whatever the writes', async () => {
    const wire = new Wire();
    const stream = await connected(wire);
    const bytes = Buffer.concat([framed(one), framed(two)]);
    for (let at = 0; at < bytes.length; at += 7) stream.write(bytes.subarray(at, at + 7));
    await until(() => stream.writableLength === 0);
    expect(toHex(wire.sent)).to.equal(toHex(Buffer.concat([wrappedAs(0, one), wrappedAs(1, two)])));
  });

  it('unwraps each frame, whatever the chunks, and sends what was under way before it ends', async () => {
    const bytes = Buffer.concat([
      wrappedAs(0, one),
      wrappedAs(1, two.subarray(0, 5)),
      wrappedAs(2, two.subarray(5)),
    ]);
    for (let size = 1; size <= bytes.length; size += 4) {
      const wire = new Wire();
      const stream = await connected(wire);
      const seen = reading(stream);
      stream.end(framed(one));
      wire.feed(bytes, size).feedEnd();
      await until(() => stream.closed);
      expect(seen.error).to.equal(undefined);
      expect(toHex(seen.bytes)).to.equal(toHex(Buffer.concat([one, two])));
      expect(toHex(wire.sent)).to.equal(toHex(wrappedAs(0, one)));
    }
  });

  it('ends the connection with what unwrap throws, and for frames that cannot be', async () => {
    const cases = [
      [wrappedAs(1, one), 'the signature is wrong'],
      [Buffer.from([0xff, 0xff, 0xff, 0xff]), 'a frame claims -1 bytes'],
      [Buffer.from([0x7f, 0xff, 0xff, 0xff]), 'a frame claims 2147483647 bytes'],
      [wrappedAs(0, one).subarray(0, 8), 'the connection ended within a SASL frame'],
    ] as const;
    for (const [bytes, text] of cases) {
      const wire = new Wire();
      const seen = reading(await connected(wire));
      wire.feed(bytes).feedEnd();
      await until(() => wire.closed);
      expect(seen.error?.message).to.include(text);
    }
  });

  it('is what a server has agreed on as well', async () => {
    const wire = new Wire();
    wire.feed(
      Buffer.concat([Buffer.from('\x01\0\0\0\x03TOY'), Buffer.from('\x02\0\0\0\0'), wrappedAs(0, one)]),
    );
    const mechanism = {
      name: 'TOY',
      begin: () => ({ respond: () => ({ done: true, user: 'u', layer: layer() }) }),
    };
    const { stream } = await saslAccept(wire, [mechanism], options);
    const seen = reading(stream);
    await until(() => seen.bytes.length > 0);
    expect(toHex(seen.bytes)).to.equal(toHex(one));
    stream.write(framed(two));
    await until(() => stream.writableLength === 0);
    expect(toHex(wire.sent)).to.equal(toHex(Buffer.concat([complete, wrappedAs(0, two)])));
  });
});
