import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError, type DecodeErrorCode } from '../../src/errors/decode-error.ts';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { binary } from '../../src/protocol/binary.ts';
import { MessageHeader, type MessageScanner } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { typed } from '../codec/arbitrary-value.ts';
import { engines, Subject } from '../codec/engines.ts';

const subject = new Subject(engines[0]!);

/** A whole message of a random type's value. */
const anyMessage: fc.Arbitrary<Buffer> = fc
  .tuple(typed, fc.string({ unit: 'binary', maxLength: 30 }), fc.boolean())
  .map(([{ type, value }, name, strict]) =>
    Buffer.concat([headerOf(name.toWellFormed(), strict), subject.encode(type, value)]),
  );

describe('BinaryScanner', () => {
  it('finds the end where skipping finds it, wherever the bytes are cut in two', () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ maxLength: 9 }), (message, next) => {
        const bytes = Buffer.concat([message, next]);
        expect(endBySkipping(bytes)).to.equal(message.length);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const scanner = binary.scanner(defaultLimits);
          const early = scanTo(scanner, bytes, cut);
          expect(early).to.equal(cut < message.length ? -1 : message.length);
          if (early < 0) expect(scanTo(scanner, bytes, bytes.length)).to.equal(message.length);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('finds the end in chunks of any size, from messages that stand anywhere', () => {
    const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(anyMessage, anyMessage, anySizes, (first, second, sizes) => {
        const bytes = Buffer.concat([first, second]);
        const scan = (from: number): number =>
          scanInChunks(binary.scanner(defaultLimits), bytes, from, sizes);
        expect(scan(0)).to.equal(first.length);
        expect(scan(first.length)).to.equal(bytes.length);
      }),
      { numRuns: 150 },
    );
  });

  it('goes on where it was when the bytes have moved to another place', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(50), fc.nat(50), fc.nat(), (message, here, there, anywhere) => {
        const cut = anywhere % message.length;
        const scanner = binary.scanner(defaultLimits);
        const before = Buffer.concat([Buffer.alloc(here), message.subarray(0, cut)]);
        expect(scanTo(scanner, before, before.length, here)).to.equal(-1);
        const after = Buffer.concat([Buffer.alloc(there), message]);
        expect(scanTo(scanner, after, after.length, there)).to.equal(after.length);
      }),
      { numRuns: 100 },
    );
  });

  it('looks at a bounded number of bytes for each chunk, however long the message is', () => {
    const value = Array.from({ length: 2000 }, (_, i) => ({ id: i }));
    const body = Buffer.concat([
      Buffer.from('0f00010c000007d0', 'hex'),
      ...value.map(({ id }) => Buffer.from(`0b0001${'00000003'}616263080002${hex32(id)}00`, 'hex')),
      Buffer.from('00', 'hex'),
    ]);
    const bytes = Buffer.concat([headerOf('m', true), body]);
    const scanner = binary.scanner(defaultLimits);
    const r = readerOf(bytes);
    const looks = countLooks(r);
    for (let end = 1; end < bytes.length; end++) {
      r.window(0, end, true);
      const before = looks.count;
      expect(scanner.scan(r)).to.equal(-1);
      expect(looks.count - before).to.be.at.most(12);
    }
    r.window(0, bytes.length, true);
    expect(scanner.scan(r)).to.equal(bytes.length);
  });

  it('does not look into what it can step over', () => {
    const doubles = Buffer.alloc(8 * 100_000, 0xff);
    const body = Buffer.concat([Buffer.from(`0f000104${hex32(100_000)}`, 'hex'), doubles, Buffer.alloc(1)]);
    const r = readerOf(Buffer.concat([headerOf('m', true), body]));
    const looks = countLooks(r);
    expect(binary.scanner(defaultLimits).scan(r)).to.equal(r.end);
    expect(looks.count).to.be.below(20);
  });

  it('refuses a size that no message may have before the bytes have come', () => {
    for (const field of [
      '0b0001 7fffffff',
      '0f0001 0a 7fffffff',
      '0e0001 10 00700000',
      '0d0001 0b0b 7fffffff',
      '0d0001 0202 7fffffff',
      '0f0001 0c 7fffffff',
    ])
      expectRefusal(field, 'size-limit');
    expectRefusal('0b0001 ffffffff', 'negative-size');
    expectRefusal('0f0001 08 80000000', 'negative-size');
    expectRefusal('0d0001 0808 ffffffff', 'negative-size');
  });

  it('refuses types that are none, but not where they are of an empty container', () => {
    for (const field of ['010001', '110001', 'ff0001', '0f0001 00 00000001', '0d0001 08 05 00000001'])
      expectRefusal(field, 'invalid-data');
    for (const field of ['0f0001 00 00000000', '0e0001 63 00000000', '0d0001 00 00 00000000']) {
      const bytes = message(`${field}00`);
      expect(binary.scanner(defaultLimits).scan(readerOf(bytes))).to.equal(bytes.length);
    }
  });

  it('stops at the limit of nesting, as skipping does', () => {
    expectRefusal('0c0001'.repeat(100_000), 'depth-limit');
    expectRefusal(`0f0001${'0f00000001'.repeat(100_000)}`, 'depth-limit');
    expectRefusal(`0d0001${'030d0000000101'.repeat(100_000)}`, 'depth-limit');
    for (const depth of [63, 64, 65]) {
      const bytes = message(`${'0c0001'.repeat(depth)}${'00'.repeat(depth)}00`);
      const scanned = codeOf(() => binary.scanner(defaultLimits).scan(readerOf(bytes)));
      expect(scanned).to.equal(codeOf(() => endBySkipping(bytes)));
      expect(scanned).to.equal(depth > 64 ? 'depth-limit' : undefined);
    }
  });

  it('refuses a message beyond the limit, whether it comes whole or in parts', () => {
    const bytes = message('0b0001 00000010 00000000000000000000000000000000 00');
    const fits = { ...defaultLimits, message: bytes.length };
    const tight = { ...defaultLimits, message: bytes.length - 1 };
    for (const step of [1, 5, bytes.length]) {
      expect(scanInChunks(binary.scanner(fits), bytes, 0, [step])).to.equal(bytes.length);
      expect(codeOf(() => scanInChunks(binary.scanner(tight), bytes, 0, [step]))).to.equal('size-limit');
    }
  });

  it('refuses what begins with no header, in its first bytes', () => {
    expect(codeOf(() => scan(Buffer.from('GET / HTTP/1.1\r\n')))).to.equal('size-limit');
    expect(codeOf(() => scan(Buffer.from('8221', 'hex')))).to.equal(undefined);
    expect(codeOf(() => scan(Buffer.from('82210004', 'hex')))).to.equal('bad-version');
  });

  it('ends on any bytes at all: with an end, an error or a wish for more', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(0, 1, 2, 8, 11, 12, 13, 14, 15, 16), { maxLength: 300 }),
    );
    fc.assert(
      fc.property(anyBytes, rest => {
        const bytes = Buffer.concat([headerOf('m', true), Buffer.from(rest as number[])]);
        let end: number | undefined;
        const code = codeOf(() => {
          end = scan(bytes);
        });
        if (code !== undefined || end === -1) return;
        expect(endBySkipping(bytes)).to.equal(end);
      }),
      { numRuns: 1000 },
    );
  });
});

