import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError, defaultLimits, type Limits } from '../../src/index.ts';
import { binary } from '../../src/protocol/binary.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import type { Cutter } from '../../src/transport/cutter.ts';
import { Inbox } from '../../src/transport/inbox.ts';
import { transports } from '../../src/transport/transports.ts';
import type { ByteReader } from '../../src/wire/reader.ts';
import { CALL, framed, hex, i32, message, text, texts } from '../support/hex.ts';
import { encoded, inboxOf, pushAll, type Transport } from './inboxes.ts';

/** Reads a message as servers do, and moves to its end. */
function readOne(r: ByteReader): string {
  const header = new MessageHeader();
  if (!binary.readMessage(r, header)) throw r.truncated(r.pos, 4);
  binary.skip(r, wireType.struct, 0);
  return `${header.name} ${header.seqid}`;
}

function collecting(transport: Transport, own: Partial<Limits> = {}): { inbox: Inbox; names: string[] } {
  const names: string[] = [];
  const inbox = inboxOf(
    transport,
    r => {
      names.push(readOne(r));
      return true;
    },
    own,
  );
  return { inbox, names };
}

function thrown(action: () => void): DecodeError {
  try {
    action();
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  throw new Error('expected a DecodeError');
}

for (const transport of ['buffered', 'framed'] as const) {
  describe(`an inbox of ${transport} messages`, () => {
    const one = encoded(transport, message(CALL, 'one', 1));
    const two = encoded(transport, message(CALL, 'two', 2, texts({ 1: 'root', 2: 'pwd' })));

    it('hands on all the messages of a chunk', () => {
      const { inbox, names } = collecting(transport);
      const bytes = Buffer.concat([one, two, one]);
      inbox.push(bytes, bytes.length);
      expect(names).to.deep.equal(['one 1', 'two 2', 'one 1']);
      expect(inbox.isMidMessage).to.equal(false);
    });

    it('knows when it holds a part of a message', () => {
      const { inbox, names } = collecting(transport);
      inbox.push(two, 10);
      expect(names).to.deep.equal([]);
      expect(inbox.isMidMessage).to.equal(true);
      inbox.push(two.subarray(10), two.length - 10);
      expect(names).to.deep.equal(['two 2']);
      expect(inbox.isMidMessage).to.equal(false);
    });

    it('finds the same messages whatever the chunks', () => {
      const struct = fc.dictionary(
        fc.integer({ min: 1, max: 300 }).map(String),
        fc.string({ maxLength: 40 }),
      );
      const messages = fc.array(fc.tuple(fc.constantFrom('a', 'login', 'x'.repeat(40)), struct), {
        maxLength: 6,
      });
      fc.assert(
        fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (parts, sizes) => {
          const bytes = Buffer.concat(
            parts.map(([name, fields], i) => encoded(transport, message(CALL, name, i, texts(fields)))),
          );
          const { inbox, names } = collecting(transport);
          for (let at = 0; at < bytes.length; ) {
            const chunk = bytes.subarray(at, at + sizes.next().value!);
            inbox.push(Buffer.from(chunk), chunk.length);
            at += chunk.length;
          }
          expect(names).to.deep.equal(parts.map(([name], i) => `${name} ${i}`));
        }),
      );
    });

    it('stops when it is told to, keeps what comes, and goes on when it is told to', () => {
      const names: string[] = [];
      const inbox = inboxOf(transport, r => {
        names.push(readOne(r));
        return false;
      });
      const bytes = Buffer.concat([one, two]);
      inbox.push(bytes, bytes.length);
      inbox.push(one, one.length);
      expect(names).to.deep.equal(['one 1']);
      expect(inbox.isStopped).to.equal(true);
      expect(inbox.isMidMessage).to.equal(false);
      inbox.resume();
      expect(names).to.deep.equal(['one 1', 'two 2']);
      inbox.resume();
      expect(names).to.deep.equal(['one 1', 'two 2', 'one 1']);
      inbox.resume();
      expect(names).to.have.length(3);
    });

    for (const size of [1, 100, 1000]) {
      it(`does work in proportion to the bytes when they come ${size} at a time`, () => {
        const costs = [200, 400].map(count => {
          const list = Buffer.concat(Array.from({ length: count }, (_, i) => text(`element ${i}`)));
          const body = Buffer.concat([hex('0f 00 01 0b'), i32(count), list, hex('00')]);
          const bytes = encoded(transport, message(CALL, 'list', 1, body));
          const { inbox, names } = collecting(transport);
          const work = counting(() => pushAll(inbox, bytes, size));
          expect(names).to.deep.equal(['list 1']);
          expect(work.copied).to.be.below(6 * bytes.length);
          // The scan, and the reading of the whole: a few integers for each element.
          expect(work.read).to.be.below(8 * count + (4 * bytes.length) / size);
          return work;
        });
        expect(costs[1]!.copied / costs[0]!.copied).to.be.below(2.6);
      });
    }
  });
}

