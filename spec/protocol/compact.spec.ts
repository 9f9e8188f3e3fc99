import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { defaultLimits } from '../../src/limits.ts';
import { loadSource } from '../../src/load.ts';
import { compact } from '../../src/protocol/compact.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { type } from '../../src/values/module.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { engines, Subject, verdictOf } from '../codec/engines.ts';
import { typesOf } from '../codec/schema-of.ts';
import { table } from '../codec/table.ts';
import { hex, toHex } from '../support/hex.ts';

const anything = loadSource('struct Empty {}');

for (const engine of engines) {
  const subject = new Subject(engine, compact);
  const written = (expression: string, value: unknown) =>
    toHex(subject.encode(type(anything, expression), value));
  const read = (expression: string, bytes: string) =>
    verdictOf(() => subject.decode(type(anything, expression), hex(bytes)));

  describe(`compact protocol, ${engine}`, () => {
    for (const { type, value, decoded, compact: bytes } of table) {
      it(`writes and reads ${type} ${inspect(value, { breakLength: 200 })}`, () => {
        if (bytes === undefined) {
          expect(verdictOf(() => subject.encode(type, value))).to.include({ code: 'wrong-type' });
          return;
        }
        expect(toHex(subject.encode(type, value))).to.equal(bytes);
        deepStrictEqual(subject.decode(type, hex(bytes)), decoded);
      });
    }

    it('has no float, alone, in a field or in a list, empty or not', () => {
      const { S } = typesOf('struct S { 1: float a, 2: list<float> b, 3: map<i8, float> c, 4: i8 d }');
      const reason = 'the compact protocol has no float; use double';
      for (const [value, path] of [
        [{ a: 1 }, 'S.a'],
        [{ b: [] }, 'S.b'],
        [{ b: [1] }, 'S.b'],
        [{ c: new Map([[1, 2]]) }, 'S.c[1]'],
      ] as const) {
        expect(verdictOf(() => subject.encode(S, value))).to.include({ path, message: `${path}: ${reason}` });
      }
      expect(toHex(subject.encode(S, { d: 1 }))).to.equal('430100');
      expect(subject.decode(S, hex('170000000000000000 19150200'))).to.include({
        a: undefined,
        b: undefined,
      });
    });

    it('writes no more of an integer than it takes, and reads the most there is', () => {
      for (const [value, bytes] of [
        [2 ** 30 - 1, 'feffffff07'],
        [2 ** 30, '8080808008'],
        [2 ** 31 - 1, 'feffffff0f'],
        [2 ** 31, '8080808010'],
        [-(2 ** 31), 'ffffffff0f'],
        [-(2 ** 31) - 1, '8180808010'],
        [2 ** 53 - 1, 'feffffffffffff1f'],
        [-(2 ** 53) + 1, 'fdffffffffffff1f'],
      ] as const) {
        expect(written('i64', value)).to.equal(bytes);
        expect(written('i64', BigInt(value))).to.equal(bytes);
        expect(read('i64', bytes)).to.deep.equal({ value: BigInt(value) });
        expect(read('i64 (js.type = "number")', bytes)).to.deep.equal({ value });
      }
      for (const bytes of ['8080808080808020', 'ffffffffffffff1f', 'feffffffffffffffff01'])
        expect(read('i64 (js.type = "number")', bytes)).to.include({ code: 'unsafe-integer', offset: 0 });
    });

    it('takes numbers as keys and as values of one map', () => {
      const numbers = typesOf('struct S { 1: map<i64, i64> a }', { int64: 'number' }).S;
      const value = { a: new Map([[2 ** 40, -1]]) };
      expect(subject.decode(numbers, subject.encode(numbers, value))).to.deep.include(value);
      const unsafe = '1b0166 02 ffffffffffffff1f 00';
      expect(verdictOf(() => subject.decode(numbers, hex(unsafe)))).to.include({ code: 'unsafe-integer' });
    });

    it('refuses integers of more bits than their type has', () => {
      for (const bytes of ['feff03', 'ffff03']) expect(read('i16', bytes)).to.have.property('value');
      for (const bytes of ['808004', '818004', 'ffffffff0f'])
        expect(read('i16', bytes), bytes).to.include({ code: 'invalid-data', offset: 0 });
      for (const bytes of ['ffffffff1f', '8080808010', '808080808000', 'ffffffffff00'])
        expect(read('i32', bytes), bytes).to.include({ code: 'invalid-data', offset: 0 });
      for (const bytes of ['80808080808080808002', 'ffffffffffffffffff7f', '8080808080808080808000'])
        expect(read('i64', bytes), bytes).to.include({ code: 'invalid-data', offset: 0 });
      // Longer than need be, and yet the number.
      expect(read('i32', '8280808000')).to.deep.equal({ value: 1 });
      expect(read('i64', '82808080808080808000')).to.deep.equal({ value: 1n });
    });

    it('puts the length in UTF-8 before a text, whatever its characters take', () => {
      for (const unit of ['a', 'é', '漢', '😀']) {
        for (const count of [1, 24, 25, 41, 42, 43, 63, 64, 126, 127, 128, 5461, 5462, 20_000]) {
          const text = unit.repeat(count);
          const size = Buffer.byteLength(text);
          const bytes = subject.encode(type(anything, 'string'), text);
          expect(bytes.subarray(-size).toString()).to.equal(text);
          expect(bytes.length - size).to.equal(size < 128 ? 1 : size < 16_384 ? 2 : 3);
          expect(subject.decode(type(anything, 'string'), bytes)).to.equal(text);
        }
      }
      for (const length of [0, 127, 128, 16_383, 16_384]) {
        const value = new Uint8Array(length).fill(7);
        expect(read('binary', written('binary', value))).to.deep.equal({ value });
      }
    });

    it('refuses lone surrogates, in short texts and long', () => {
      for (const text of ['\ud800', `${'x'.repeat(42)}\udc00`, `${'x'.repeat(20_000)}\udc00`])
        expect(verdictOf(() => subject.encode(type(anything, 'string'), text))).to.include({
          code: 'invalid-text',
        });
    });

    it('has up to 14 elements counted in the head of a list', () => {
      for (const [count, head] of [
        [0, '03'],
        [14, 'e3'],
        [15, 'f30f'],
        [127, 'f37f'],
        [128, 'f38001'],
      ] as const) {
        const value = Array.from({ length: count }, () => 1);
        expect(written('list<i8>', value)).to.equal(head + '01'.repeat(count));
        expect(read('list<i8>', head + '01'.repeat(count))).to.deep.equal({ value });
      }
      expect(read('list<i8>', 'f3020101')).to.deep.equal({ value: [1, 1] });
    });

    it('takes an empty container of any type, also of none', () => {
      for (const bytes of ['00', '03', '0e', '0f', 'f000', 'ff00', 'f3808000'])
        expect(read('list<i32>', bytes), bytes).to.deep.equal({ value: [] });
      for (const bytes of ['00', '8000'])
        expect(read('map<i8, i8>', bytes)).to.deep.equal({ value: new Map() });
      for (const bytes of ['1000', '1e00', '1f00', 'f00100'])
        expect(read('list<i32>', bytes), bytes).to.include({ code: 'invalid-data', offset: 0 });
      for (const bytes of ['01000000', '01300000', '013e0000', '01e30000'])
        expect(read('map<i8, i8>', bytes), bytes).to.include({ code: 'invalid-data', offset: 0 });
    });

    it('reads bools in containers as 1, and as 2 or 0, under either id', () => {
      for (const head of ['31', '32'])
        expect(read('list<bool>', `${head} 01 02 00`)).to.deep.equal({ value: [true, false, false] });
      for (const types of ['11', '12', '21', '22'])
        expect(read('map<bool, bool>', `02${types} 0102 0201`)).to.deep.equal({
          value: new Map([
            [true, false],
            [false, true],
          ]),
        });
    });

    it('refuses sizes that the message cannot hold', () => {
      for (const [expression, bytes] of [
        ['string', '01'],
        ['string', 'ffffffff0f 61'],
        ['binary', 'ffffffff07 61'],
        ['list<i8>', 'f3 ffffffff07 01'],
        ['list<i8>', 'f3 ffffffff0f 01'],
        ['list<i8>', '2301'],
        ['list<double>', '17 00000000000000'],
        ['set<uuid>', 'fd 8080808001 00'],
        ['map<i8, i8>', '01330 1'],
        ['map<double, uuid>', '8080808001 7d 00'],
      ] as const)
        expect(read(expression, bytes), `${expression} ${bytes}`).to.include({ code: 'truncated' });
      for (const expression of ['string', 'list<i8>'])
        expect(read(expression, 'f3 ffffffff1f')).to.include({ code: 'invalid-data' });
    });
  });

  describe(`compact fields, ${engine}`, () => {
    const { S } = typesOf(
      'struct S { 1: bool a, 2: bool b, 3: i32 c, 20: bool d, -5: bool e, 4: S s, 5: list<i8> l }',
    );
    const decode = (bytes: string) => verdictOf(() => subject.decode(S, hex(bytes)));
    const fields = (bytes: string) => {
      const verdict = decode(bytes);
      if (!('value' in verdict)) return verdict;
      return Object.fromEntries(Object.entries(verdict.value as object).filter(([, v]) => v !== undefined));
    };

    it('have their value in the header, where they are bools', () => {
      expect(fields('11 12 00')).to.deep.equal({ a: true, b: false });
      expect(fields('12 11 00')).to.deep.equal({ a: false, b: true });
      expect(toHex(subject.encode(S, { a: true, b: false, d: true, e: false }))).to.equal(
        '1112 0128 0209 00'.replaceAll(' ', ''),
      );
    });

    it('may come in any order: steps down and far steps have the id behind the type', () => {
      expect(fields('0128 0104 1506 0209 00')).to.deep.equal({ b: true, c: 3, d: true, e: false });
    });

    it('may name their id in full where a step would do', () => {
      expect(fields('0102 0204 0506 02 00 00')).to.include({ code: 'trailing-bytes' });
      expect(fields('0102 0204 050602 00')).to.deep.equal({ a: true, b: false, c: 1 });
    });

    it('take the last of those that come more than once', () => {
      expect(fields('11 0202 00')).to.deep.equal({ a: false });
      expect(fields('350205060400')).to.deep.equal({ c: 2 });
    });

    it('count their ids anew in each struct, and go on where they were behind it', () => {
      expect(fields('4c 1112 00 1903 00')).to.have.all.keys('s', 'l');
      expect(fields('4c 11 00 1913 05 00')).to.deep.include({ l: [5] });
      expect(fields('4c 11 00 0102 00')).to.have.all.keys('s', 'a');
    });

    it('are skipped where their type is another, and bools then have nothing to skip', () => {
      expect(fields('15 02 11 00')).to.deep.equal({ b: true });
      expect(fields('2111 00')).to.deep.equal({ b: true });
      expect(fields('31 00')).to.deep.equal({});
      expect(fields('591b 00')).to.include({ code: 'truncated' });
      expect(fields('59 21 0102 00')).to.deep.equal({});
    });

    it('of 16 places on are told apart from those with the id in full', () => {
      const far = typesOf('struct S { 1: i8 a, 16: i8 b, 32: i8 c, 47: i8 d, 32767: i8 e, -32768: i8 f }').S;
      const value = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 };
      const bytes = '1301 f302 034003 f304 03feff0305 03ffff0306 00'.replaceAll(' ', '');
      expect(toHex(subject.encode(far, value))).to.equal(bytes);
      expect(subject.decode(far, hex(bytes))).to.deep.include(value);
    });

    it('are refused under unknown types, ids beyond 16 bits and a stop that is not 00', () => {
      for (const bytes of ['1e00', '1f00', '0e0200', '10', 'f0', '058080040000', '05ffffffffff00'])
        expect(decode(bytes), bytes).to.include({ code: 'invalid-data' });
      for (const bytes of ['', '05', '0580', '15', '1c', '1112'])
        expect(decode(bytes), bytes).to.include({ code: 'truncated' });
    });

    it('say where they are wrong', () => {
      expect(decode('4c 4c 19 13 05 591e 00')).to.include({ path: 'S.s.s' });
      expect(decode('11 12 2c 35 ffffffff1f')).to.include({ path: 'S.s.c', offset: 4 });
      expect(decode('4c 11 19 1e')).to.include({ path: 'S.s' });
    });
  });
}

