import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { defaultLimits } from '../../src/limits.ts';
import { readText } from '../../src/wire/read-text.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { writeText } from '../../src/wire/write-text.ts';
import { ByteWriter, REFUSED } from '../../src/wire/writer.ts';

const alphabets = { ASCII: 'aZ ', 'Latin-1': 'aé ÿ', CJK: '漢a字', emoji: '😀a' };
const lengths = [...Array.from({ length: 41 }, (_, i) => i), 100, 16_383, 16_384, 16_385, 1_000_000];

describe('text', () => {
  for (const [name, alphabet] of Object.entries(alphabets)) {
    it(`of ${name} comes back, whatever its length and wherever it stands`, () => {
      for (const length of lengths) {
        const text = alphabet
          .repeat(Math.ceil(length / 2))
          .slice(0, length)
          .toWellFormed();
        for (const at of length > 1000 ? [3] : [0, 1, 2, 3, 4, 5, 6, 7]) expectRoundTrip(text, at);
      }
    });
  }

  it('comes back, and is what Node writes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(9), expectRoundTrip), {
      numRuns: 400,
    });
  });

  it('gets its room and what was asked for behind it', () => {
    for (const alphabet of Object.values(alphabets)) {
      for (const length of [0, 1, 24, 25, 16_384, 16_385]) {
        const text = alphabet.repeat(length).slice(0, length).toWellFormed();
        const w = new ByteWriter(1, 64);
        const end = writeText(w, 1, text, 5);
        expect(end + 5).to.be.at.most(w.size);
        expect(w.bytes.toString('utf8', 1, end)).to.equal(text);
      }
    }
  });

  it('is refused with a lone surrogate in it, anywhere', () => {
    for (const length of [1, 2, 5, 23, 24, 25, 26, 100, 20_000]) {
      for (const place of new Set([0, length >> 1, length - 1])) {
        for (const lone of ['\ud800', '\udbff', '\udc00', '\udfff']) {
          for (const around of ['a', 'é', '漢']) {
            const text = around.repeat(place) + lone + around.repeat(length - place - 1);
            expect(refusalOf(text), `${length} ${place}`).to.equal(REFUSED);
          }
        }
      }
    }
    expect(refusalOf('\udc00\ud800')).to.equal(REFUSED);
    expect(refusalOf('\ud83d\ude00')).to.equal(undefined);
  });
});

