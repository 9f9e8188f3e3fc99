import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodeChecked } from '../../src/codec/checked.ts';
import { Codecs } from '../../src/codec/codecs.ts';
import { explainTuple } from '../../src/codec/explain.ts';
import type { ValueError } from '../../src/errors/value-error.ts';
import { defaultLimits } from '../../src/limits.ts';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import type { FieldDescriptor } from '../../src/schema/descriptor.ts';
import { describe as describeLoaded } from '../../src/values/module.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { anyValueOf, typed } from './arbitrary-value.ts';
import { anyCorruption, corrupted } from './corrupt.ts';
import { engines, hasBoth, type Verdict, verdictOf } from './engines.ts';

const module = loadSource(`
  struct User { 1: string name, 2: required i32 age }
  exception Lost { 1: string message }
  service Store {
    i32 put(1: i32 id, 2: User user, 3: list<User> more = [], 4: required string tag, 5: required string note = "n")
      throws (1: Lost lost)
  }
`);
const put = describeLoaded(module.Store).methods.get('put')!;

for (const engine of engines) {
  describe(`arguments, ${engine}`, () => {
    const encode = (values: readonly unknown[]) =>
      verdictOf(() => write(engine, put.parameters, values).toString('hex'));

    it('are an array of values in declaration order', () => {
      const bytes = write(engine, put.parameters, [5, { age: 1 }, [], 'a', undefined]);
      expect(bytes.toString('hex')).to.equal(
        [
          '080001 00000005',
          '0c0002 080002 00000001 00',
          '0f0003 0c 00000000',
          '0b0004 00000001 61',
          '0b0005 00000001 6e',
          '00',
        ]
          .join('')
          .replaceAll(' ', ''),
      );
      expect(read(engine, put.parameters, bytes)).to.deep.equal([
        5,
        new module.User({ age: 1 }),
        [],
        'a',
        'n',
      ]);
    });

    it('may be fewer than declared, or null', () => {
      expect(encode([null, undefined, null, 'a', undefined])).to.deep.equal({
        value: '0b000400000001610b0005000000016e00',
      });
      expect(encode([null, null, null, 'a'])).to.deep.equal({ value: '0b000400000001610b0005000000016e00' });
      expect(read(engine, put.parameters, Buffer.from('0b0004000000016100', 'hex'))).to.deep.equal([
        undefined,
        undefined,
        [],
        'a',
        'n',
      ]);
    });

    it('are refused with the path of the value and the argument it is in', () => {
      for (const [values, message] of [
        [['x', null, null, 'a'], 'Store.put.id: expected i32, got string "x"'],
        [
          [1, { age: 'x' }, null, 'a'],
          'User.age: expected i32, got string "x" (argument "user" of Store.put)',
        ],
        [
          [1, {}, null, 'a'],
          'User.age: the required field "age" (i32) is not set (argument "user" of Store.put)',
        ],
        [
          [1, { age: 1, typo: 1 }, null, 'a'],
          'User.typo: User has no such field; it has name, age (argument "user" of Store.put)',
        ],
        [
          [1, null, [{ age: 1 }, { age: 2.5 }], 'a'],
          'Store.put.more[1].age: expected i32, got number 2.5, which is no integer',
        ],
        [[1, null, null, 'a', null], 'Store.put.note: the required field "note" (string) is not set'],
        [[1], 'Store.put.tag: the required field "tag" (string) is not set'],
      ] as const)
        expect(encode(values)).to.include({ message });
    });
  });
}

if (hasBoth) {
  describe('arguments of any types', () => {
    const anyArguments = typed.chain(({ type }) =>
      fc.record({
        fields: fc.constant(type.fields.map(field => ({ ...field, type: field.type }))),
        values: fc.tuple(...type.fields.map(field => anyValueOf(field.type))),
      }),
    );

    it('are written and read alike by generated code and closures', () => {
      fc.assert(
        fc.property(anyArguments, anyCorruption, ({ fields, values }, corruption) => {
          for (const given of [values, corrupted(values, { ...corruption, how: 'replace' })]) {
            if (!Array.isArray(given)) continue;
            const verdicts = engines.map((engine): Verdict => verdictOf(() => write(engine, fields, given)));
            deepStrictEqual(verdicts[0], verdicts[1]);
            const first = verdicts[0]!;
            if ('value' in first) {
              const [one, two] = engines.map(engine => read(engine, fields, first.value as Buffer));
              deepStrictEqual(one, two);
            }
          }
        }),
        { numRuns: 100 },
      );
    });
  });
}

function write(
  engine: (typeof engines)[number],
  fields: readonly FieldDescriptor[],
  values: readonly unknown[],
): Buffer {
  const w = new ByteWriter(8, 64);
  const explain = (): ValueError => explainTuple('Store.put', 'argument', fields, values, 64, binary);
  const end = encodeChecked(new Codecs(binary, engine).tuple(fields), w, values, 0, explain);
  return Buffer.from(w.bytes.subarray(0, end));
}

function read(engine: (typeof engines)[number], fields: readonly FieldDescriptor[], bytes: Buffer): unknown {
  const r = new ByteReader(defaultLimits);
  r.attach(bytes);
  r.window(0, bytes.length, false);
  return new Codecs(binary, engine).tuple(fields).decode(r, 0);
}
