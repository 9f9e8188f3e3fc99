import { deepStrictEqual } from 'node:assert';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { json } from '../../src/protocol/json.ts';
import { wireType } from '../../src/protocol/types.ts';
import { type } from '../../src/values/module.ts';
import { Subject } from '../codec/engines.ts';

const module = loadSource(`
  struct Point { 1: i32 x, 2: optional i32 y }
  struct All {
    1: bool flag, 5: i64 big, 6: double real, 7: string text, 8: binary bytes, 9: list<i32> list, 10: set<string> set,
    11: map<i32, string> map, 12: map<Point, i32> points, 13: map<bool, i64> flags, 14: map<double, i8> reals,
    17: map<list<i32>, string> lists, 21: map<binary, binary> blobs, 25: list<double> numbers
  }
`);
const All = type(module, 'All');
const subject = new Subject('closures', json);

/** What each peer wrote for a value, byte for byte: libthrift (C++) and python3-thrift 0.17, npm thrift 0.24. */
const emitted: readonly (readonly [peer: string, text: string, value: Readonly<Record<string, unknown>>])[] =
  [
    ['C++', '{"6":{"dbl":"NaN"}}', { real: Number.NaN }],
    ['C++', '{"6":{"dbl":"-Infinity"}}', { real: Number.NEGATIVE_INFINITY }],
    ['C++', '{"6":{"dbl":0.10000000000000001}}', { real: 0.1 }],
    ['C++', '{"6":{"dbl":4.9406564584124654e-324}}', { real: 5e-324 }],
    ['C++', '{"6":{"dbl":-0}}', { real: -0 }],
    ['C++', '{"8":{"str":"AP8"}}', { bytes: Uint8Array.of(0, 255) }],
    ['C++', '{"8":{"str":"AA"}}', { bytes: Uint8Array.of(0) }],
    [
      'C++',
      '{"7":{"str":"a\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\u007fé漢😀"}}',
      { text: 'a"\\/\b\f\n\r\t\u0001\u001f\u007fé漢😀' },
    ],
    [
      'C++',
      '{"12":{"map":["rec","i32",1,{{"1":{"i32":1}}:5}]}}',
      { points: new Map([[new module.Point({ x: 1 }), 5]]) },
    ],
    [
      'C++',
      '{"13":{"map":["tf","i64",2,{"0":6,"1":5}]}}',
      {
        flags: new Map([
          [false, 6n],
          [true, 5n],
        ]),
      },
    ],
    [
      'C++',
      '{"14":{"map":["dbl","i8",3,{"-Infinity":3,"0.5":2,"1e+21":5}]}}',
      {
        reals: new Map([
          [Number.NEGATIVE_INFINITY, 3],
          [0.5, 2],
          [1e21, 5],
        ]),
      },
    ],
    ['C++', '{"17":{"map":["lst","str",1,{["i32",2,1,2]:"x"}]}}', { lists: new Map([[[1, 2], 'x']]) }],
    [
      'C++',
      '{"21":{"map":["str","str",1,{"YQ":"YmM"}]}}',
      { blobs: new Map([[Uint8Array.of(0x61), Uint8Array.of(0x62, 0x63)]]) },
    ],
    ['Python', '{"6":{"dbl":nan}}', { real: Number.NaN }],
    ['Python', '{"6":{"dbl":inf}}', { real: Number.POSITIVE_INFINITY }],
    ['Python', '{"6":{"dbl":-inf}}', { real: Number.NEGATIVE_INFINITY }],
    ['Python', '{"6":{"dbl":9.9999999999999995e-08}}', { real: 1e-7 }],
    [
      'Python',
      '{"7":{"str":"a\\"\\\\/\\b\\f\\n\\r\\t\u0001\u001f\u007fé漢😀"}}',
      { text: 'a"\\/\b\f\n\r\t\u0001\u001f\u007fé漢😀' },
    ],
    ['Python', '{"8":{"str":"AP8="}}', { bytes: Uint8Array.of(0, 255) }],
    [
      'Python',
      '{"14":{"map":["dbl","i8",3,{"0.5":1,"nan":2,"-inf":3}]}}',
      {
        reals: new Map([
          [0.5, 1],
          [Number.NaN, 2],
          [Number.NEGATIVE_INFINITY, 3],
        ]),
      },
    ],
    [
      'Python',
      '{"25":{"lst":["dbl",3,nan,inf,-0]}}',
      { numbers: [Number.NaN, Number.POSITIVE_INFINITY, -0] },
    ],
    ['npm', '{"6":{"dbl":NaN}}', { real: Number.NaN }],
    ['npm', '{"6":{"dbl":-Infinity}}', { real: Number.NEGATIVE_INFINITY }],
    [
      'npm',
      '{"14":{"map":["dbl","i8",3,{"0":4,NaN:2,"-Infinity":3}]}}',
      {
        reals: new Map([
          [0, 4],
          [Number.NaN, 2],
          [Number.NEGATIVE_INFINITY, 3],
        ]),
      },
    ],
    [
      'npm',
      '{"25":{"lst":["dbl",3,NaN,Infinity,0]}}',
      { numbers: [Number.NaN, Number.POSITIVE_INFINITY, 0] },
    ],
  ];

