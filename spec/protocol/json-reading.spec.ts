import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { loadSource } from '../../src/load.ts';
import { json } from '../../src/protocol/json.ts';
import { type } from '../../src/values/module.ts';
import { Subject, verdictOf } from '../codec/engines.ts';
import { typesOf } from '../codec/schema-of.ts';

const anything = loadSource('struct Empty {}');
const lenient = loadSource('struct Empty {}', { utf8: 'replace' });
const subject = new Subject('closures', json);

function read(expression: string, text: string | Buffer, module = anything): unknown {
  return verdictOf(() => subject.decode(type(module, expression), Buffer.from(text)));
}

describe('JSON protocol: reading texts', () => {
  for (const [text, value] of [
    ['"\\u00e9\\u00C9"', 'éÉ'],
    ['"\\ud83d\\ude00\\uD83D\\uDE00"', '😀😀'],
    ['"\\/\\"\\\\\\b\\f\\n\\r\\t"', '/"\\\b\f\n\r\t'],
    ['"a\u0000\n\t\u001f"', 'a\u0000\n\t\u001f'],
    ['"\\\\"', '\\'],
    ['"\\\\\\""', '\\"'],
    [`"${'\\\\'.repeat(1000)}"`, '\\'.repeat(1000)],
    [`"${'x'.repeat(100)}\\"${'y'.repeat(100)}"`, `${'x'.repeat(100)}"${'y'.repeat(100)}`],
    ['"\ufeff"', '\ufeff'],
  ] as const)
    it(`takes ${inspect(text)}`, () => {
      expect(read('string', text)).to.deep.equal({ value });
    });

  it('refuses half a surrogate pair and invalid UTF-8, unless they may be replaced', () => {
    for (const [text, value] of [
      ['"\\ud83d"', '\ufffd'],
      ['"\\ude00\\ud83d"', '\ufffd\ufffd'],
      ['"\\ud83dx\\ude00"', '\ufffdx\ufffd'],
      ['"\\ud83d😀"', '\ufffd😀'],
      [Buffer.from('22ff22', 'hex'), '\ufffd'],
      [Buffer.from('22c35c6ea922', 'hex'), '\ufffd\n\ufffd'],
    ] as const) {
      expect(read('string', text as string)).to.include({ code: 'invalid-utf8' });
      expect(read('string', text as string, lenient)).to.deep.equal({ value });
    }
  });

  it('refuses escapes that are none', () => {
    for (const text of ['"\\x"', '"\\u12"', '"\\u12g4"', '"\\U0041"', '"\\u 123"', '"\\u-123"', '"\\\n"'])
      expect(read('string', text), text).to.include({ code: 'invalid-data', offset: 1 });
    expect(read('string', 'abc ')).to.include({
      message: 'string: expected a string, got "abc" (at byte 0)',
    });
  });

  it('takes base64 with padding and without, of the standard alphabet alone', () => {
    for (const [text, bytes] of [
      ['""', []],
      ['"AA=="', [0]],
      ['"AA"', [0]],
      ['"AP8="', [0, 255]],
      ['"AP8"', [0, 255]],
      ['"AP+A"', [0, 255, 128]],
      ['"\\/\\/\\/\\/"', [255, 255, 255]],
    ] as const)
      expect(read('binary', text)).to.deep.equal({ value: Uint8Array.from(bytes) });
    for (const text of [
      '"A"',
      '"AA="',
      '"A==="',
      '"===="',
      '"A*A="',
      '"AP-_"',
      '"AA==AA=="',
      '"A A="',
      '"AAAAA"',
    ])
      expect(read('binary', text), text).to.include({ code: 'invalid-data', offset: 0 });
    const { value } = read('binary', '"AA=="') as { value: Uint8Array };
    expect(value.buffer.byteLength).to.equal(1);
  });

  it('takes a uuid in either case, and nothing else for one', () => {
    const uuid = '00112233-4455-6677-8899-aabbccddeeff';
    expect(read('uuid', `"${uuid.toUpperCase()}"`)).to.deep.equal({ value: uuid });
    for (const text of ['""', `"{${uuid}}"`, `"${uuid}0"`, `"${uuid.replaceAll('-', '')}"`])
      expect(read('uuid', text), text).to.include({ code: 'invalid-data', offset: 0 });
  });
});

