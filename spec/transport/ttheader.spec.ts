import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../src/index.ts';
import { Oversize } from '../../src/transport/transport.ts';
import { type Cut, cutAll, cutting, decodeError, written } from '../support/cutting.ts';
import { medium, ttFrame } from '../support/frames.ts';
import { CALL, framed, hex, i32, message, oldMessage, texts, toHex } from '../support/hex.ts';

const ping = message(CALL, 'ping', 7);

/** The one message in the bytes. */
function only(bytes: Buffer): Cut {
  const cuts = cutAll('ttheader', bytes);
  expect(cuts).to.have.length(1);
  return cuts[0]!;
}

const refusal = (bytes: Buffer) => {
  const { code, reason } = decodeError(() => cutAll('ttheader', bytes));
  return `${code}: ${reason}`;
};

/** Blocks of a header. */
const textsBlock = (pairs: readonly (readonly [string, string])[]) =>
  Buffer.concat([Buffer.of(1, 0, pairs.length), ...pairs.flat().map(medium)]);
const numbersBlock = (pairs: readonly (readonly [number, string])[]) =>
  Buffer.concat([
    Buffer.of(0x10, 0, pairs.length),
    ...pairs.flatMap(([key, value]) => [Buffer.of(key >> 8, key & 0xff), medium(value)]),
  ]);
const frameOf = (...blocks: readonly Uint8Array[]) =>
  ttFrame(ping, { header: Buffer.concat([hex('00 00'), ...blocks]) });

describe('a TTHeader frame that Kitex wrote', () => {
  const bytes = hex(`0000003b 1000 0000 00000007 0008 00 00
    01 0001 0003 69736e 0008 50696e67506f6e67 10 0001 0009 0004 70696e67 00
    80010001 00000004 70696e67 00000007 00`);

  it('is read, and written alike', () => {
    expect(bytes.readInt32BE()).to.equal(bytes.length - 4);
    const { envelope, message, name, seqid } = only(bytes);
    expect({ message, name, seqid }).to.deep.equal({ message: toHex(ping), name: 'ping', seqid: 7 });
    expect(envelope).to.include({ protocol: 'binary', service: 'PingPong', framed: false, zlib: false });
    expect(Object.fromEntries(envelope.headers)).to.deep.equal({ isn: 'PingPong' });
    expect(toHex(written('ttheader', ping, { service: 'PingPong' }))).to.equal(toHex(bytes));
  });

  it('may have the message behind its length once more, and is written so too', () => {
    const { envelope, message } = only(ttFrame(framed(ping)));
    expect(envelope.framed).to.equal(true);
    expect(message).to.equal(toHex(ping));
    expect(toHex(written('ttheader', ping, { framed: true }))).to.equal(toHex(ttFrame(framed(ping))));
    expect(toHex(written('ttheader', ping))).to.equal(toHex(ttFrame(ping)));
  });

  it('may have any flags but that of streams, and any sequence id: the message has its own', () => {
    expect(only(ttFrame(ping, { flags: 0xffff & ~2, seqid: -1 })).seqid).to.equal(7);
  });

  it('may have any padding', () => {
    for (const padding of [2, 6, 10]) expect(only(ttFrame(ping, { padding })).name).to.equal('ping');
  });

  it('may have blocks in any order, padding between them, numbers never heard of, and a token', () => {
    const { envelope } = only(
      frameOf(
        numbersBlock([
          [9, 'ping'],
          [12, '500'],
          [4096, ''],
        ]),
        hex('00 00'),
        textsBlock([['RPC_PERSIST_Id', 'x']]),
        Buffer.concat([hex('11'), medium('secret')]),
        textsBlock([
          ['isn', 'Other'],
          ['isn', 'PingPong'],
        ]),
        numbersBlock([]),
      ),
    );
    expect(Object.fromEntries(envelope.headers)).to.deep.equal({
      RPC_PERSIST_Id: 'x',
      'gdpr-token': 'secret',
      isn: 'PingPong',
    });
    expect(envelope.service).to.equal('PingPong');
  });

  it('may have texts that are empty, or any Unicode', () => {
    const odd = [
      ['', ''],
      ['__proto__', 'p'],
      ['grüße', '日本 🎉'],
    ] as const;
    expect([...only(frameOf(textsBlock(odd))).envelope.headers]).to.deep.equal(odd);
    expect([...only(written('ttheader', ping, { headers: new Map(odd) })).envelope.headers]).to.deep.equal(
      odd,
    );
  });

  it('without a message, by which a server says that it will close, is no message', () => {
    const control = ttFrame(hex('00'), {
      seqid: 0,
      header: Buffer.concat([hex('00 00'), textsBlock([['crrst', '1']])]),
    });
    expect(cutAll('ttheader', Buffer.concat([control, frameOf(), control]))).to.have.length(1);
    expect(refusal(ttFrame(hex('00'), { seqid: 1 }))).to.match(/^truncated: /);
  });
});