describe('JSON as real peers write it', () => {
  for (const [peer, text, value] of emitted) {
    it(`is read: ${peer}, ${inspect(text, { breakLength: 200 })}`, () => {
      deepStrictEqual(subject.decode(All, Buffer.from(text)), new module.All(value));
    });
  }
});

describe('JSON as npm thrift reads it', () => {
  it('is what is written for leaves and for lists of them', () => {
    const body = subject
      .encode(All, {
        flag: true,
        big: 2n ** 62n,
        real: 1e21,
        text: 'a"\\\n\u0001é漢😀/',
        bytes: Uint8Array.of(0, 255),
        list: [1, -2],
      })
      .toString();
    const input = npmReader(`[1,"call",1,7,${body}]`);
    expect(input.readMessageBegin()).to.include({ fname: 'call', mtype: 1, rseqid: 7 });
    input.readStructBegin();
    const read: unknown[] = [];
    for (let field = input.readFieldBegin(); field.ftype !== wireType.stop; field = input.readFieldBegin()) {
      if (field.ftype === wireType.bool) read.push(input.readBool());
      else if (field.ftype === wireType.i64) read.push(input.readI64().toOctetString());
      else if (field.ftype === wireType.double) read.push(input.readDouble());
      else if (field.fid === 8) read.push(Buffer.from(input.readBinary()).toString('hex'));
      else if (field.ftype === wireType.string) read.push(input.readString());
      else {
        const { size } = input.readListBegin();
        read.push(Array.from({ length: size }, () => input.readI32()));
        input.readListEnd();
      }
      input.readFieldEnd();
    }
    expect(read).to.deep.equal([true, '4000000000000000', 1e21, 'a"\\\n\u0001é漢😀/', '00ff', [1, -2]]);
  });

  it('is read as it writes it', () => {
    const output = npmWriter(protocol => {
      protocol.writeMessageBegin('call', 1, 7);
      protocol.writeStructBegin('All');
      protocol.writeFieldBegin('text', wireType.string, 7);
      protocol.writeString('a"\\\n\u0001é漢😀/');
      protocol.writeFieldEnd();
      protocol.writeFieldBegin('map', wireType.map, 11);
      protocol.writeMapBegin(wireType.i32, wireType.string, 1);
      protocol.writeI32(5);
      protocol.writeString('five');
      protocol.writeMapEnd();
      protocol.writeFieldEnd();
      protocol.writeFieldStop();
      protocol.writeStructEnd();
      protocol.writeMessageEnd();
    });
    const body = /^\[1,"call",1,7,(.*)\]$/s.exec(output)?.[1] ?? '';
    deepStrictEqual(
      subject.decode(All, Buffer.from(body)),
      new module.All({ text: 'a"\\\n\u0001é漢😀/', map: new Map([[5, 'five']]) }),
    );
  });
});

/** What this uses of npm's protocol, which its types leave out in part. */
interface NpmProtocol {
  readMessageBegin(): { fname: string; mtype: number; rseqid: number };
  readStructBegin(): void;
  readFieldBegin(): { ftype: number; fid: number };
  readFieldEnd(): void;
  readListBegin(): { size: number };
  readListEnd(): void;
  readBool(): boolean;
  readI32(): number;
  readI64(): { toOctetString(): string };
  readDouble(): number;
  readString(): string;
  readBinary(): Uint8Array;
  writeMessageBegin(name: string, type: number, seqid: number): void;
  writeMessageEnd(): void;
  writeStructBegin(name: string): void;
  writeStructEnd(): void;
  writeFieldBegin(name: string, type: number, id: number): void;
  writeFieldEnd(): void;
  writeFieldStop(): void;
  writeMapBegin(key: number, value: number, size: number): void;
  writeMapEnd(): void;
  writeI32(value: number): void;
  writeString(value: string): void;
  flush(): void;
}

const npm = createRequire(import.meta.url)('thrift') as {
  TJSONProtocol: new (transport: object) => NpmProtocol;
  TBufferedTransport: (new (
    unused: undefined,
    flush: (bytes: Buffer) => void,
  ) => object) & {
    receiver(take: (transport: object) => void): (bytes: Buffer) => void;
  };
};

function npmReader(text: string): NpmProtocol {
  let made: NpmProtocol | undefined;
  npm.TBufferedTransport.receiver(transport => {
    made = new npm.TJSONProtocol(transport);
  })(Buffer.from(text));
  if (made === undefined) throw new Error('the receiver gave no transport');
  return made;
}

function npmWriter(write: (protocol: NpmProtocol) => void): string {
  let text = '';
  const protocol = new npm.TJSONProtocol(
    new npm.TBufferedTransport(undefined, bytes => {
      text += bytes.toString();
    }),
  );
  write(protocol);
  protocol.flush();
  return text;
}
