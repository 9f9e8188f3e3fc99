import { expect } from 'chai';
import fc from 'fast-check';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { compact } from '../../src/protocol/compact.ts';
import { MessageHeader, type MessageScanner } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { typedFor } from '../codec/arbitrary-value.ts';
import { engines, Subject, verdictOf } from '../codec/engines.ts';
import { hex } from '../support/hex.ts';

const subject = new Subject(engines[0]!, compact);
const header = '822100016d';

/** A whole message of a random type's value. */
const anyMessage: fc.Arbitrary<Buffer> = typedFor(compact).map(({ type, value }) =>
  Buffer.concat([hex(header), subject.encode(type, value)]),
);

describe('CompactScanner', () => {
  it('finds the end where skipping finds it, wherever the bytes are cut in two', () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ maxLength: 9 }), (message, next) => {
        const bytes = Buffer.concat([message, next]);
        expect(endBySkipping(bytes)).to.equal(message.length);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const scanner = compact.scanner(defaultLimits);
          const early = scanTo(scanner, bytes, cut);
          expect(early).to.equal(cut < message.length ? -1 : message.length);
          if (early < 0) expect(scanTo(scanner, bytes, bytes.length)).to.equal(message.length);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('finds the end in chunks of any size, from messages that stand anywhere', () => {
    const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(anyMessage, anyMessage, fc.oneof(anySizes, fc.constant([1])), (first, second, sizes) => {
        const bytes = Buffer.concat([first, second]);
        const scan = (from: number): number =>
          scanInChunks(compact.scanner(defaultLimits), bytes, from, sizes);
        expect(scan(0)).to.equal(first.length);
        expect(scan(first.length)).to.equal(bytes.length);
      }),
      { numRuns: 100 },
    );
  });

  it('goes on where it was when the bytes have moved to another place', () => {
    fc.assert(
      fc.property(anyMessage, fc.nat(50), fc.nat(50), fc.nat(), (message, here, there, anywhere) => {
        const cut = anywhere % message.length;
        const scanner = compact.scanner(defaultLimits);
        const before = Buffer.concat([Buffer.alloc(here), message.subarray(0, cut)]);
        expect(scanTo(scanner, before, before.length, here)).to.equal(-1);
        const after = Buffer.concat([Buffer.alloc(there), message]);
        expect(scanTo(scanner, after, after.length, there)).to.equal(after.length);
      }),
      { numRuns: 80 },
    );
  });

  it('looks at a bounded number of bytes for each chunk, however long the message is', () => {
    const bytes = hex(`${header} 19 fc d00f ${'1803616263 15feffffff0f 00'.repeat(2000)} 00`);
    const r = readerOf(bytes);
    const looks = countLooks(r);
    const scanner = compact.scanner(defaultLimits);
    for (let end = 1; end < bytes.length; end++) {
      r.window(0, end, true);
      const before = looks.count;
      expect(scanner.scan(r)).to.equal(-1);
      expect(looks.count - before).to.be.at.most(20);
    }
    r.window(0, bytes.length, true);
    expect(scanner.scan(r)).to.equal(bytes.length);
  });

  it('refuses a size that no message may have before the bytes have come', () => {
    for (const field of [
      '18 ffffffff07',
      '18 ffffffff0f',
      '19 f3 ffffffff0f',
      '19 f7 8080808001',
      '1a fd 80808040',
      '1b ffffffff0f 33',
      '1b 80808040 7d',
      '19 fc ffffffff07',
    ])
      expectRefusal(field, 'size-limit');
  });

  it('refuses varints of too many bytes: the 6th of an id, a size or a sequence id, the 11th of a number', () => {
    const [six, eleven] = ['ff'.repeat(5), 'ff'.repeat(10)];
    for (const field of [`05 ${six}`, `01 ${six}`, `18 ${six}`, `19 f3 ${six}`, `1b ${six}`])
      expectRefusal(field, 'invalid-data');
    for (const field of [
      `15 ${eleven}`,
      `16 ${eleven}`,
      `14 ${eleven}`,
      `19 15 ${eleven}`,
      `1b 01 63 ${eleven}`,
    ])
      expectRefusal(field, 'invalid-data');
    expect(codeOf(() => scan(hex(`8221 ${six}`)))).to.equal('invalid-data');
    expect(codeOf(() => scan(hex(`8221 00 ${six}`)))).to.equal('invalid-data');
    for (const field of [`16 ${'ff'.repeat(9)}`, `18 ${'ff'.repeat(4)}`, `16 ${'ff'.repeat(9)} 01`])
      expect(scan(hex(`${header} ${field}`))).to.equal(-1);
  });

  it('refuses types that are none, but not where they are of an empty container', () => {
    for (const field of [
      '1e',
      '1f',
      '10',
      'f0',
      '0e02',
      '19 10',
      '19 1e',
      '1a f0 01',
      '1b 01 03',
      '1b 01 3f',
    ])
      expectRefusal(field, 'invalid-data');
    for (const field of ['19 00', '1a 0f', '19 ff 00', '1b 00', '1b 8000', '11', '12', '0101', '19 12 02']) {
      const bytes = hex(`${header} ${field} 00`);
      expect(scan(bytes), field).to.equal(bytes.length);
      expect(endBySkipping(bytes), field).to.equal(bytes.length);
    }
  });

  it('stops at the limit of nesting, as skipping does', () => {
    for (const bomb of [
      '1c'.repeat(100_000),
      '19'.repeat(100_000),
      `1b${'01b3'.repeat(100_000)}`,
      `1b${'013b01'.repeat(100_000)}`,
    ])
      expectRefusal(bomb, 'depth-limit');
    for (const depth of [63, 64, 65]) {
      for (const body of [
        `${'1c'.repeat(depth)}${'00'.repeat(depth)}00`,
        // The innermost list is empty: it is one level all the same.
        `19${'19'.repeat(depth)}05 00`,
        `19${'19'.repeat(depth - 1)}1b00 00`,
        `19${'19'.repeat(depth)}1502 00`,
      ]) {
        const bytes = hex(header + body);
        const scanned = codeOf(() => scan(bytes));
        expect(scanned, body).to.equal(codeOf(() => endBySkipping(bytes)));
        expect(scanned, body).to.equal(depth > 64 ? 'depth-limit' : undefined);
      }
    }
  });

  it('refuses a message beyond the limit, whether it comes whole or in parts', () => {
    const bytes = hex(`${header} 18 10 ${'00'.repeat(16)} 00`);
    const fits = { ...defaultLimits, message: bytes.length };
    const tight = { ...defaultLimits, message: bytes.length - 1 };
    for (const step of [1, 5, bytes.length]) {
      expect(scanInChunks(compact.scanner(fits), bytes, 0, [step])).to.equal(bytes.length);
      expect(codeOf(() => scanInChunks(compact.scanner(tight), bytes, 0, [step]))).to.equal('size-limit');
    }
  });

  it('refuses what begins with no header, in its first bytes', () => {
    for (const bytes of [Buffer.from('GET /'), hex('80'), hex('8202')])
      expect(codeOf(() => scan(bytes))).to.equal('bad-version');
    expect(codeOf(() => scan(hex('822100ffffff7f')))).to.equal('size-limit');
  });

  it('ends on any bytes at all: with an end, an error or a wish for more', () => {
    const anyBytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(0, 1, 2, 0x11, 0x15, 0x18, 0x19, 0x1b, 0x1c, 0x25, 0xf3, 0x80, 0x33), {
        maxLength: 300,
      }),
    );
    fc.assert(
      fc.property(anyBytes, rest => {
        const bytes = Buffer.concat([hex(header), Buffer.from(rest as number[])]);
        const verdict = verdictOf(() => scan(bytes));
        if (!('value' in verdict) || verdict.value === -1) return;
        const skipped = verdictOf(() => endBySkipping(bytes));
        // The scanner does not look whether an id has more than 16 bits.
        if ('value' in skipped) expect(skipped.value).to.equal(verdict.value);
        else expect(skipped.code).to.equal('invalid-data');
      }),
      { numRuns: 1000 },
    );
  });
});

function readerOf(bytes: Buffer, limits: Limits = defaultLimits): ByteReader {
  const reader = new ByteReader(limits);
  reader.attach(bytes);
  reader.window(0, bytes.length, true);
  return reader;
}

function endBySkipping(bytes: Buffer): number {
  const r = readerOf(bytes);
  expect(compact.readMessage(r, new MessageHeader())).to.equal(true);
  compact.skip(r, wireType.struct, 0);
  return r.pos;
}

function scan(bytes: Buffer): number {
  return compact.scanner(defaultLimits).scan(readerOf(bytes));
}

function scanTo(scanner: MessageScanner, bytes: Buffer, end: number, start = 0): number {
  const r = readerOf(bytes);
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
  r.bytes = new Proxy(r.bytes, {
    get(target, key) {
      const member = Reflect.get(target, key, target) as unknown;
      if (typeof key === 'string' && /^\d+$/.test(key)) looks.count++;
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return looks;
}

function codeOf(run: () => unknown): string | undefined {
  const verdict = verdictOf(run);
  return 'value' in verdict ? undefined : verdict.code;
}

function expectRefusal(body: string, code: string): void {
  expect(
    codeOf(() => scan(hex(header + body))),
    body.slice(0, 60),
  ).to.equal(code);
}
