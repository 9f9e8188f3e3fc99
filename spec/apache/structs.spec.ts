import { expect } from 'chai';
import fc from 'fast-check';
import { apacheStruct } from '../../src/apache/apache.ts';
import { codecs } from '../../src/apache/codecs.ts';
import { equals, loadSource, type StructClass, unknownField } from '../../src/index.ts';
import { classOf } from '../../src/values/classes.ts';
import { typedFor } from '../codec/arbitrary-value.ts';
import { hex, toHex } from '../support/hex.ts';
import { fullOrder, npm, type Order, shop, type Transport, types } from './support.ts';

const protocols = ['TBinaryProtocol', 'TCompactProtocol', 'TJSONProtocol'] as const;
const transports = ['TBufferedTransport', 'TFramedTransport'] as const;

/** What is written through a protocol, behind the frame's length where there is one. */
function written(
  write: (output: never) => void,
  protocol: (typeof protocols)[number],
  Transport: Transport = npm.TBufferedTransport,
): Buffer {
  const chunks: Buffer[] = [];
  const transport = new Transport(undefined, data => chunks.push(data));
  const output = new npm[protocol](transport);
  // Outside a message a TJSONProtocol writes each value as soon as it can, before its struct.
  const isJson = protocol === 'TJSONProtocol';
  if (isJson) output.writeMessageBegin('m', 1, 1);
  write(output as never);
  if (isJson) output.writeMessageEnd();
  output.flush();
  return Buffer.concat(chunks);
}

/** Reads bytes through a protocol. */
function reading(
  read: (input: never) => void,
  bytes: Uint8Array,
  protocol: 'TBinaryProtocol' | 'TCompactProtocol',
  Transport: Transport = npm.TFramedTransport,
): void {
  let thrown: unknown;
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  const isFramed = Transport === npm.TFramedTransport;
  Transport.receiver(transport => {
    try {
      read(new npm[protocol](transport) as never);
    } catch (error) {
      thrown = error;
    }
  })(Buffer.concat([isFramed ? length : Buffer.alloc(0), bytes]));
  if (thrown !== undefined) throw thrown;
}

const Apache = apacheStruct(shop.Order);

/** The same order as generated code holds it. */
function generatedOrder({ counts, byId, numbers, items, large, parent, ...rest }: Order): object {
  const int64 = (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return new npm.Int64(bytes);
  };
  const item = (init: object) => new types.Item(init);
  return new types.Order({
    ...rest,
    ...(large === undefined ? {} : { large: int64(large) }),
    ...(counts === undefined
      ? {}
      : { counts: Object.fromEntries([...counts].map(([key, value]) => [key, int64(value)])) }),
    ...(byId === undefined
      ? {}
      : { byId: Object.fromEntries([...byId].map(([key, value]) => [key, item(value)])) }),
    ...(numbers === undefined ? {} : { numbers: [...numbers] }),
    ...(items === undefined ? {} : { items: items.map(item) }),
    ...(parent === undefined ? {} : { parent: generatedOrder(parent) }),
  });
}

