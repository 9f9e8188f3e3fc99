import { expect } from 'chai';
import fc from 'fast-check';
import { defaultLimits } from '../../src/limits.ts';
import { ownCopy } from '../../src/wire/copy.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { isUuid, readUuid, writeUuid } from '../../src/wire/uuid.ts';
import { ByteWriter } from '../../src/wire/writer.ts';

describe('ByteReader', () => {
  it('counts offsets in errors from where the message begins', () => {
    const r = new ByteReader(defaultLimits);
    r.attach(Buffer.alloc(50));
    r.window(10, 20, false);
    expect([r.pos, r.start, r.end]).to.deep.equal([10, 10, 20]);
    expect(r.truncated(17, 8)).to.include({ offset: 7, reason: 'expected 8 more bytes, the message has 3' });
    expect(r.badSize(-5, 12, 'a string')).to.include({ code: 'negative-size', offset: 2 });
    expect(r.error('invalid-data', 10, 'x').message).to.equal('x (at byte 0)');
  });

  it('sees the bytes it was given, and no others of the memory they lie in', () => {
    const r = new ByteReader(defaultLimits);
    const bytes = Buffer.from([1, 2, 3, 4, 5]).subarray(1, 3);
    r.attach(bytes);
    expect(r.view.byteLength).to.equal(2);
    expect(r.view.getUint8(0)).to.equal(2);
  });

  it('lets go of bytes', () => {
    const r = new ByteReader(defaultLimits);
    r.attach(Buffer.alloc(5));
    r.detach();
    expect([r.bytes.length, r.view.byteLength]).to.deep.equal([0, 0]);
  });
});

describe('ownCopy', () => {
  it('is not changed by what becomes of the buffer, and holds no more memory than its bytes', () => {
    const buffer = Buffer.from([1, 2, 3, 4]).subarray(1);
    const copy = ownCopy(buffer, 1, 2);
    buffer.fill(0);
    expect(copy).to.deep.equal(Uint8Array.of(3, 4));
    expect(copy.buffer.byteLength).to.equal(2);
    expect(Buffer.isBuffer(copy)).to.equal(false);
  });
});

describe('a string that stands apart', () => {
  it('is the value, and is in its place for who joins it', () => {
    const r = new ByteReader(defaultLimits);
    r.attach(Buffer.from([1, 0, 0, 4]));
    [r.apart, r.apartAt] = [Uint8Array.of(2, 3), 1];
    expect(r.own(1, 2)).to.equal(r.apart);
    expect(r.own(0, 1)).to.deep.equal(Uint8Array.of(1));
    r.join();
    expect([...r.bytes]).to.deep.equal([1, 2, 3, 4]);
    const copy = r.own(1, 2);
    r.bytes.fill(0);
    expect(copy).to.deep.equal(Uint8Array.of(2, 3));
  });

  it('goes with the bytes', () => {
    const r = new ByteReader(defaultLimits);
    r.attach(Buffer.alloc(4));
    r.apart = Uint8Array.of(2, 3);
    r.attach(Buffer.alloc(5));
    expect(r.apart).to.equal(undefined);
    r.apart = Uint8Array.of(2, 3);
    r.detach();
    expect(r.apart).to.equal(undefined);
  });
});

describe('uuid', () => {
  it('comes back in lower case', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.boolean(), (text, upper) => {
        const w = new ByteWriter(20, 64);
        expect(writeUuid(w, 3, upper ? text.toUpperCase() : text)).to.equal(19);
        expect(w.bytes.toString('hex', 3, 19)).to.equal(text.replaceAll('-', ''));
        const r = new ByteReader(defaultLimits);
        r.attach(w.bytes);
        expect(readUuid(r, 3)).to.equal(text);
      }),
    );
  });

  it('is 8-4-4-4-12 hexadecimal digits and nothing else', () => {
    const good = '00112233-4455-6677-8899-aabbccddeeff';
    expect(isUuid(good)).to.equal(true);
    for (const bad of [
      '',
      `${good}\n`,
      ` ${good}`,
      `{${good}}`,
      good.replaceAll('-', ''),
      good.replace('0', 'g'),
      5,
      null,
    ])
      expect(isUuid(bad)).to.equal(false);
  });
});