describe('text that comes again', () => {
  // Those that came before may have sent the cache to rest.
  beforeEach(() => {
    for (let i = 0; i < 2000; i++) read(Buffer.from('again and again'));
  });

  it('is never mistaken for another', () => {
    // Few letters and lengths: many texts, most of them alike, that meet in the same places of a cache.
    const near = fc
      .array(fc.constantFrom('a', 'b', '\0', 'é', '\x7f', '\x80'), { maxLength: 40 })
      .map(letters => letters.join(''));
    const some = fc.array(near, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(some, fc.array(fc.nat(11), { maxLength: 60 }), (texts, order) => {
        for (const index of order) {
          const text = texts[index % texts.length]!;
          expect(read(Buffer.from(text))).to.equal(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is never mistaken for another of as many bytes', () => {
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20_000; i++) {
        const text = `key-${i.toString(36).padStart(5, '0')}`;
        const found = read(Buffer.from(text));
        if (found !== text) expect(found).to.equal(text);
      }
    }
  });

  it('is not mistaken for bytes that differ in their highest bits alone', () => {
    for (let round = 0; round < 50; round++) {
      expect(read(Buffer.from('abcdefg'))).to.equal('abcdefg');
      expect(read(Buffer.from('abcdef\u00e7'))).to.equal('abcdef\u00e7');
      expect(() => read(Buffer.from('abcdef\xe7', 'latin1'))).to.throw(DecodeError);
    }
  });

  it('is not mistaken for bytes that are the same number', () => {
    for (const length of [8, 16, 24, 32]) {
      for (let end = 8; end <= length; end += 8) {
        const zeros = Buffer.alloc(length, 'a').fill(0, end - 8, end);
        const minus = Buffer.from(zeros).fill(0x80, end - 1, end);
        for (let round = 0; round < 3; round++) {
          expect(read(zeros)).to.equal(zeros.toString());
          expect(() => read(minus)).to.throw(DecodeError);
        }
      }
    }
  });

  it('does not depend on how it is aligned or what follows', () => {
    for (let round = 0; round < 10; round++) {
      for (let length = 0; length <= 33; length++) {
        const text = 'abcdefghijklmnopqrstuvwxyz0123456789'.slice(0, length);
        for (let at = 0; at < 5; at++) {
          const bytes = Buffer.alloc(at + length + (round % 2) * 7, 0x78);
          bytes.write(text, at);
          const r = new ByteReader(defaultLimits);
          r.attach(bytes);
          expect(readText(r, at, length, true)).to.equal(text);
        }
      }
    }
  });
});

describe('text that is written again', () => {
  beforeEach(() => {
    for (let i = 0; i < 10_000; i++) expectWritten('again and again', 0);
  });

  it('is never mistaken for another', () => {
    // They differ in one place alone, which is often not one that is looked at.
    const near = fc
      .tuple(fc.integer({ min: 7, max: 25 }), fc.nat(24), fc.constantFrom('b', '\0', '\x7f', '\x80', '漢'))
      .map(([length, place, other]) => {
        const letters = new Array<string>(length).fill('a');
        letters[place % length] = other;
        return letters.join('');
      });
    fc.assert(
      fc.property(fc.array(near, { minLength: 1, maxLength: 100 }), fc.nat(9), (texts, at) => {
        for (const text of texts) expectWritten(text, at);
      }),
      { numRuns: 300 },
    );
  });

  it('is never mistaken for another of as many characters', () => {
    for (let round = 0; round < 3; round++)
      for (let i = 0; i < 20_000; i++) expectWritten(`key-${i.toString(36).padStart(5, '0')}`, 3);
  });

  it('does not depend on what stood where it is written', () => {
    // With text before them, these make numbers that are none: their bits need not survive.
    for (const before of ['ff', '7f', 'f87f', 'f8ff', 'f07f', '01f07f']) {
      for (let length = 7; length <= 25; length++) {
        const text = `${before} `.repeat(9).slice(0, length);
        const w = new ByteWriter(200, 64);
        for (let round = 0; round < 3; round++) {
          w.bytes.fill(before, 'hex');
          expect(writeText(w, 5, text, 0)).to.equal(5 + length);
          expect(w.bytes.toString('latin1', 5, 5 + length)).to.equal(text);
        }
      }
    }
  });

  it('is the same whether it is whole, a part of another, or put together', () => {
    const whole = 'a text that is longer than what is kept of it';
    for (let round = 0; round < 3; round++) {
      for (let length = 8; length <= 24; length++) {
        expectWritten(whole.slice(3, 3 + length), 1);
        expectWritten(`${whole.slice(3, 5)}${whole.slice(5, 3 + length)}`, 1);
      }
    }
  });

  it('is still refused with a lone surrogate in it, and does no harm to others', () => {
    for (let round = 0; round < 3; round++) {
      expect(refusalOf('12345678\ud800')).to.equal(REFUSED);
      expectWritten('123456789', 0);
    }
  });
});

describe('bytes that are no UTF-8', () => {
  const invalid = {
    'a byte that cannot begin one': [0xff],
    'a continuation alone': [0x80],
    'a text cut short': [0xe6, 0xbc],
    'an overlong form': [0xc0, 0x80],
    'a surrogate': [0xed, 0xa0, 0x80],
    'a number beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
  };
  for (const [name, bytes] of Object.entries(invalid)) {
    it(`are refused or replaced: ${name}`, () => {
      for (const before of [0, 1, 20, 31, 32, 33, 300]) {
        for (const after of [0, 3]) {
          const whole = Buffer.concat([
            Buffer.alloc(before, 'a'),
            Buffer.from(bytes),
            Buffer.alloc(after, 'b'),
          ]);
          expect(() => read(whole))
            .to.throw(DecodeError)
            .with.property('code', 'invalid-utf8');
          expect(read(whole, false)).to.match(/^a*\ufffd+b*$/);
        }
      }
    });
  }

  it('are told from a replacement character that was sent', () => {
    for (const text of ['\ufffd', `${'x'.repeat(40)}\ufffd`]) expect(read(Buffer.from(text))).to.equal(text);
  });

  it('are judged as Node judges them', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), bytes => {
        let expected: string | undefined;
        try {
          expected = decoder.decode(bytes);
        } catch {
          expect(() => read(Buffer.from(bytes))).to.throw(DecodeError);
          return;
        }
        expect(read(Buffer.from(bytes))).to.equal(expected);
      }),
      { numRuns: 400 },
    );
  });
});

function expectRoundTrip(text: string, at: number): void {
  const w = new ByteWriter(at, 64);
  const end = writeText(w, at, text, 0);
  const expected = Buffer.from(text);
  expect(end - at).to.equal(expected.length);
  if (w.bytes.compare(expected, 0, expected.length, at, end) !== 0)
    expect(w.bytes.subarray(at, end)).to.deep.equal(expected);
  const r = new ByteReader(defaultLimits);
  r.attach(w.bytes.subarray(0, end));
  if (readText(r, at, end - at, true) !== text)
    expect.fail(`${JSON.stringify(text.slice(0, 50))} came back as another`);
}

function refusalOf(text: string): unknown {
  try {
    writeText(new ByteWriter(1, 64), 0, text, 0);
    return undefined;
  } catch (error) {
    return error;
  }
}

function read(bytes: Buffer, strict = true): string {
  const r = new ByteReader(defaultLimits);
  r.attach(bytes);
  r.window(0, bytes.length, false);
  return readText(r, 0, bytes.length, strict);
}

function expectWritten(text: string, at: number): void {
  const w = new ByteWriter(at + 8, 64);
  const end = writeText(w, at, text, 0);
  const written = w.bytes.toString('utf8', at, end);
  if (written !== text || end - at !== Buffer.byteLength(text)) expect(written).to.equal(text);
}