describe('apacheStruct', () => {
  for (const protocol of protocols) {
    for (const transport of transports) {
      it(`writes the bytes of generated code: ${protocol} over ${transport}`, () => {
        const order = fullOrder();
        const theirs = generatedOrder(order) as { write(output: never): void };
        const expected = written(output => theirs.write(output), protocol, npm[transport]);
        const actual = written(output => new Apache(order as never).write(output), protocol, npm[transport]);
        expect(toHex(actual)).to.equal(toHex(expected));
      });
    }
  }

  for (const protocol of ['TBinaryProtocol', 'TCompactProtocol'] as const) {
    for (const transport of transports) {
      it(`reads what generated code wrote: ${protocol} over ${transport}`, () => {
        const order = fullOrder();
        const theirs = generatedOrder(order) as { write(output: never): void };
        const bytes = written(output => theirs.write(output), protocol);
        const read = new Apache();
        reading(input => read.read(input), bytes, protocol, npm[transport]);
        expect({ ...read }).to.deep.equal({ ...order });
        expect(read).to.be.instanceOf(shop.Order);
      });
    }
  }

  it('carries whatever a schema may hold', () => {
    fc.assert(
      fc.property(
        typedFor(codecs.protocol),
        fc.constantFrom('TBinaryProtocol' as const, 'TCompactProtocol' as const),
        ({ type, value }, protocol) => {
          fc.pre(
            !type.byName.has('read') &&
              !type.byName.has('write') &&
              !JSON.stringify(ids(value)).includes('-0'),
          );
          const Made = apacheStruct(classOf(type) as StructClass);
          const made = new Made(value as never);
          const bytes = written(output => made.write(output), protocol);
          const read = new Made();
          reading(input => read.read(input), bytes, protocol);
          expect(equals(type, read, value)).to.equal(true);
        },
      ),
    );
  });

  it('reads again into the same instance, and forgets what it held', () => {
    const Either = apacheStruct(shop.Either);
    const either = new Either({ number: 5 });
    const bytes = written(output => new Either({ text: 'x' }).write(output), 'TBinaryProtocol');
    reading(input => either.read(input), bytes, 'TBinaryProtocol');
    expect({ ...either }).to.deep.equal({ text: 'x' });
    reading(input => either.read(input), hex('08 0063 00000001 00'), 'TBinaryProtocol');
    expect({ ...either, id: Reflect.get(either, unknownField) }).to.deep.equal({ id: 99 });
  });

  it('reads and writes exceptions', () => {
    const NotFound = apacheStruct(shop.NotFound);
    const error = new NotFound({ id: 4, message: 'gone' });
    const bytes = written(output => error.write(output), 'TCompactProtocol');
    const read = new NotFound();
    reading(input => read.read(input), bytes, 'TCompactProtocol');
    expect(read).to.include({ id: 4, message: 'gone', name: 'NotFound' }).and.be.instanceOf(Error);
  });

  it('gives defaults, and skips fields and elements of other types', () => {
    const order = new Apache();
    const bytes = hex('08 0001 00000007 0b 0002 00000001 61 0f 000a 08 00000001 00000005 00');
    reading(input => order.read(input), bytes, 'TBinaryProtocol');
    expect(order).to.include({ id: 7, paid: undefined, names: undefined, gift: false });
  });

  it('refuses values with their path, and writes nothing of them', () => {
    const order = new Apache({ ...fullOrder(), items: [{ name: 5 }] } as never);
    let refused: unknown;
    const bytes = written(output => {
      try {
        order.write(output);
      } catch (error) {
        refused = error;
      }
    }, 'TBinaryProtocol');
    expect(refused).to.have.property('message', 'Order.items[0].name: expected string, got number 5');
    expect(bytes.length).to.equal(0);
  });

  it('refuses what only fbthrift has', () => {
    const { F } = loadSource('struct F { 1: float f, 2: list<float> l }', { onWarning() {} });
    for (const value of [{ f: 1 }, { l: [] }]) {
      const made = new (apacheStruct(F as StructClass))(value as never);
      expect(() => written(output => made.write(output), 'TBinaryProtocol')).to.throw(
        TypeError,
        /has no float/,
      );
    }
  });

  it('refuses a class that is none, and fields that hide its methods', () => {
    expect(() => apacheStruct(class {} as never)).to.throw(TypeError, /expected the class of a loaded/);
    const { S } = loadSource('struct S { 1: i32 read }');
    expect(() => apacheStruct(S as StructClass)).to.throw(TypeError, /S has a field called "read"/);
  });

  it('takes no memory for elements that are not there', () => {
    const bytes = hex('0f 000f 0f 7fffffff 08 00000000');
    const before = process.memoryUsage().arrayBuffers;
    expect(() => reading(input => new Apache().read(input), bytes, 'TBinaryProtocol'))
      .to.throw()
      .with.property('name', 'InputBufferUnderrunError');
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(10_000_000);
  });

  const { TProtocolException } = npm.Thrift;
  const invalid: readonly (readonly [why: string, bytes: string, type: number, text: RegExp])[] = [
    ['a required field that is missing', '00', 1, /^Order: the required field "id" \(id 1\) is missing$/],
    ['text that is no UTF-8', '08 0001 00000007 0b 0007 00000001 ff 00', 1, /^Order\.text: /],
    ['a negative size', '0f 000a 0b ffffffff', 2, /^there cannot be -1 elements$/],
    ['a type that does not exist', '07 0001 00', 1, /^there is no type with the id 7$/],
    ['structs in structs without end', '0c 00c8'.repeat(70), 6, /^nested deeper than 64$/],
    [
      'unknown lists in lists without end',
      `0f 0063 ${'0f 00000001'.repeat(70)}`,
      6,
      /^nested deeper than 64$/,
    ],
  ];
  for (const [why, bytes, type, text] of invalid) {
    it(`refuses to read ${why}`, () => {
      expect(() => reading(input => new Apache().read(input), hex(bytes), 'TBinaryProtocol'))
        .to.throw(TProtocolException, text)
        .with.property('type', type);
    });
  }
});

/** Doubles among a value: of -0 npm's protocols make 0. */
function ids(value: unknown): unknown {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'bigint') return '';
  if (value instanceof Map || value instanceof Set) return [...value].map(ids);
  if (typeof value === 'object' && value !== null) return Object.values(value).map(ids);
  return value;
}