function headerOf(name: string, strict: boolean): Buffer {
  const w = new ByteWriter(64, 64);
  const end = binary.writeMessage(
    w,
    0,
    Object.assign(new MessageHeader(), { name, strict, type: 1, seqid: 9 }),
  );
  return Buffer.from(w.bytes.subarray(0, end));
}

function message(body: string): Buffer {
  return Buffer.concat([headerOf('m', true), Buffer.from(body.replaceAll(' ', ''), 'hex')]);
}

function readerOf(bytes: Buffer, limits: Limits = defaultLimits): ByteReader {
  const reader = new ByteReader(limits);
  reader.attach(bytes);
  reader.window(0, bytes.length, true);
  return reader;
}

function endBySkipping(bytes: Buffer): number {
  const r = readerOf(bytes);
  expect(binary.readMessage(r, new MessageHeader())).to.equal(true);
  binary.skip(r, wireType.struct, 0);
  return r.pos;
}

function scan(bytes: Buffer): number {
  return binary.scanner(defaultLimits).scan(readerOf(bytes));
}

function scanTo(scanner: MessageScanner, bytes: Buffer, end: number, start = 0): number {
  const r = new ByteReader(defaultLimits);
  r.attach(bytes);
  r.window(start, end, true);
  return scanner.scan(r);
}

function scanInChunks(
  scanner: MessageScanner,
  bytes: Buffer,
  start: number,
  sizes: readonly number[],
): number {
  let end = start;
  for (let i = 0; end < bytes.length; i++) {
    end = Math.min(bytes.length, end + sizes[i % sizes.length]!);
    const found = scanTo(scanner, bytes, end, start);
    if (found >= 0) return found;
  }
  return -1;
}

/** Counts how often the reader's bytes are looked at. */
function countLooks(r: ByteReader): { count: number } {
  const looks = { count: 0 };
  const counted = <T extends object>(of: T): T =>
    new Proxy(of, {
      get(target, key) {
        const member = Reflect.get(target, key, target) as unknown;
        if (typeof key === 'string' && /^\d+$/.test(key)) looks.count++;
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          looks.count++;
          return (member as (...args: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  r.view = counted(r.view);
  r.bytes = counted(r.bytes);
  return looks;
}

function hex32(number: number): string {
  return number.toString(16).padStart(8, '0');
}

function codeOf(run: () => unknown): DecodeErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.code;
    throw error;
  }
}

function expectRefusal(body: string, code: DecodeErrorCode): void {
  expect(
    codeOf(() => scan(message(body))),
    body.slice(0, 60),
  ).to.equal(code);
}
