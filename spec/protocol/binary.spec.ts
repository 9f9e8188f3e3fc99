import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { DecodeError, type DecodeErrorCode } from '../../src/errors/decode-error.ts';
import { defaultLimits, type Limits } from '../../src/limits.ts';
import { binary } from '../../src/protocol/binary.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { messageType, wireType } from '../../src/protocol/types.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { engines, Subject } from '../codec/engines.ts';
import { table } from '../codec/table.ts';

for (const engine of engines) {
  describe(`binary protocol, ${engine}`, () => {
    const subject = new Subject(engine);
    for (const { type, value, decoded, binary: hex } of table) {
      it(`writes and reads ${type} ${inspect(value, { breakLength: 200 })}`, () => {
        expect(subject.encode(type, value).toString('hex')).to.equal(hex);
        deepStrictEqual(subject.decode(type, Buffer.from(hex, 'hex')), decoded);
      });
    }
  });
}

describe('binary protocol: message headers', () => {
  const strict = '80010001 00000004 70696e67 00000007';
  const old = '00000004 70696e67 01 00000007';

  it('are read in the strict form', () => {
    expect(read(strict)).to.include({ name: 'ping', type: messageType.call, seqid: 7, strict: true });
  });

  it('are read in the old form', () => {
    expect(read(old)).to.include({ name: 'ping', type: messageType.call, seqid: 7, strict: false });
  });

  it('do not care for the third byte of the strict form', () => {
    expect(read('8001ff02 00000000 00000000')).to.include({ type: messageType.reply, name: '' });
  });

  it('carry any sequence id', () => {
    for (const [hex, seqid] of [
      ['ffffffff', -1],
      ['80000000', -(2 ** 31)],
      ['7fffffff', 2 ** 31 - 1],
    ] as const) {
      expect(read(`80010001 00000001 61 ${hex}`)).to.include({ seqid });
      expect(read(`00000001 61 01 ${hex}`)).to.include({ seqid });
    }
  });

  for (const [form, hex] of [
    ['strict', strict],
    ['old', old],
  ] as const) {
    it(`are written as they are read: ${form}`, () => {
      const header = read(hex)!;
      for (const capacity of [1, 4, 16, 17, 100]) {
        const w = new ByteWriter(capacity, 64);
        const end = binary.writeMessage(w, 0, header);
        expect(w.bytes.toString('hex', 0, end)).to.equal(hex.replaceAll(' ', ''));
      }
    });

    it(`are waited for while they are not all there: ${form}`, () => {
      const bytes = bytesOf(hex);
      for (let cut = 0; cut < bytes.length; cut++) {
        const r = readerOf(bytes.subarray(0, cut));
        expect(binary.readMessage(r, new MessageHeader()), `${cut} bytes`).to.equal(false);
      }
    });
  }

  it('are refused in another version', () => {
    expectRefusal(() => read('80020001 00000000 00000000'), 'bad-version', 0);
    expectRefusal(() => read('ffffffff'), 'bad-version', 0);
  });

  it('are refused with a name of a negative or hostile size, before it has arrived', () => {
    expectRefusal(() => read('80010001 ffffffff'), 'negative-size', 4);
    expectRefusal(() => read('80010001 7fffffff'), 'size-limit', 4);
    // What an HTTP client begins with is the size of a name in the old form.
    expectRefusal(() => read(Buffer.from('GET / HTTP/1.1').toString('hex')), 'size-limit', 0);
    expectRefusal(() => read(`00000005 6162636465 01 00000000`, { name: 4 }), 'size-limit', 0);
    expect(read(`00000004 61626364 01 00000000`, { name: 4 })).to.include({ name: 'abcd' });
  });

  it('take names of any characters', () => {
    for (const name of ['Service:méthode', '__proto__', '😀']) {
      const header = Object.assign(new MessageHeader(), { name, type: 1, seqid: 3 });
      const w = new ByteWriter(1, 64);
      const end = binary.writeMessage(w, 0, header);
      expect(read(w.bytes.toString('hex', 0, end))).to.deep.equal(header);
    }
  });
});