/** Bytes copied and integers read while `action` runs. `pushAll` copies each byte once itself. */
function counting(action: () => void): { copied: number; read: number } {
  const work = { copied: 0, read: 0 };
  const { copy } = Buffer.prototype;
  const { getInt32 } = DataView.prototype;
  Buffer.prototype.copy = function (this: Buffer, ...args: Parameters<typeof copy>) {
    const copied = copy.apply(this, args);
    work.copied += copied;
    return copied;
  };
  DataView.prototype.getInt32 = function (this: DataView, ...args: Parameters<typeof getInt32>) {
    work.read++;
    return getInt32.apply(this, args);
  };
  try {
    action();
  } finally {
    Buffer.prototype.copy = copy;
    DataView.prototype.getInt32 = getInt32;
  }
  return work;
}

for (const transport of ['buffered', 'framed'] as const) {
  describe(`an inbox of large ${transport} messages`, () => {
    const size = 9_000_000;
    const body = Buffer.concat([hex('0b 00 01'), i32(size), Buffer.alloc(size, 7), hex('00')]);
    const large = encoded(transport, message(CALL, 'large', 1, body));
    const after = encoded(transport, message(CALL, 'after', 2, texts({ 1: 'more' })));
    const roomy = { frame: 100_000_000, message: 100_000_000 };

    it('hands them on, and what comes in one chunk with their end', () => {
      const { inbox, names } = collecting(transport, roomy);
      pushAll(inbox, Buffer.concat([large, after, large, after]), 60_000);
      expect(names).to.deep.equal(['large 1', 'after 2', 'large 1', 'after 2']);
      expect(inbox.isMidMessage).to.equal(false);
    });

    it('looks for their end only where it can be', () => {
      const names: string[] = [];
      const limits = { ...defaultLimits, ...roomy };
      const cutter = transports[transport].cutter(binary, limits);
      let cuts = 0;
      const counted: Cutter = {
        get wanted() {
          return cutter.wanted;
        },
        cut(...args) {
          cuts++;
          return cutter.cut(...args);
        },
      };
      const inbox = new Inbox(limits, counted, { take: r => names.push(readOne(r)) > 0 });
      pushAll(inbox, large, 1000);
      expect(names).to.deep.equal(['large 1']);
      expect(cuts).to.be.below(10);
    });

    it('makes room in proportion to what has come, whatever is said to come', () => {
      const claimed = Buffer.from(large.subarray(0, 3_000_000));
      claimed.writeInt32BE(90_000_000, claimed.indexOf(i32(size)));
      if (transport === 'framed') claimed.writeInt32BE(90_000_100);
      const { inbox } = collecting(transport, roomy);
      const before = process.memoryUsage().arrayBuffers;
      pushAll(inbox, claimed, 1_000_000);
      expect(inbox.isMidMessage).to.equal(true);
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(8 * claimed.length + 4 * 1024 * 1024);
    });
  });
}

