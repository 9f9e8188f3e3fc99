import { expect } from 'chai';
import { type DecodeError, defaultLimits } from '../../src/index.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { messageType } from '../../src/protocol/types.ts';
import { dialects } from '../../src/rpc/dialect.ts';
import { type Envelope, envelopeOf } from '../../src/transport/envelope.ts';
import { Inbox } from '../../src/transport/inbox.ts';
import { FrameReader, frameType, streamFrames } from '../../src/transport/stream-frames.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { decodeError } from '../support/cutting.ts';
import { ttFrame } from '../support/frames.ts';
import { hex, toHex } from '../support/hex.ts';
import { unaryPing, vectors } from './tts-vectors.ts';

const kinds = { meta: 1, header: 2, data: 3, trailer: 4, rst: 5 } as const;

interface Read {
  readonly sid: number;
  readonly type: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly payload: string;
}

/** All the frames in the bytes, which come `size` at a time, read by one reader. */
function read(bytes: Buffer, size: number = bytes.length): readonly Read[] {
  const frame = new FrameReader();
  const found: Read[] = [];
  const cutter = streamFrames.cutter(dialects.binary.protocol, defaultLimits);
  const inbox = new Inbox(defaultLimits, cutter, {
    take(r) {
      frame.read(r);
      const { sid, type, method, headers, timeout } = frame;
      const payload = toHex(r.bytes.subarray(r.pos, r.end));
      found.push({ sid, type, method, headers: Object.fromEntries(headers), timeout, payload });
      return true;
    },
  });
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    inbox.push(chunk, chunk.length);
  }
  return found;
}

/** What is written of a frame, with room made for each part of it. */
function write(
  { sid, type, method, payload }: Pick<Read, 'sid' | 'type' | 'method' | 'payload'>,
  {
    service,
    texts = {},
    timeout,
  }: { service?: string; texts?: Record<string, string>; timeout?: number } = {},
): string {
  const envelope = {
    ...envelopeOf('binary'),
    service,
    headers: new Map(Object.entries(texts)),
    timeout: timeout ?? Number.POSITIVE_INFINITY,
  };
  return writeIn(envelope, { sid, type, method, payload });
}

function writeIn(
  envelope: Envelope,
  { sid, type, method, payload }: Pick<Read, 'sid' | 'type' | 'method' | 'payload'>,
): string {
  const w = new ByteWriter(3, 64);
  const at = 2;
  const begin = streamFrames.open(
    w,
    at,
    Object.assign(new MessageHeader(), { seqid: sid, type, name: method }),
    envelope,
  );
  const body = hex(payload);
  w.grow(begin, body.length);
  body.copy(w.bytes, begin);
  const end = streamFrames.close(w, at, begin + body.length, envelope);
  return toHex(w.bytes.subarray(at, end));
}

const plain = (text: string) => toHex(hex(text));

describe('a frame of a stream that Kitex wrote', () => {
  for (const { name, hex: bytes, kind, sid, method, texts, payload } of vectors) {
    it(`is read: ${name}`, () => {
      const expected: Read = {
        sid,
        type: kinds[kind],
        method,
        headers: texts,
        timeout: Number.POSITIVE_INFINITY,
        payload: plain(payload),
      };
      const whole = hex(bytes);
      expect(read(whole)).to.deep.equal([expected]);
      for (const size of [1, 3, 7])
        expect(read(Buffer.concat([whole, whole]), size)).to.deep.equal([expected, expected]);
    });

    // Its order of pairs is none: but for the one that it wrote the other way round, it is ours.
    it(`is written alike: ${name}`, () => {
      const { isn: service, ...others } = texts as Record<string, string>;
      const own = { texts: others, ...(service === undefined ? {} : { service }) };
      const ours = write({ sid, type: kinds[kind], method, payload }, own);
      const swapped = bytes.replace('0009 0004 4563686f 001b 0001 34', '001b 0001 34 0009 0004 4563686f');
      expect(ours).to.equal(plain(swapped));
    });
  }
});

