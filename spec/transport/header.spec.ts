import { deflateSync, inflateSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../src/index.ts';
import { Oversize } from '../../src/transport/transport.ts';
import { type Cut, cutAll, cutting, decodeError, written } from '../support/cutting.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import { CALL, hex, message, texts, toHex } from '../support/hex.ts';

const ping = message(CALL, 'ping', 7);
const compactPing = hex('82 21 07 04 70 69 6e 67 00');

/** The one message in the bytes. */
function only(bytes: Buffer): Cut {
  const cuts = cutAll('header', bytes);
  expect(cuts).to.have.length(1);
  return cuts[0]!;
}

const headersOf = (bytes: Buffer) => Object.fromEntries(only(bytes).envelope.headers);
const refusal = (bytes: Buffer) => {
  const { code, reason } = decodeError(() => cutAll('header', bytes));
  return `${code}: ${reason}`;
};

describe('a THeader frame that other implementations wrote', () => {
  it('is read, and written alike: compact, with headers', () => {
    const call = hex('8221010774657374493332155400');
    const bytes = hex(
      '00000030 0fff 0000 00000001 0006 02 00 01 02 016b0176 0874726163652d696403616263 000000',
    );
    const headers = { k: 'v', 'trace-id': 'abc' };
    const { envelope, message, name, seqid } = only(Buffer.concat([bytes, call]));
    expect({ protocol: envelope.protocol, message, name, seqid }).to.deep.equal({
      protocol: 'compact',
      message: toHex(call),
      name: 'testI32',
      seqid: 1,
    });
    expect(Object.fromEntries(envelope.headers)).to.deep.equal(headers);
    const own = written('header', call, {
      protocol: 'compact',
      headers: new Map(Object.entries(headers)),
      seqid: 1,
    });
    expect(toHex(own)).to.equal(toHex(Buffer.concat([bytes, call])));
  });

  it('is read, and written alike: binary, with a header (Python and npm)', () => {
    const bytes = hex('000000230fff000000000007000200000101016b0176800100010000000470696e670000000700');
    expect(only(bytes)).to.include({ message: toHex(ping), name: 'ping', seqid: 7 });
    expect(headersOf(bytes)).to.deep.equal({ k: 'v' });
    expect(toHex(written('header', ping, { headers: new Map([['k', 'v']]) }))).to.equal(toHex(bytes));
  });

  it('is read, and written in the same form: compressed (Python)', () => {
    const bytes = hex(
      '0000002d0fff00000000000700030001010101016b0176000000789c6b6064606460606029c8cc4b07d2ec0c001589023c',
    );
    const { envelope, message } = only(bytes);
    expect(message).to.equal(toHex(ping));
    expect(envelope.zlib).to.equal(true);
    const own = written('header', ping, { headers: new Map([['k', 'v']]), zlib: true });
    expect(toHex(own.subarray(4, 26))).to.equal(toHex(bytes.subarray(4, 26)));
    expect(own.readInt32BE()).to.equal(own.length - 4);
    expect(toHex(inflateSync(own.subarray(26)))).to.equal(toHex(ping));
  });

  it('may have no header bytes but the two that must be, in any padding up to a word more', () => {
    for (const padding of [2, 6]) {
      expect(only(headerFrame(ping, { padding })).message, `${padding}`).to.equal(toHex(ping));
    }
    const block = Buffer.concat([hex('00 00'), pairs(1, [['k', 'v']])]);
    for (const [extra, padding] of [
      ['', 0],
      ['a', 3],
      ['aa', 2],
      ['aaa', 1],
      ['', 4],
    ] as const) {
      const header = Buffer.concat([hex('00 00'), pairs(1, [['k', `v${extra}`]])]);
      expect(headersOf(headerFrame(ping, { header, padding })), extra).to.deep.equal({ k: `v${extra}` });
    }
    expect(block.length % 4).to.equal(0);
  });

  it('may have any flags and any sequence id: the message has its own', () => {
    const { seqid } = only(headerFrame(ping, { flags: 0xffff, seqid: 0 }));
    expect(seqid).to.equal(7);
  });

  it('names the protocol of its message, each anew', () => {
    const cuts = cutAll(
      'header',
      Buffer.concat([
        headerFrame(ping),
        headerFrame(compactPing, { header: '02 00' }),
        headerFrame(ping, { header: '00 00' }),
      ]),
    );
    expect(cuts.map(({ envelope, name }) => `${envelope.protocol} ${name}`)).to.deep.equal([
      'binary ping',
      'compact ping',
      'binary ping',
    ]);
  });
});

describe('the headers of a THeader frame', () => {
  const frameOf = (...blocks: readonly Buffer[]) =>
    headerFrame(ping, { header: Buffer.concat([hex('00 00'), ...blocks]) });

  it('may be in several blocks; of two alike the last counts', () => {
    const bytes = frameOf(
      pairs(1, [
        ['a', '1'],
        ['a', '2'],
      ]),
      pairs(1, [
        ['b', '3'],
        ['a', '4'],
      ]),
    );
    expect(headersOf(bytes)).to.deep.equal({ a: '4', b: '3' });
  });

  it('end at padding and at a block that is not known', () => {
    expect(headersOf(frameOf(pairs(1, [['a', '1']]), hex('00'), pairs(1, [['b', '2']])))).to.deep.equal({
      a: '1',
    });
    expect(headersOf(frameOf(pairs(1, [['a', '1']]), hex('63 ff ff ff ff ff ff')))).to.deep.equal({ a: '1' });
  });

  it('may be empty, or names of every object, or any Unicode', () => {
    const odd = [
      ['', ''],
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['grüße', '日本 🎉'],
    ] as const;
    const { envelope } = only(frameOf(pairs(1, odd)));
    expect([...envelope.headers]).to.deep.equal(odd);
    const own = written('header', ping, { headers: new Map(odd) });
    expect([...only(own).envelope.headers]).to.deep.equal(odd);
  });

  it('are read from bytes that are no UTF-8 too', () => {
    expect(headersOf(frameOf(hex('01 01 01 6b 02 c3 28')))).to.deep.equal({ k: '�(' });
  });

  it('of the kind that lasts (fbthrift) go with every message that follows, under those of its own', () => {
    const cuts = cutAll(
      'header',
      Buffer.concat([
        headerFrame(ping),
        frameOf(
          pairs(2, [
            ['who', 'me'],
            ['a', '1'],
          ]),
          pairs(1, [['b', '2']]),
        ),
        headerFrame(ping),
        frameOf(pairs(1, [['a', '3']])),
        frameOf(pairs(2, [['who', 'you']])),
        headerFrame(ping),
      ]),
    );
    expect(cuts.map(({ envelope }) => Object.fromEntries(envelope.headers))).to.deep.equal([
      {},
      { who: 'me', a: '1', b: '2' },
      { who: 'me', a: '1' },
      { who: 'me', a: '3' },
      { who: 'you', a: '1' },
      { who: 'you', a: '1' },
    ]);
  });

  it('of that kind are kept for one connection, and no more than 64 of them', () => {
    const many = Array.from({ length: 64 }, (_, i) => [`key ${i}`, 'v'] as const);
    const first = frameOf(pairs(2, many));
    expect(cutAll('header', Buffer.concat([first, first]))[1]!.envelope.headers.size).to.equal(64);
    expect(only(headerFrame(ping)).envelope.headers.size).to.equal(0);
    expect(refusal(Buffer.concat([first, frameOf(pairs(2, [['one more', 'v']]))]))).to.equal(
      'size-limit: a peer may have 64 headers kept for it, got 65',
    );
  });
});

describe('a THeader frame that cannot be', () => {
  for (const [what, expected, bytes] of [
    [
      'is too short',
      'truncated: expected 10 more bytes, the message has 9',
      hex('00000009 0fff 0000 00000007 00'),
    ],
    [
      'is another frame',
      'bad-version: expected a THeader frame (0fff), got one that begins with 8001',
      hex('00000011 8001 0001 00000004 70696e67 00000007 00'),
    ],
    [
      'is TTHeader',
      'bad-version: expected a THeader frame (0fff), got one that begins with 1000',
      headerFrame(ping, { magic: 0x1000 }),
    ],
    [
      'claims more header than there is',
      'size-limit: the header claims 36 bytes, the frame has 21 more',
      headerFrame(ping, { words: 9 }),
    ],
    [
      'claims more header than there may be',
      'size-limit: the header claims 65536 bytes, THeader has room for 65532',
      headerFrame(Buffer.alloc(70_000), { words: 0x4000 }),
    ],
    ['has no header', 'truncated: expected 1 more bytes, the message has 0', headerFrame(ping, { words: 0 })],
    [
      'has too many transforms',
      'size-limit: a message has 4 transforms at the most, got 5',
      headerFrame(ping, { header: '00 05 01 01 01 01 01' }),
    ],
    [
      'has a negative number of transforms',
      'size-limit: a message has 4 transforms at the most, got -1',
      headerFrame(ping, { header: '00 ff ff ff ff 0f' }),
    ],
    [
      'names transforms beyond its header',
      'truncated: expected 1 more bytes, the message has 0',
      headerFrame(ping, { header: '00 04 01 01' }),
    ],
    [
      'has a varint without an end',
      'invalid-data: a varint has more than 32 bits',
      headerFrame(ping, { header: '80 80 80 80 80 80 80 00' }),
    ],
    [
      'claims more pairs than fit',
      'truncated: a block of headers claims a size of 3, the message has 5 more bytes',
      headerFrame(ping, { header: '00 00 01 03 00 00 00 00', padding: 1, words: 2 }),
    ],
    [
      'claims billions of pairs',
      'truncated: a block of headers claims a size of 2147483647, the message has 9 more bytes',
      headerFrame(ping, { header: '00 00 01 ff ff ff ff 07 00' }),
    ],
    [
      'has a negative number of pairs',
      'negative-size: a block of headers has the negative size -1',
      headerFrame(ping, { header: '00 00 01 ff ff ff ff 0f' }),
    ],
    [
      'has a text that reaches into the message',
      'truncated: a header claims a size of 2, the message has 2 more bytes',
      headerFrame(ping, { header: '00 00 01 01 01 6b 02 76' }),
    ],
    [
      'has a text of negative length',
      'negative-size: a header has the negative size -1',
      headerFrame(ping, { header: '00 00 01 01 ff ff ff ff 0f' }),
    ],
    ['has no message', 'truncated: expected 4 more bytes, the message has 0', headerFrame(Buffer.alloc(0))],
    [
      'says that it is compressed, and is not',
      "invalid-data: the message is not zlib's: incorrect header check",
      headerFrame(ping, { header: '00 01 01' }),
    ],
    [
      'ends within what is compressed',
      "invalid-data: the message is not zlib's: unexpected end of file",
      headerFrame(deflateSync(ping).subarray(0, -5), { header: '00 01 01' }),
    ],
  ] as const) {
    it(`${what}: is refused`, () => {
      expect(refusal(bytes)).to.equal(expected);
    });
  }

  it('says where its faults are, counted from the frame', () => {
    expect(decodeError(() => cutAll('header', headerFrame(ping, { words: 9 }))).offset).to.equal(8);
    const pairs = headerFrame(ping, { header: '00 00 01 ff ff ff ff 0f' });
    expect(decodeError(() => cutAll('header', pairs)).offset).to.equal(13);
  });
});

describe('a THeader frame in a language of its own', () => {
  it('is handed on as unreadable, with its sequence id and what to say: an unknown protocol', () => {
    const bytes = headerFrame(hex('de ad'), { header: '03 00', seqid: -3 });
    const { unreadable, headers } = only(bytes).envelope;
    expect(unreadable).to.include({ seqid: -3, applicationType: 9 });
    expect(unreadable!.error.message).to.equal(
      'expected the protocol id 0 (binary), 1 (JSON) or 2 (compact), got 3 (at byte 10)',
    );
    expect(headers.size).to.equal(0);
  });

  it('is handed on as unreadable: an unknown transform', () => {
    const bytes = headerFrame(hex('de ad'), { header: '02 02 01 05', seqid: 9 });
    const { unreadable, protocol } = only(bytes).envelope;
    expect(protocol).to.equal('compact');
    expect(unreadable).to.include({ seqid: 9, applicationType: 8 });
    expect(unreadable!.error.message).to.equal(
      'expected the transform 1 (zlib), the only one known here, got 5 (at byte 11)',
    );
  });

  it('does not keep the next one from being read', () => {
    const bytes = Buffer.concat([
      headerFrame(hex('de ad'), { header: '03 00' }),
      headerFrame(ping),
      headerFrame(hex('de ad'), { header: '00 01 05' }),
      headerFrame(ping),
    ]);
    expect(cutAll('header', bytes, 1).map(({ name }) => name)).to.deep.equal(['', 'ping', '', 'ping']);
  });
});

describe('a compressed message', () => {
  const zeros = (size: number) =>
    message(
      CALL,
      'ping',
      7,
      Buffer.concat([
        hex('0f 00 01 03'),
        Buffer.from([size >> 24, (size >> 16) & 255, (size >> 8) & 255, size & 255]),
        Buffer.alloc(size),
        hex('00'),
      ]),
    );

  it('may be compressed several times', () => {
    const bytes = headerFrame(deflateSync(deflateSync(ping)), { header: '00 02 01 01' });
    expect(only(bytes).message).to.equal(toHex(ping));
  });

  it('may inflate to the limit of frames, and to no byte more, whatever it claims', () => {
    const inflated = zeros(100_000);
    const bytes = headerFrame(deflateSync(inflated), { header: '00 01 01' });
    expect(bytes.length).to.be.below(1000);
    expect(cutAll('header', bytes, bytes.length, { frame: inflated.length })).to.have.length(1);
    const error = decodeError(() => cutAll('header', bytes, bytes.length, { frame: inflated.length - 1 }));
    expect(error.code).to.equal('size-limit');
    expect(error.reason).to.equal(
      `the message inflates to more than ${inflated.length - 1} bytes (limits.frame)`,
    );
  });

  it('costs no memory beyond the limit', () => {
    const bomb = deflateSync(deflateSync(Buffer.alloc(200_000_000)));
    const bytes = headerFrame(bomb, { header: '00 02 01 01' });
    expect(bytes.length).to.be.below(2000);
    const before = process.memoryUsage().arrayBuffers;
    expect(decodeError(() => cutAll('header', bytes, bytes.length, { frame: 1_000_000 })).code).to.equal(
      'size-limit',
    );
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(20_000_000);
  });

  it('may be of any size where there is no limit', () => {
    const bytes = headerFrame(deflateSync(ping), { header: '00 01 01' });
    expect(cutAll('header', bytes, bytes.length, { frame: Number.POSITIVE_INFINITY })).to.have.length(1);
  });

  it('leaves the frames around it as they are', () => {
    const small = headerFrame(deflateSync(ping), { header: '00 01 01' });
    for (const size of [1, 7, 1000]) {
      const bytes = Buffer.concat([headerFrame(ping), small, headerFrame(ping), small]);
      expect(cutAll('header', bytes, size).map(({ envelope }) => envelope.zlib)).to.deep.equal([
        false,
        true,
        false,
        true,
      ]);
    }
  });
});

describe('headers that have no room', () => {
  const sized = (size: number) => new Map([['k', 'v'.repeat(size)]]);

  it('are refused when written, in numbers', () => {
    // Two for the protocol and no transforms, two for the block, two for the key, three for the value's length.
    const most = 65_532 - 9;
    expect(only(written('header', ping, { headers: sized(most) })).envelope.headers.get('k')).to.have.length(
      most,
    );
    expect(() => written('header', ping, { headers: sized(most + 1) })).to.throw(
      Oversize,
      'the headers take 65536 bytes, THeader has room for 65532',
    );
  });
});

describe('THeader frames', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 12 });
  const headers = fc.dictionary(name, name, { maxKeys: 5 }).map(all => new Map(Object.entries(all)));
  const frame = fc.record({ headers, zlib: fc.boolean(), compact: fc.boolean(), argument: name });
  const bytesOf = ({
    headers,
    zlib,
    compact,
    argument,
  }: typeof frame extends fc.Arbitrary<infer T> ? T : never) =>
    compact
      ? written('header', compactPing, { headers, zlib, protocol: 'compact' })
      : written('header', message(CALL, 'ping', 7, texts({ 1: argument })), { headers, zlib });

  it('give the same messages in any chunks', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 60 }), (frames, size) => {
        const bytes = Buffer.concat(frames.map(bytesOf));
        const cuts = cutAll('header', bytes, size);
        expect(cuts).to.deep.equal(cutAll('header', bytes));
        expect(
          cuts.map(({ envelope: { headers, zlib, protocol } }) => ({ headers, zlib, protocol })),
        ).to.deep.equal(
          frames.map(({ headers, zlib, compact }) => ({
            headers,
            zlib,
            protocol: compact ? 'compact' : 'binary',
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('with anything wrong in them give messages or a DecodeError', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 3 }), damage, fc.nat(), (frames, hits, cut) => {
        const bytes = Buffer.concat(frames.map(bytesOf));
        for (const [at, byte] of hits) bytes[at % bytes.length] = byte;
        const { inbox, cuts } = cutting('header');
        try {
          inbox.push(bytes, 1 + (cut % bytes.length));
          expect(cuts.length).to.be.at.most(bytes.length / 14);
        } catch (error) {
          expect(error).to.be.instanceOf(DecodeError);
          expect((error as DecodeError).offset).to.be.within(0, 100_000);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