describe('compact protocol: message headers', () => {
  const header = (bytes: string, name = defaultLimits.name) => {
    const r = new ByteReader({ ...defaultLimits, name });
    r.attach(hex(bytes));
    r.window(0, r.bytes.length, false);
    const found = new MessageHeader();
    return verdictOf(() => compact.readMessage(r, found) && { ...found, rest: r.end - r.pos });
  };

  it('carry any sequence id, of either sign', () => {
    for (const [seqid, bytes] of [
      [0, '00'],
      [127, '7f'],
      [128, '8001'],
      [-1, 'ffffffff0f'],
      [-(2 ** 31), '8080808008'],
      [2 ** 31 - 1, 'ffffffff07'],
    ] as const) {
      const whole = `8241${bytes}0470696e67`;
      expect(header(whole)).to.deep.equal({ value: { name: 'ping', type: 2, seqid, strict: true, rest: 0 } });
      for (const capacity of [1, 2, 7, 8, 100]) {
        const w = new ByteWriter(capacity, 64);
        const given = Object.assign(new MessageHeader(), { name: 'ping', type: 2, seqid });
        const end = compact.writeMessage(w, 0, given);
        expect(toHex(w.bytes.subarray(0, end))).to.equal(whole);
      }
    }
  });

  it('are waited for while they are not all there', () => {
    const whole = '8221ffffffff0f0470696e67';
    for (let cut = 0; cut < whole.length; cut += 2)
      expect(header(whole.slice(0, cut))).to.deep.equal({ value: false });
  });

  it('are refused in another version, and where they are none', () => {
    for (const [bytes, offset] of [
      ['80010001', 0],
      ['83', 0],
      ['8222', 1],
      ['8220', 1],
      ['823f', 1],
    ] as const)
      expect(header(bytes)).to.include({ code: 'bad-version', offset });
  });

  it('are refused with a sequence id of too many bits, or a name of a hostile size', () => {
    for (const bytes of ['8221ffffffff1f', '8221808080808000'])
      expect(header(bytes)).to.include({ code: 'invalid-data' });
    for (const size of ['ffffffff07', 'ffffffff0f', '05'])
      expect(header(`822100${size}`, 4)).to.include({ code: 'size-limit', offset: 3 });
    expect(header('8221000461626364', 4)).to.have.nested.property('value.name', 'abcd');
  });
});