describe('a TTHeader frame on which Kitex closes the connection', () => {
  const streams = {
    header:
      '000000321000000200000001000a1000010001000369736e000b5465737453657276696365100002001b000132000900044563686f00',
    data: '00000028100000020000000100051000100002001b000133000900044563686f00000b000100000002686900',
    trailer: '0000001e100000020000000100051000100002001b000134000900044563686f0000',
  };
  for (const [what, bytes] of Object.entries(streams)) {
    it(`belongs to a stream: its ${what}`, () => {
      expect(refusal(hex(bytes))).to.equal(
        'invalid-data: a frame of a stream, on a connection that carries plain calls',
      );
    });
  }

  const compact = hex('82 21 07 04 70 69 6e 67 00');
  for (const [what, expected, bytes] of [
    [
      'is too short',
      'truncated: expected 10 more bytes, the message has 9',
      hex('00000009 1000 0000 00000007 00'),
    ],
    [
      'is THeader',
      'bad-version: expected a TTHeader frame (1000), got one that begins with 0fff',
      ttFrame(ping, { magic: 0x0fff }),
    ],
    [
      'claims more header than there is',
      'size-limit: the header claims 262140 bytes, the frame has 21 more',
      ttFrame(ping, { words: 0xffff }),
    ],
    ['has no header', 'truncated: expected 2 more bytes, the message has 0', ttFrame(ping, { words: 0 })],
    ...[1, 2, 3, 4, 0x10, 0x11].map(
      id =>
        [
          `has the protocol id ${id}`,
          `invalid-data: expected the protocol id 0 (Thrift binary), got ${id}`,
          ttFrame(ping, { header: Buffer.of(id, 0) }),
        ] as const,
    ),
    [
      'has transforms',
      'invalid-data: expected no transforms, as Kitex knows none, got 1',
      ttFrame(ping, { header: '00 01 01' }),
    ],
    [
      'has a block that is not known',
      'invalid-data: there is no block of headers with the id 18',
      frameOf(hex('12')),
    ],
    [
      'claims more texts than fit',
      'truncated: a block of headers claims a size of 65535, the message has 9 more bytes',
      frameOf(hex('01 ff ff 00 00 00 00')),
    ],
    [
      'claims more numbers than fit',
      'truncated: a block of headers claims a size of 2, the message has 9 more bytes',
      frameOf(hex('10 00 02 00 09 00 00')),
    ],
    [
      'has a text that reaches into the message',
      'truncated: expected 9 more bytes, the message has 3',
      frameOf(hex('01 00 01 00 00 00 09')),
    ],
    [
      'ends within a number',
      'truncated: expected 2 more bytes, the message has 1',
      ttFrame(ping, { header: '00 00 11 00', padding: 0 }),
    ],
    [
      'has a compact message',
      'bad-version: expected a strict binary message (80 01), got version word 0x8221',
      ttFrame(compact),
    ],
    [
      'has an old message',
      'invalid-data: expected a strict binary message, or one behind its length, which is 10; got 4',
      ttFrame(oldMessage(CALL, 'ping', 7)),
    ],
    [
      'has a message behind a wrong length',
      'invalid-data: expected a strict binary message, or one behind its length, which is 17; got 18',
      ttFrame(Buffer.concat([i32(18), ping])),
    ],
    ['has no message', 'truncated: expected 4 more bytes, the message has 0', ttFrame(Buffer.alloc(0))],
  ] as const) {
    it(`${what}`, () => {
      expect(refusal(bytes)).to.equal(expected);
    });
  }

  it('says where its faults are, counted from the frame', () => {
    expect(decodeError(() => cutAll('ttheader', frameOf(hex('12')))).offset).to.equal(12);
    expect(decodeError(() => cutAll('ttheader', ttFrame(ping, { header: '02 00' }))).offset).to.equal(10);
  });
});

describe('TTHeader headers that have no room', () => {
  const bytesOf = (headers: Map<string, string>) => written('ttheader', ping, { headers });

  it('are refused when written, in numbers', () => {
    expect(only(bytesOf(new Map([['k', 'v'.repeat(65_535)]]))).envelope.headers.get('k')).to.have.length(
      65_535,
    );
    expect(() => bytesOf(new Map([['k', 'v'.repeat(65_536)]]))).to.throw(
      Oversize,
      'a header takes 65536 bytes, TTHeader has room for 65535',
    );
    expect(() => bytesOf(new Map([['k', '€'.repeat(21_846)]]))).to.throw(
      Oversize,
      'a header takes 65538 bytes',
    );
    const many = (count: number) =>
      new Map(Array.from({ length: count }, (_, i) => [`${i}`, 'v'.repeat(60_000)]));
    expect(only(bytesOf(many(4))).envelope.headers.size).to.equal(4);
    expect(() => bytesOf(many(5))).to.throw(
      Oversize,
      'the headers take 300032 bytes, TTHeader has room for 262140',
    );
    expect(() => bytesOf(new Map(Array.from({ length: 65_537 }, (_, i) => [`${i}`, ''])))).to.throw(Oversize);
  });
});

describe('TTHeader frames', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 12 });
  const headers = fc
    .dictionary(name, name, { maxKeys: 5 })
    .map(all => new Map(Object.entries(all).filter(([key]) => key !== 'isn')));
  const service = fc.option(fc.constantFrom('PingPong', 'Other'), { nil: undefined });
  const frame = fc.record({ headers, service, framed: fc.boolean(), argument: name });
  const bytesOf = ({ argument, ...envelope }: typeof frame extends fc.Arbitrary<infer T> ? T : never) =>
    written('ttheader', message(CALL, 'ping', 7, texts({ 1: argument })), envelope);

  it('give the same messages in any chunks', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 60 }), (frames, size) => {
        const bytes = Buffer.concat(frames.map(bytesOf));
        const cuts = cutAll('ttheader', bytes, size);
        expect(cuts).to.deep.equal(cutAll('ttheader', bytes));
        expect(cuts.map(({ envelope: { service, framed } }) => ({ service, framed }))).to.deep.equal(
          frames.map(({ service, framed }) => ({ service, framed })),
        );
        for (const [i, { headers }] of frames.entries()) {
          const found = new Map(cuts[i]!.envelope.headers);
          found.delete('isn');
          expect(found).to.deep.equal(headers);
        }
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
        const { inbox, cuts } = cutting('ttheader');
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