describe('an inbox of frames', () => {
  it('hands on a large frame whose message it cannot make out', () => {
    const bodies = [
      Buffer.alloc(200_000, 0xff),
      message(CALL, 'one', 1, Buffer.concat([hex('0b 00 01'), i32(-1), Buffer.alloc(200_000)])),
      message(CALL, 'one', 1, Buffer.concat([hex('0b 00 01'), i32(200_100), Buffer.alloc(200_000, 3)])),
    ];
    for (const body of bodies) {
      const seen: Buffer[] = [];
      const inbox = inboxOf('framed', r => {
        seen.push(Buffer.from(r.bytes.subarray(r.start, r.end)));
        // As one who reads large values.
        r.own(r.start, 100_000);
        return true;
      });
      pushAll(inbox, Buffer.concat([framed(body), framed(body), framed(body)]), 64 * 1024);
      expect(seen.map(bytes => bytes.equals(body))).to.deep.equal([true, true, true]);
    }
  });

  it('refuses lengths that no frame has, before anything is kept for them', () => {
    for (const [length, code] of [
      [0, 'negative-size'],
      [-1, 'negative-size'],
      [-(2 ** 31), 'negative-size'],
      [16_384_001, 'size-limit'],
      [2 ** 31 - 1, 'size-limit'],
    ] as const) {
      const { inbox } = collecting('framed');
      expect(thrown(() => inbox.push(i32(length), 4)).code, String(length)).to.equal(code);
    }
  });

  it('takes a frame of exactly the limit and none beyond it', () => {
    const bytes = message(CALL, 'x', 1);
    const { inbox, names } = collecting('framed', { frame: bytes.length });
    inbox.push(framed(bytes), bytes.length + 4);
    expect(names).to.deep.equal(['x 1']);
    const tight = collecting('framed', { frame: bytes.length - 1 });
    const error = thrown(() => tight.inbox.push(framed(bytes), bytes.length + 4));
    const claim = `a frame claims ${bytes.length} bytes, the limit is ${bytes.length - 1} (limits.frame)`;
    expect(error.message).to.equal(`${claim} (at byte 0)`);
  });

  it('spends no memory on a length alone', () => {
    const { inbox } = collecting('framed');
    const before = process.memoryUsage().arrayBuffers;
    inbox.push(Buffer.concat([i32(16_000_000), Buffer.alloc(100)]), 104);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(1_000_000);
  });

  it('goes on with the next frame when a message is shorter than its own', () => {
    const { inbox, names } = collecting('framed');
    const padded = framed(Buffer.concat([message(CALL, 'one', 1), hex('ff ff ff')]));
    const bytes = Buffer.concat([padded, framed(message(CALL, 'two', 2))]);
    inbox.push(bytes, bytes.length);
    expect(names).to.deep.equal(['one 1', 'two 2']);
  });

  it('lets no message reach beyond its frame', () => {
    const { inbox } = collecting('framed');
    const bytes = Buffer.concat([
      framed(message(CALL, 'one', 1).subarray(0, -1)),
      framed(message(CALL, 'two', 2)),
    ]);
    expect(thrown(() => inbox.push(bytes, bytes.length)).code).to.equal('truncated');
  });
});

describe('an inbox of unframed messages', () => {
  const long = message(CALL, 'one', 1, texts({ 1: 'x'.repeat(500) }));

  it('refuses a message beyond the limit, whatever the chunks', () => {
    for (const size of [long.length, 100, 1]) {
      const { inbox, names } = collecting('buffered', { message: long.length - 1 });
      expect(thrown(() => pushAll(inbox, long, size)).code, `chunks of ${size}`).to.equal('size-limit');
      expect(names).to.deep.equal([]);
    }
  });

  it('takes one of exactly the limit, whatever follows', () => {
    const { inbox, names } = collecting('buffered', { message: long.length });
    const bytes = Buffer.concat([long, long]);
    inbox.push(bytes, bytes.length);
    expect(names).to.deep.equal(['one 1', 'one 1']);
  });

  it('refuses a size that no message has room for, at once', () => {
    const bytes = message(CALL, 'one', 1, Buffer.concat([hex('0b 00 01'), i32(2 ** 31 - 1)]));
    const { inbox } = collecting('buffered');
    expect(thrown(() => inbox.push(bytes, bytes.length)).code).to.equal('size-limit');
  });

  it('refuses a name beyond the limit without waiting for it', () => {
    const { inbox } = collecting('buffered');
    expect(thrown(() => inbox.push(Buffer.from('GET / HTTP/1.1\r\n'), 16)).code).to.equal('size-limit');
  });
});