describe('compact protocol: skipping', () => {
  const skipped = (bytes: string | Buffer, type: number) =>
    verdictOf(() => {
      const r = new ByteReader(defaultLimits);
      r.attach(typeof bytes === 'string' ? hex(bytes) : bytes);
      r.window(0, r.bytes.length, false);
      compact.skip(r, type, 0);
      return r.pos;
    });

  it('moves over each value of the table, and no further', () => {
    for (const { type, compact: bytes } of table) {
      if (bytes === undefined) continue;
      const kind = { enum: 'i32', binary: 'string', union: 'struct', exception: 'struct' }[
        type.kind as string
      ];
      const wire = wireType[(kind ?? type.kind) as keyof typeof wireType];
      const verdict = skipped(`${bytes}${'ff'.repeat(20)}`, wire);
      expect(verdict, `${type} ${bytes}`).to.deep.equal({ value: bytes.length / 2 });
    }
  });

  it('stops at the limit of nesting, however deep the bytes go', () => {
    for (const [bomb, type, offset] of [
      ['1c', wireType.struct, 65],
      ['19', wireType.list, 65],
      ['013b01', wireType.map, 65 * 3],
    ] as const)
      expect(skipped(bomb.repeat(100_000), type)).to.include({ code: 'depth-limit', offset });
  });

  it('counts only what can nest: the innermost may hold texts and numbers', () => {
    const inner = '180161 1502 00';
    expect(skipped(`${'1c'.repeat(64)}${inner}${'00'.repeat(64)}`, wireType.struct)).to.have.property(
      'value',
    );
    for (const elements of ['1502', '180161', '1101', '173ff0000000000000'])
      expect(skipped(`${'19'.repeat(64)}${elements}`, wireType.list), elements).to.have.property('value');
    expect(skipped(`${'19'.repeat(65)}05`, wireType.list)).to.include({ code: 'depth-limit' });
  });
});