describe('JSON protocol: reading numbers', () => {
  it('takes integers in the range of their type, in quotes or without', () => {
    for (const [expression, least, most] of [
      ['i8', -(2n ** 7n), 2n ** 7n - 1n],
      ['i16', -(2n ** 15n), 2n ** 15n - 1n],
      ['i32', -(2n ** 31n), 2n ** 31n - 1n],
      ['i64', -(2n ** 63n), 2n ** 63n - 1n],
    ] as const) {
      const made = expression === 'i64' ? BigInt : Number;
      for (const value of [least, most, 0n, -1n]) {
        for (const text of [`${value}`, `"${value}"`, ` ${value} `])
          expect(read(expression, text)).to.deep.equal({ value: made(value) });
      }
      for (const value of [least - 1n, most + 1n, 10n ** 30n, -(10n ** 400n)])
        expect(read(expression, `${value} `)).to.include({ code: 'invalid-data', offset: 0 });
    }
  });

  it('takes each digit of an i64', () => {
    for (const value of [
      2n ** 53n + 1n,
      -(2n ** 53n) - 1n,
      999999999999999n,
      1000000000000001n,
      10n ** 18n + 1n,
    ]) {
      expect(read('i64', `${value}`)).to.deep.equal({ value });
      expect(read('i64', `${value}`.replace(/\d/, '00000000000000000000$&'))).to.deep.equal({ value });
    }
    const unsafe = read('i64 (js.type = "number")', '9007199254740993');
    expect(unsafe).to.include({ code: 'unsafe-integer', offset: 0 });
  });

  it('refuses for an integer what is none', () => {
    for (const text of [
      '1.0',
      '1.5',
      '1e3',
      '1E3',
      '+1',
      '-',
      '--1',
      '0x10',
      'true',
      'null',
      '{}',
      '[]',
      '""',
      '"1',
      '"1.0"',
    ])
      for (const expression of ['i32', 'i64'])
        expect(read(expression, `${text} `), text).to.have.property('code', 'invalid-data');
    expect(Object.is((read('i32', '-0') as { value: number }).value, 0)).to.equal(true);
  });

  it('takes doubles however they are written, and the numbers that JSON has no form for', () => {
    for (const [text, value] of [
      ['0', 0],
      ['-0', -0],
      ['-0.0', -0],
      ['1e21', 1e21],
      ['1E+21', 1e21],
      ['1e-7', 1e-7],
      ['9.9999999999999995e-08', 1e-7],
      ['4.9406564584124654e-324', 5e-324],
      ['1.7976931348623157e+308', Number.MAX_VALUE],
      ['"1.5"', 1.5],
      ['NaN', Number.NaN],
      ['"NaN"', Number.NaN],
      ['nan', Number.NaN],
      ['Infinity', Number.POSITIVE_INFINITY],
      ['"-Infinity"', Number.NEGATIVE_INFINITY],
      ['-inf', Number.NEGATIVE_INFINITY],
      ['"inf"', Number.POSITIVE_INFINITY],
    ] as const)
      deepStrictEqual(read('double', text), { value });
    for (const text of [
      '1e',
      '.5',
      '5.',
      '+5',
      '1e999',
      '-1e999',
      'infinity',
      'NAN',
      '0x1',
      '1.5.5',
      '--1',
      '""',
      'null',
    ])
      expect(read('double', `${text} `), text).to.include({ code: 'invalid-data' });
  });

  it('takes 1 and 0, true and false for a bool', () => {
    for (const [text, value] of [
      ['1', true],
      ['0', false],
      ['true', true],
      ['false', false],
      ['"1"', true],
    ] as const)
      expect(read('bool', text)).to.deep.equal({ value });
    for (const text of ['2', '-1', 'True', 'falsey', '10', '1.0', '""', '"yes"'])
      expect(read('bool', `${text} `), text).to.include({ code: 'invalid-data' });
  });
});