describe('binary protocol: skipping', () => {
  it('moves over each value of the table, and no further', () => {
    for (const { type, binary: hex } of table) {
      const wire = wireOf(type);
      const r = readerOf(Buffer.concat([bytesOf(hex), Buffer.alloc(20, 0xff)]));
      binary.skip(r, wire, 0);
      expect(r.pos, `${type} ${hex}`).to.equal(hex.length / 2);
    }
  });

  it('takes an empty container of any types, also of none', () => {
    expect(skipped('00 00000000', wireType.list)).to.equal(5);
    expect(skipped('63 00000000', wireType.set)).to.equal(5);
    expect(skipped('00 00 00000000', wireType.map)).to.equal(6);
    expect(skipped('00 63 00000000', wireType.map)).to.equal(6);
  });

  it('refuses types that are none', () => {
    for (const type of [1, 5, 7, 9, 17, 255]) {
      expectRefusal(() => skipped('00000000', type), 'invalid-data', 0);
      const id = type.toString(16).padStart(2, '0');
      expectRefusal(() => skipped(`${id} 00000001 00`, wireType.list), 'invalid-data', 1);
      expectRefusal(() => skipped(`08 ${id} 00000001 00`, wireType.map), 'invalid-data', 2);
      expectRefusal(() => skipped(`${id} 0001 00`, wireType.struct), 'invalid-data', 3);
    }
    expectRefusal(() => skipped('00 00000001', wireType.list), 'invalid-data', 1);
  });

  it('refuses sizes that the message cannot hold', () => {
    for (const [hex, type] of [
      ['7fffffff', wireType.string],
      ['00000001', wireType.string],
      ['08 7fffffff', wireType.list],
      ['0a 20000000 00000000', wireType.list],
      ['0c 00000002 00', wireType.list],
      ['0b 0b 10000000', wireType.map],
      ['10 10000000', wireType.set],
      ['03 03 00000001 00', wireType.map],
    ] as const)
      expectRefusal(() => skipped(hex, type), 'truncated');
    for (const [hex, type] of [
      ['80000000', wireType.string],
      ['08 ffffffff', wireType.list],
      ['0b 0b ffffffff', wireType.map],
    ] as const)
      expectRefusal(() => skipped(hex, type), 'negative-size');
  });

  it('stops at the limit of nesting, however deep the bytes go', () => {
    const bombs = {
      structs: Buffer.from('0c0001'.repeat(100_000), 'hex'),
      lists: Buffer.from('0f00000001'.repeat(100_000), 'hex'),
      maps: Buffer.from('030d0000000101'.repeat(100_000), 'hex'),
    };
    expectRefusal(() => binary.skip(readerOf(bombs.structs), wireType.struct, 0), 'depth-limit', 65 * 3);
    expectRefusal(() => binary.skip(readerOf(bombs.lists), wireType.list, 0), 'depth-limit', 65 * 5);
    expectRefusal(() => binary.skip(readerOf(bombs.maps), wireType.map, 0), 'depth-limit', 65 * 7);
  });

  it('counts only what can nest: the innermost struct may hold texts and numbers', () => {
    const nested = '0c0001'.repeat(64);
    const inner = '0b0001 00000001 61 080002 00000000 00';
    expect(skipped(`${nested}${inner}${'00'.repeat(64)}`, wireType.struct)).to.equal(64 * 3 + 16 + 64);
  });
});

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex');
}

function readerOf(bytes: Buffer, limits: Partial<Limits> = {}): ByteReader {
  const reader = new ByteReader({ ...defaultLimits, ...limits });
  reader.attach(bytes);
  reader.window(0, bytes.length, false);
  return reader;
}

/** The header, if it is all there and nothing follows it. */
function read(hex: string, limits: Partial<Limits> = {}): MessageHeader | undefined {
  const r = readerOf(bytesOf(hex), limits);
  const header = new MessageHeader();
  if (!binary.readMessage(r, header)) return undefined;
  expect(r.pos).to.equal(r.end);
  return header;
}

function skipped(hex: string, type: number): number {
  const r = readerOf(bytesOf(hex));
  binary.skip(r, type, 0);
  return r.pos;
}

function wireOf(type: { kind: string }): number {
  if (type.kind === 'struct' || type.kind === 'union' || type.kind === 'exception') return wireType.struct;
  if (type.kind === 'enum') return wireType.i32;
  if (type.kind === 'binary') return wireType.string;
  return wireType[type.kind as keyof typeof wireType];
}

function expectRefusal(run: () => unknown, code: DecodeErrorCode, offset?: number): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).to.be.instanceOf(DecodeError);
  expect(error).to.have.property('code', code);
  if (offset !== undefined) expect(error).to.have.property('offset', offset);
}
