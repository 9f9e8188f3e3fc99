import { expect } from 'chai';
import fc from 'fast-check';
import { defaultLimits } from '../../src/limits.ts';
import { json } from '../../src/protocol/json.ts';
import { MessageHeader, type MessageScanner } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { typedFor } from '../codec/arbitrary-value.ts';
import { Subject, verdictOf } from '../codec/engines.ts';

const subject = new Subject('closures', json);
const header = '[1,"m",1,0,';

/** A whole message of a random type's value. */
const anyMessage: fc.Arbitrary<Buffer> = typedFor(json).map(({ type, value }) =>
  Buffer.concat([Buffer.from(header), subject.encode(type, value), Buffer.from(']')]),
);

describe('JsonScanner', () => {
  it('finds the end where skipping finds it, wherever the bytes are cut in two', () => {
    fc.assert(
      fc.property(anyMessage, fc.constantFrom('', ' \n', header, ']}"\\'), (message, next) => {
        const bytes = Buffer.concat([message, Buffer.from(next)]);
        expect(endBySkipping(message)).to.equal(message.length);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const scanner = json.scanner(defaultLimits);
          const early = scanTo(scanner, bytes, cut);
          expect(early).to.equal(cut < message.length ? -1 : message.length);
          if (early < 0) expect(scanTo(scanner, bytes, bytes.length)).to.equal(message.length);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('finds the end in chunks of any size, from messages that stand anywhere, with blanks between', () => {
    const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 });
    const anyBlanks = fc.constantFrom('', ' ', '\r\n', '\n\n\t ');
    fc.assert(
      fc.property(anyMessage, anyMessage, anyBlanks, anySizes, (first, second, blanks, sizes) => {
        const bytes = Buffer.concat([first, Buffer.from(blanks), second]);
        const scan = (from: number): number => scanInChunks(json.scanner(defaultLimits), bytes, from, sizes);
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
        const scanner = json.scanner(defaultLimits);
        const before = Buffer.concat([Buffer.alloc(here, '"'), message.subarray(0, cut)]);
        expect(scanTo(scanner, before, before.length, here)).to.equal(-1);
        const after = Buffer.concat([Buffer.alloc(there, '"'), message]);
        expect(scanTo(scanner, after, after.length, there)).to.equal(after.length);
      }),
      { numRuns: 80 },
    );
  });

  it('is not misled by brackets, quotes and backslashes in strings', () => {
    for (const text of ['}]', '[{', '\\"', '\\\\', '\\\\\\"]', '\\\\\\\\', '\\u005d', '\\"}]\\"']) {
      const bytes = Buffer.from(`${header}{"1":{"str":"${text}"}}]`);
      for (const step of [1, 2, 3, bytes.length])
        expect(scanInChunks(json.scanner(defaultLimits), bytes, 0, [step]), text).to.equal(bytes.length);
    }
  });

  it('looks at each byte a few times at the most, however the chunks are, in the midst of a long string too', () => {
    for (const long of ['x'.repeat(5000), '\\\\'.repeat(2500), '\\"'.repeat(2500), ' '.repeat(5000)]) {
      const bytes = Buffer.from(`${' '.repeat(1000)}${header}{"1":{"str":"${long}"}}]`);
      const r = readerOf(bytes);
      const looks = countLooks(r);
      const scanner = json.scanner(defaultLimits);
      for (let end = 1; end < bytes.length; end++) {
        r.window(0, end, true);
        expect(scanner.scan(r)).to.equal(-1);
      }
      r.window(0, bytes.length, true);
      expect(scanner.scan(r)).to.equal(bytes.length);
      expect(looks.count).to.be.below(bytes.length * 8);
    }
  });

  it('counts a run of backslashes once', () => {
    const bytes = Buffer.from(`${header}{"1":{"str":"${'\\'.repeat(100_000)}"}}]`);
    const r = readerOf(bytes);
    const looks = countLooks(r);
    expect(json.scanner(defaultLimits).scan(r)).to.equal(bytes.length);
    expect(looks.count).to.be.below(110_000);
  });

  it('refuses brackets that do not match, and more of them than any value can open', () => {
    for (const body of ['{]', '[}', '}', '{"1":{"lst":["i8",1,1}'])
      expect(
        verdictOf(() => scan(Buffer.from(header + body))),
        body,
      ).to.include({ code: 'invalid-data' });
    for (const open of ['[', '{', '{"1":{"rec":', '["lst",1,', '["i8","map",1,{"1":'])
      expect(
        verdictOf(() => scan(Buffer.from(header + open.repeat(100_000)))),
        open,
      ).to.include({
        code: 'depth-limit',
      });
  });

  it('takes what is nested as deep as decoding takes it', () => {
    const nested = (depth: number) =>
      Buffer.from(
        `${header}${'{"1":{"map":["i8","rec",1,{"1":'.repeat(depth)}{"1":{"map":["i8","i8",0,{}]}}${'}]}}'.repeat(depth)}]`,
      );
    expect(endBySkipping(nested(64))).to.equal(nested(64).length);
    expect(scan(nested(64))).to.equal(nested(64).length);
    expect(verdictOf(() => endBySkipping(nested(65)))).to.include({ code: 'depth-limit' });
  });

  it('refuses a message beyond the limit, whether it comes whole or in parts', () => {
    const bytes = Buffer.from(`${header}{"1":{"str":"${'x'.repeat(50)}"}}]`);
    const fits = { ...defaultLimits, message: bytes.length };
    const tight = { ...defaultLimits, message: bytes.length - 1 };
    for (const step of [1, 5, bytes.length]) {
      expect(scanInChunks(json.scanner(fits), bytes, 0, [step])).to.equal(bytes.length);
      expect(verdictOf(() => scanInChunks(json.scanner(tight), bytes, 0, [step]))).to.include({
        code: 'size-limit',
      });
    }
    const blank = { ...defaultLimits, message: 100 };
    expect(verdictOf(() => scanInChunks(json.scanner(blank), Buffer.alloc(200, ' '), 0, [1]))).to.include({
      code: 'size-limit',
    });
  });

  it('refuses what begins with no header, in its first bytes', () => {
    for (const text of ['GET /', '{', '\x80\x01', '  <'])
      expect(
        verdictOf(() => scan(Buffer.from(text, 'latin1'))),
        text,
      ).to.include({ code: 'bad-version' });
    expect(verdictOf(() => scan(Buffer.from('[2,"')))).to.include({ code: 'bad-version' });
    expect(verdictOf(() => scan(Buffer.from(`[1,"${'x'.repeat(10_000)}`)))).to.include({
      code: 'size-limit',
    });
  });

  it('ends on any bytes at all: with an end, an error or a wish for more', () => {
    const anyTokens = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '"1"',
        '"i32"',
        '"rec"',
        '"lst"',
        '1',
        ' ',
        'é',
      ),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(anyTokens, tokens => {
        const bytes = Buffer.from(header + tokens.join(''));
        const verdict = verdictOf(() => scan(bytes));
        const skipped = verdictOf(() => endBySkipping(bytes));
        // What can be skipped ends where the brackets do; for the rest, an end is but an end.
        if ('value' in skipped) expect(verdict).to.deep.equal(skipped);
        if ('value' in verdict) expect(verdict.value).to.be.within(-1, bytes.length);
      }),
      { numRuns: 500 },
    );
  });
});

function readerOf(bytes: Buffer): ByteReader {
  const reader = new ByteReader(defaultLimits);
  reader.attach(bytes);
  reader.window(0, bytes.length, true);
  return reader;
}

function endBySkipping(bytes: Buffer): number {
  const r = readerOf(bytes);
  expect(json.readMessage(r, new MessageHeader())).to.equal(true);
  json.skip(r, wireType.struct, 0);
  const end = bytes.indexOf(']', r.pos) + 1;
  json.readMessageEnd(r);
  return end;
}

function scan(bytes: Buffer): number {
  return json.scanner(defaultLimits).scan(readerOf(bytes));
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