describe('JSON protocol: reading structs and containers', () => {
  const { S } = typesOf(
    'struct S { 1: i32 a = 7, 2: list<i32> l, 3: map<i32, i32> m, 4: S s, 32767: bool b, -5: i8 n }',
  );
  const decode = (text: string) => verdictOf(() => subject.decode(S, Buffer.from(text)));

  it('finds fields by their ids, in quotes or without', () => {
    expect(decode('{"32767":{"tf":1},"-5":{"i8":3},1:{"i32":2}}'))
      .to.have.property('value')
      .that.includes({ a: 2, b: true, n: 3 });
    for (const id of ['32768', '-32769', 'a', '1.5', ''])
      expect(decode(`{"${id}":{"i32":1}}`), id).to.include({ code: 'invalid-data' });
  });

  it('skips fields that it does not know or that are of another type', () => {
    const unknown = [
      '{"i32":-5}',
      '{"dbl":nan}',
      '{"str":"}]\\"{["}',
      '{"tf":true}',
      '{"uid":"anything"}',
      '{"rec":{"1":{"i64":1},"2":{"rec":{}}}}',
      '{"lst":["str",2,"a","b"]}',
      '{"set":["lst",1,["i8",0]]}',
      '{"map":["rec","map",1,{{}:["i8","tf",2,{"1":1,2:0}]}]}',
      '{"map":["i8","str",0,{}]}',
    ];
    for (const value of unknown) {
      expect(decode(`{"99":${value},"1":{"i32":5}}`), value)
        .to.have.property('value')
        .that.includes({ a: 5 });
      expect(decode(`{"1":{"i32":5},"4":${value.startsWith('{"rec') ? '{"i8":1}' : value}}`), value)
        .to.have.property('value')
        .that.includes({ a: 5, s: undefined });
    }
    for (const broken of [
      '{"i32":"x"}',
      '{"i32":{}}',
      '{"lst":["i8",2,1]}',
      '{"lst":["i8",1,1,1]}',
      '{"map":["i8","i8",1,{}]}',
      '{"xyz":1}',
      '{"i32":1',
      '{"i32":1]',
    ])
      expect(decode(`{"99":${broken},"1":{"i32":5}}`), broken).to.have.property('code', 'invalid-data');
  });

  it('counts a container of other elements as absent, and one of none as empty, whatever its types', () => {
    expect(decode('{"2":{"lst":["str",1,"x"]},"3":{"map":["i32","str",1,{"1":"x"}]}}'))
      .to.have.property('value')
      .that.includes({ l: undefined, m: undefined });
    expect(decode('{"2":{"lst":["str",0]},"3":{"map":["","what",0,{}]}}'))
      .to.have.property('value')
      .that.deep.includes({ l: [], m: new Map() });
    expect(read('list<i32>', '["str",1,"x"]')).to.include({ code: 'invalid-data' });
  });

  it('holds sizes to the elements that are there', () => {
    for (const text of [
      '["i32",3,1,2]',
      '["i32",1,1,2]',
      '["i32",2,1]',
      '["i32",0,1]',
      '["i32",1]',
      '["i32",1,]',
      '["i32"]',
      '[]',
    ])
      expect(read('list<i32>', `${text}      `), text).to.include({ code: 'invalid-data' });
    for (const text of [
      '["i32","i32",2,{"1":1}]',
      '["i32","i32",1,{"1":1,"2":2}]',
      '["i32","i32",1,{}]',
      '["i32","i32",0]',
      '["i32","i32",1,{"1":1,}]',
      '["i32","i32",1,{"1",1}]',
    ])
      expect(read('map<i32, i32>', `${text}      `), text).to.include({ code: 'invalid-data' });
  });

  it('believes no size that the bytes cannot hold', () => {
    for (const size of [2147483647, 1000, 5]) {
      expect(read('list<i32>', `["i32",${size},1,2]`), `${size}`).to.include({
        code: 'truncated',
        offset: 7,
      });
      expect(read('map<i32, i32>', `["i32","i32",${size},{"1":2}]`), `${size}`).to.include({
        code: 'truncated',
        offset: 13,
      });
    }
    expect(read('list<i32>', '["i32",-1]')).to.include({ code: 'negative-size', offset: 7 });
    expect(read('list<i32>', '["i32",2147483648]')).to.include({ code: 'invalid-data', offset: 7 });
  });

  it('refuses what JSON refuses', () => {
    for (const text of [
      '{"1":{"i32":5},}',
      '{,"1":{"i32":5}}',
      '{"1":{"i32":5}"2":{"i32":5}}',
      '{"1":{"i32":5,"i32":6}}',
      '{"1":{}}',
      '{"1":5}',
      '{"1"}',
      '{"1":{"i32"}}',
      '["i32",1]',
      '{"1":{"i32":5}]',
    ])
      expect(decode(text), text).to.include({ code: 'invalid-data' });
    expect(decode('{} {}')).to.include({ code: 'trailing-bytes', offset: 3 });
  });

  it('says where it is wrong', () => {
    expect(decode('{"4":{"rec":{"2":{"lst":["i32",2,1,x ]}}}}')).to.deep.include({
      path: 'S.s.l[1]',
      offset: 35,
      message: 'S.s.l[1]: expected i32, got "x" (at byte 35)',
    });
    expect(decode('{"3":{"map":["i32","i32",2,{"1":1,"y":2}]}}')).to.include({ path: 'S.m.key(1)' });
    expect(decode('{"3":{"map":["i32","i32",2,{"1":1,"2":1.5}]}}')).to.include({ path: 'S.m[entry 1]' });
    expect(decode('{"1":{"i33":1}}')).to.include({
      message: 'S: expected the name of a type such as "i32", got "i33" (at byte 6)',
    });
  });

  it('stops at the limit of nesting, however it is nested', () => {
    const { S } = typesOf('struct S { 1: S s, 2: i32 a }');
    const nested = (depth: number) => `${'{"1":{"rec":'.repeat(depth)}{}${'}}'.repeat(depth)}`;
    const code = (text: string) => verdictOf(() => subject.decode(S, Buffer.from(text)));
    expect(code(nested(64))).to.have.property('value');
    for (const text of [
      nested(65),
      nested(100_000),
      '{"1":{"rec":'.repeat(100_000),
      '{"9":{"rec":'.repeat(100_000),
    ])
      expect(code(text)).to.include({ code: 'depth-limit' });
    expect(code(`{"9":{"lst":${'["lst",1,'.repeat(100_000)}`)).to.include({ code: 'depth-limit' });
    expect(code(`{"9":{"map":${'["map","i8",1,{'.repeat(100_000)}`)).to.include({ code: 'depth-limit' });
  });
});
