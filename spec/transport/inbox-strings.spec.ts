import { expect } from 'chai';
import { binary } from '../../src/protocol/binary.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import type { Inbox } from '../../src/transport/inbox.ts';
import type { ByteReader } from '../../src/wire/reader.ts';
import { CALL, hex, i32, message } from '../support/hex.ts';
import { encoded, inboxOf, pushAll } from './inboxes.ts';

/** As a socket that reads to where the bytes are wanted. */
function pushInPlace(inbox: Inbox, bytes: Buffer, size: number): void {
  const chunk = Buffer.alloc(size);
  for (let at = 0; at < bytes.length; ) {
    const into = inbox.room ?? chunk;
    const length = bytes.copy(into, 0, at, Math.min(bytes.length, at + size));
    inbox.push(into, length);
    chunk.fill(0xff);
    at += length;
  }
}

for (const transport of ['buffered', 'framed'] as const) {
  describe(`an inbox of ${transport} messages with large strings`, () => {
    const roomy = { frame: 100_000_000, message: 100_000_000 };
    const bytesOf = (size: number, seed = 1) => {
      const bytes = Buffer.alloc(size);
      for (let i = 0; i < size; i++) bytes[i] = 32 + ((i * 31 + seed) % 91);
      return bytes;
    };
    const stringField = (id: number, bytes: Buffer) =>
      Buffer.concat([hex('0b'), Buffer.from([id >> 8, id & 0xff]), i32(bytes.length), bytes]);
    const sent = (...parts: Buffer[]) =>
      encoded(transport, message(CALL, 'large', 1, Buffer.concat([...parts, hex('00')])));

    /** The strings of each message, as `read` gives them, which is told how many messages came before. */
    function reading<T>(read: (r: ByteReader, i: number) => T): { inbox: Inbox; got: T[][] } {
      const got: T[][] = [];
      const take = (r: ByteReader) => {
        const start = r.pos;
        if (!binary.readMessage(r, new MessageHeader())) throw r.truncated(start, 4);
        const values: T[] = [];
        for (;;) {
          const field = binary.read.field(r, 0);
          if (field === 0) break;
          if (field >>> 16 === wireType.string) values.push(read(r, got.length));
          else binary.skip(r, field >>> 16, 1);
        }
        got.push(values);
        return true;
      };
      return { inbox: inboxOf(transport, take, roomy), got };
    }

    const numbers = Buffer.concat([hex('0f 00 09 08'), i32(50_000), Buffer.alloc(200_000, 5)]);
    /** Strings of so many bytes, in the order of the fields. */
    const shapes: Readonly<Record<string, readonly (number | 'numbers')[]>> = {
      'one alone': [200_000],
      'one of the least size that may stand apart': [64 * 1024],
      'one just below it': [64 * 1024 - 1, 2000],
      two: [200_000, 3_000_000],
      'one between others': [2000, 3_000_000, 200_000, 2000],
      'one before numbers': [200_000, 'numbers'],
      'one behind numbers': ['numbers', 200_000],
    };

    for (const [what, parts] of Object.entries(shapes)) {
      it(`hands on the same bytes in any chunks: ${what}`, () => {
        const strings = [1, 2, 3, 4].map(seed =>
          parts.flatMap(part => (part === 'numbers' ? [] : [bytesOf(part, seed)])),
        );
        const bytes = Buffer.concat(
          strings.map(values => {
            let k = 0;
            return sent(
              ...parts.map((part, i) => (part === 'numbers' ? numbers : stringField(i + 1, values[k++]!))),
            );
          }),
        );
        for (const size of [997, 60_000, 64 * 1024, 150_000]) {
          for (const text of ['none', 'all', 'of every other message'] as const) {
            for (const push of [pushAll, pushInPlace]) {
              const { inbox, got } = reading((r, i) =>
                text === 'all' || (text !== 'none' && i % 2 === 1)
                  ? binary.read.string(r, true)
                  : binary.read.binary(r),
              );
              push(inbox, bytes, size);
              const same = got.map((values, i) =>
                values.map((value, k) => strings[i]![k]!.equals(Buffer.from(value))),
              );
              expect(same, `chunks of ${size}, texts: ${text}, ${push.name}`).to.deep.equal(
                strings.map(all => all.map(() => true)),
              );
            }
          }
        }
      });
    }

    it('copies them once, to where their receiver has them', () => {
      const size = 1_000_000;
      const bytes = sent(stringField(1, bytesOf(size)));
      const { inbox, got } = reading(r => binary.read.binary(r));
      // The first one tells that there are such messages.
      pushAll(inbox, bytes, 64 * 1024);
      const copied = countingCopies(() => pushAll(inbox, bytes, 64 * 1024));
      expect(copied).to.be.below(1.1 * size);
      for (const [value] of got)
        expect([value!.byteOffset, value!.buffer.byteLength]).to.deep.equal([0, size]);
    });

    it('copies none of what is read to where it wants it', () => {
      const size = 1_000_000;
      const bytes = sent(stringField(1, bytesOf(size)));
      const { inbox, got } = reading(r => binary.read.binary(r));
      pushAll(inbox, bytes, 64 * 1024);
      const copied = countingCopies(() => pushInPlace(inbox, bytes, 64 * 1024));
      expect(copied).to.be.below(0.1 * size);
      expect(bytesOf(size).equals(got[1]![0]!)).to.equal(true);
      expect(inbox.room).to.equal(undefined);
    });

    it('takes bytes that come another way than to where it wanted them', () => {
      const size = 1_000_000;
      const bytes = sent(stringField(1, bytesOf(size)));
      const { inbox, got } = reading(r => binary.read.binary(r));
      pushAll(inbox, bytes, 64 * 1024);
      const parts = Array.from({ length: 20 }, (_, i) => bytes.subarray(i * 60_000, (i + 1) * 60_000));
      for (const [i, part] of parts.entries()) {
        const { room } = inbox;
        // What nobody says was read there is overwritten.
        if (i % 3 === 2) room?.fill(0);
        inbox.push(part, part.length);
      }
      expect(bytesOf(size).equals(got[1]![0]!)).to.equal(true);
    });

    it('copies texts no oftener than to where they are read', () => {
      const size = 1_000_000;
      const bytes = sent(stringField(1, bytesOf(size)));
      const { inbox } = reading(r => binary.read.string(r, true));
      pushAll(inbox, bytes, 64 * 1024);
      const copied = countingCopies(() => pushAll(inbox, bytes, 64 * 1024));
      expect(copied).to.be.below(1.1 * size);
    });

    it('makes room for them in proportion to what has come, whatever is said to come', () => {
      const { inbox } = reading(r => binary.read.binary(r));
      pushAll(inbox, sent(stringField(1, bytesOf(200_000))), 50_000);
      const claimed = sent(stringField(1, Buffer.alloc(3_000_000))).subarray(0, -1);
      claimed.writeInt32BE(90_000_000, claimed.indexOf(i32(3_000_000)));
      if (transport === 'framed') claimed.writeInt32BE(90_000_100);
      const before = process.memoryUsage().arrayBuffers;
      pushAll(inbox, claimed, 1_000_000);
      expect(inbox.isMidMessage).to.equal(true);
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(8 * claimed.length + 4 * 1024 * 1024);
    });

    it('gives none of their memory to another message', () => {
      const { inbox, got } = reading(r => binary.read.binary(r));
      const sizes = [200_000, 200_000, 100_000, 300_000];
      for (const [i, size] of sizes.entries())
        pushAll(inbox, sent(stringField(1, Buffer.alloc(size, i))), 50_000);
      const expected = sizes.map((size, i) => Buffer.alloc(size, i));
      expect(got.map(([value], i) => expected[i]!.equals(value!))).to.deep.equal(expected.map(() => true));
    });
  });
}

/** Bytes that are copied from array to array while `action` runs, but by Buffer's `copy`. */
function countingCopies(action: () => void): number {
  let copied = 0;
  const { set } = Uint8Array.prototype;
  const { slice } = ArrayBuffer.prototype;
  Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number>, at?: number) {
    copied += source.length;
    set.call(this, source, at);
  };
  ArrayBuffer.prototype.slice = function (this: ArrayBuffer, ...args: Parameters<typeof slice>) {
    const part = slice.apply(this, args);
    copied += part.byteLength;
    return part;
  };
  try {
    action();
  } finally {
    Uint8Array.prototype.set = set;
    ArrayBuffer.prototype.slice = slice;
  }
  return copied;
}