describe('the frames of a stream', () => {
  it('say how long their caller waits', () => {
    const bytes = hex(
      write({ sid: -5, type: frameType.header, method: 'm', payload: '' }, { timeout: 1234.5 }),
    );
    expect(read(bytes)[0]).to.include({ sid: -5, timeout: 1234, method: 'm' });
  });

  it('need no method, where they concern the connection', () => {
    const bytes = hex(
      write({ sid: 0, type: frameType.meta, method: '', payload: '' }, { texts: { a: 'b' } }),
    );
    expect(read(bytes)[0]).to.deep.include({ sid: 0, method: '', headers: { a: 'b' } });
  });

  it('are not mixed up where their headers are alike but for one byte', () => {
    const frames = ['aaaa', 'aaab', 'aaaa', 'aaaaa', 'aaaa'].map((method, i) =>
      hex(write({ sid: i + 1, type: frameType.data, method, payload: '00' })),
    );
    const trailer = hex(write({ sid: 6, type: frameType.trailer, method: 'aaaa', payload: '' }));
    expect(
      read(Buffer.concat([...frames, trailer])).map(({ sid, method, type }) => [sid, method, type]),
    ).to.deep.equal([
      [1, 'aaaa', 3],
      [2, 'aaab', 3],
      [3, 'aaaa', 3],
      [4, 'aaaaa', 3],
      [5, 'aaaa', 3],
      [6, 'aaaa', 4],
    ]);
  });

  it('are written as they would be without the memory of others', () => {
    const long = 'm'.repeat(200);
    for (const method of ['one', 'one', 'other', 'one', long, long, 'one', '', 'one']) {
      for (const sid of [1, -2]) {
        for (const type of [frameType.data, frameType.meta, frameType.data]) {
          const frame = { sid, type, method, payload: '0102' };
          expect(writeIn(envelopeOf('binary'), frame)).to.equal(write(frame));
        }
      }
    }
    const answer = { ...envelopeOf('binary'), framed: true };
    const failed = { sid: 1, type: messageType.exception, method: 'one', payload: '' };
    expect(read(hex(writeIn(answer, failed)))[0]).to.include({ type: frameType.trailer, method: '' });
  });

  it('lose no text to the memory of an earlier one', () => {
    const frame = (texts: Record<string, string>) =>
      hex(write({ sid: 1, type: frameType.data, method: 'm', payload: '00' }, { texts }));
    const found = read(Buffer.concat([frame({}), frame({ a: 'b' }), frame({})]));
    expect(found.map(({ headers }) => headers)).to.deep.equal([{}, { a: 'b' }, {}]);
  });
});

describe('a frame of a stream that cannot be', () => {
  it('is refused where it is cut off in what the one before had, too', () => {
    const whole = hex(write({ sid: 1, type: frameType.data, method: 'm', payload: '' }));
    for (let length = 5; length < whole.length; length++) {
      const cut = Buffer.from(whole.subarray(0, length));
      cut.writeInt32BE(length - 4);
      const { code }: DecodeError = decodeError(() => read(Buffer.concat([whole, cut])));
      expect(code, String(length)).to.equal(length < 14 ? 'truncated' : 'size-limit');
    }
  });

  const frame = (header: string, flags = 2) => ttFrame(hex(''), { flags, seqid: 1, header });
  const refusal = (bytes: Buffer): string => {
    const { code, reason }: DecodeError = decodeError(() => read(bytes));
    return `${code}: ${reason}`;
  };

  for (const [name, bytes, told] of [
    [
      'is of no stream',
      hex(unaryPing),
      'invalid-data: a frame of no stream, on a connection that carries streams',
    ],
    ['is of no kind', frame('10 00 10 0001 0009 0001 6d'), 'invalid-data: there is no frame of the type ""'],
    [
      'is of the kind 0',
      frame('10 00 10 0001 001b 0001 30'),
      'invalid-data: there is no frame of the type "0"',
    ],
    [
      'is of the kind 6',
      frame('10 00 10 0001 001b 0001 36'),
      'invalid-data: there is no frame of the type "6"',
    ],
    [
      'is of the kind 03',
      frame('10 00 10 0001 001b 0002 3033'),
      'invalid-data: there is no frame of the type "03"',
    ],
    [
      'has a block that is none',
      frame('10 00 02 0001'),
      'invalid-data: there is no block of headers with the id 2',
    ],
    ['is transformed', frame('10 01 01'), 'invalid-data: expected no transforms, got 1'],
    [
      'is in another protocol',
      frame('11 00'),
      'invalid-data: expected the protocol id 16 (Thrift structs), got 17',
    ],
    ['has no header', frame(''), 'truncated: expected 2 more bytes, the message has 0'],
    [
      'claims many pairs',
      frame('10 00 10 ffff 0000'),
      'truncated: a block of headers claims a size of 65535, the message has 5 more bytes',
    ],
    [
      'claims a long text',
      frame('10 00 10 0001 001b ffff 33'),
      'truncated: expected 65535 more bytes, the message has 3',
    ],
    [
      'claims more header than there is',
      ttFrame(hex(''), { flags: 2, header: '10 00', words: 100 }),
      'size-limit: the header claims 400 bytes, the frame has 4 more',
    ],
    [
      'is of THeader',
      ttFrame(hex(''), { magic: 0x0fff, flags: 2, header: '10 00' }),
      'bad-version: expected a TTHeader frame (1000), got one that begins with 0fff',
    ],
  ] as const) {
    it(`is refused: it ${name}`, () => {
      expect(refusal(bytes)).to.equal(told);
      // And also where the one before it is remembered.
      const before = hex(write({ sid: 1, type: frameType.data, method: 'm', payload: '00' }));
      expect(refusal(Buffer.concat([before, bytes]))).to.equal(told);
    });
  }
});
