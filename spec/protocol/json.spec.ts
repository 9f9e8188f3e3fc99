import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { defaultLimits } from '../../src/limits.ts';
import { loadSource } from '../../src/load.ts';
import { json } from '../../src/protocol/json.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { type WireType, wireType } from '../../src/protocol/types.ts';
import { resolve, type TypeDescriptor } from '../../src/schema/descriptor.ts';
import { type } from '../../src/values/module.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { Subject, verdictOf } from '../codec/engines.ts';
import { typesOf } from '../codec/schema-of.ts';
import { table } from '../codec/table.ts';

const anything = loadSource('struct Empty {}');
const subject = new Subject('closures', json);

function written(expression: string, value: unknown): string {
  return subject.encode(type(anything, expression), value).toString();
}

function read(expression: string, text: string | Buffer, module = anything): unknown {
  return verdictOf(() => subject.decode(type(module, expression), Buffer.from(text)));
}

describe('JSON protocol', () => {
  for (const { type, value, decoded, json: text } of table) {
    it(`writes and reads ${type} ${inspect(value, { breakLength: 200 })}`, () => {
      if (text === undefined) {
        expect(verdictOf(() => subject.encode(type, value))).to.include({ code: 'wrong-type' });
        return;
      }
      expect(subject.encode(type, value).toString()).to.equal(text);
      deepStrictEqual(subject.decode(type, Buffer.from(text)), decoded);
    });
  }

  it('skips each value of the table, and no further', () => {
    for (const { type, json: text } of table) {
      if (text === undefined) continue;
      const r = readerOf(`${text},"behind"`);
      json.skip(r, wireOf(type), 0);
      expect(r.pos, text).to.equal(Buffer.byteLength(text));
    }
  });

  it('takes blanks between any two tokens of the table', () => {
    for (const { type, json: text, decoded } of table) {
      if (text === undefined) continue;
      const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^\s"{}[\]:,]+|[{}[\]:,]/gu) ?? [];
      const spaced = ` ${tokens.join(' \t\r\n')}\n`;
      deepStrictEqual(subject.decode(type, Buffer.from(spaced)), decoded);
    }
  });

  it('has no float, alone, in a field or in a container, empty or not', () => {
    const { S } = typesOf(
      'struct S { 1: float a, 2: list<float> b, 3: map<i8, float> c, 4: map<float, i8> d }',
    );
    const reason = 'the json protocol has no float; use double';
    for (const [value, path] of [
      [{ a: 1 }, 'S.a'],
      [{ b: [] }, 'S.b'],
      [{ c: new Map([[1, 2]]) }, 'S.c[1]'],
      [{ c: new Map() }, 'S.c'],
      [{ d: new Map() }, 'S.d'],
    ] as const) {
      expect(verdictOf(() => subject.encode(S, value))).to.include({ path, message: `${path}: ${reason}` });
    }
    expect(subject.decode(S, Buffer.from('{"1":{"dbl":1},"2":{"lst":["dbl",1,1]}}'))).to.include({
      a: undefined,
      b: undefined,
    });
  });

  it('puts keys in quotes that are no strings, but not what is inside of a key', () => {
    for (const [expression, value, text] of [
      ['map<bool, bool>', new Map([[true, false]]), '["tf","tf",1,{"1":0}]'],
      ['map<i8, i8>', new Map([[-1, -1]]), '["i8","i8",1,{"-1":-1}]'],
      ['map<i64, i64>', new Map([[2n ** 62n, 1n]]), '["i64","i64",1,{"4611686018427387904":1}]'],
      ['map<double, i8>', new Map([[-0.5, 1]]), '["dbl","i8",1,{"-0.5":1}]'],
      ['map<double, i8>', new Map([[Number.NaN, 1]]), '["dbl","i8",1,{"NaN":1}]'],
      ['map<binary, i8>', new Map([[Uint8Array.of(0), 1]]), '["str","i8",1,{"AA==":1}]'],
      ['map<list<i8>, i8>', new Map([[[1, 2], 3]]), '["lst","i8",1,{["i8",2,1,2]:3}]'],
      ['map<map<i8, i8>, i8>', new Map([[new Map([[1, 2]]), 3]]), '["map","i8",1,{["i8","i8",1,{"1":2}]:3}]'],
    ] as const) {
      expect(written(expression, value)).to.equal(text);
      deepStrictEqual(read(expression, text), { value });
    }
    const { S, R } = typesOf('struct R { 1: i32 a } struct S { 1: map<R, i32> m }');
    const value = { m: new Map([[{ a: 5 }, 6]]) };
    const text = '{"1":{"map":["rec","i32",1,{{"1":{"i32":5}}:6}]}}';
    expect(subject.encode(S, value).toString()).to.equal(text);
    const { m } = subject.decode(S, Buffer.from(text)) as { m: Map<object, number> };
    expect([...m]).to.deep.equal([[subject.decode(R, Buffer.from('{"1":{"i32":5}}')), 6]]);
  });

  it('escapes what JSON must have escaped, and nothing else', () => {
    const all = String.fromCharCode(...Array.from({ length: 0x80 }, (_, i) => i));
    expect(written('string', all)).to.equal(
      `"${'\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f'}${'\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f'} !\\"${all.slice(0x23, 0x5c)}\\\\${all.slice(0x5d)}"`,
    );
    expect(read('string', written('string', all))).to.deep.equal({ value: all });
    for (const length of [10, 24, 25, 31, 32, 33, 63, 64, 65, 20_000]) {
      for (const unit of ['a', '"', '\\', 'é', '漢', '😀', '\n']) {
        const text = unit.repeat(length);
        expect(read('string', written('string', text))).to.deep.equal({ value: text });
      }
    }
  });

  it('refuses lone surrogates to write, with escapes about them and without', () => {
    for (const text of ['\ud800', '\ud800\n', `${'x'.repeat(42)}\udc00`, `"${'x'.repeat(20_000)}\udc00`])
      expect(verdictOf(() => subject.encode(type(anything, 'string'), text))).to.include({
        code: 'invalid-text',
      });
  });
});

describe('JSON protocol: message headers', () => {
  const header = (text: string, name = defaultLimits.name) => {
    const r = readerOf(text, name);
    const found = new MessageHeader();
    return verdictOf(() => json.readMessage(r, found) && { ...found, rest: text.slice(r.pos) });
  };

  it('are read and written', () => {
    for (const [text, name, type, seqid] of [
      ['[1,"ping",1,0,', 'ping', 1, 0],
      ['[1,"Service:m\\u00e9thode",2,-1,', 'Service:méthode', 2, -1],
      ['[1,"",4,2147483647,', '', 4, 2147483647],
      ['[1,"\\"__proto__\\n",3,-2147483648,', '"__proto__\n', 3, -2147483648],
    ] as const) {
      expect(header(`${text}{}]`)).to.deep.equal({ value: { name, type, seqid, strict: true, rest: '{}]' } });
      for (const capacity of [1, 4, 16, 100]) {
        const w = new ByteWriter(capacity, 64);
        const at = json.writeMessage(w, 0, Object.assign(new MessageHeader(), { name, type, seqid }));
        const end = json.writeMessageEnd(w, at);
        expect(w.bytes.toString('utf8', 0, end)).to.equal(`${text.replace('\\u00e9', 'é')}]`);
      }
    }
  });

  it('may have blanks about each of their parts', () => {
    expect(header('\r\n [ 1\t, "ping" , 1 , 7 , {}'))
      .to.have.property('value')
      .that.includes({ name: 'ping', type: 1, seqid: 7 });
  });

  it('are waited for while they are not all there', () => {
    const text = ' [1,"p\\u0069ng",1,-12345,';
    for (let cut = 0; cut < text.length; cut++)
      expect(header(text.slice(0, cut)), `${cut}`).to.deep.equal({ value: false });
    expect(header(text)).to.have.property('value').that.includes({ seqid: -12345 });
  });

  it('are refused in another version, or where they are none', () => {
    expect(header('[2,"ping",1,0,')).to.include({ code: 'bad-version', offset: 1 });
    expect(header('{"metadata": {"version": 1}}')).to.include({ code: 'bad-version', offset: 0 });
    expect(header('GET / HTTP/1.1')).to.include({ code: 'bad-version', offset: 0 });
    for (const text of [
      '["1x"',
      '[1 "ping"',
      '[1,ping,',
      '[1,"ping","x"',
      '[1,"ping",1,2147483648,',
      '[1,"ping",1,0.5,',
      '[]',
    ])
      expect(header(text), text).to.include({ code: 'invalid-data' });
  });

  it('are refused with a name beyond the limit, before all of it has arrived', () => {
    expect(header('[1,"abcd",1,0,', 4)).to.have.property('value').that.includes({ name: 'abcd' });
    expect(header('[1,"\\u0061\\u0062\\u0063\\u0064",1,0,', 4))
      .to.have.property('value')
      .that.includes({ name: 'abcd' });
    expect(header('[1,"abcde",1,0,', 4)).to.include({ code: 'size-limit', offset: 3 });
    expect(header('[1,"éé",1,0,', 3)).to.include({ code: 'size-limit' });
    expect(header(`[1,"${'a'.repeat(10_000)}`)).to.include({ code: 'size-limit', offset: 3 });
    expect(header(`[1,${' '.repeat(100_000)}`)).to.include({ code: 'size-limit', offset: 0 });
  });

  it('have an end behind the body, and blanks behind that are nobody else’s', () => {
    const r = readerOf(' ] \r\n[1');
    json.readMessageEnd(r);
    expect(r.pos).to.equal(5);
    expect(verdictOf(() => json.readMessageEnd(readerOf('}')))).to.include({ code: 'invalid-data' });
    expect(verdictOf(() => json.readMessageEnd(readerOf(' ')))).to.include({ code: 'truncated' });
  });
});

function readerOf(text: string, name = defaultLimits.name): ByteReader {
  const r = new ByteReader({ ...defaultLimits, name });
  const bytes = Buffer.from(text);
  r.attach(bytes);
  r.window(0, bytes.length, false);
  return r;
}

function wireOf(declared: TypeDescriptor): WireType {
  const { kind } = resolve(declared);
  switch (kind) {
    case 'enum':
      return wireType.i32;
    case 'binary':
      return wireType.string;
    case 'union':
    case 'exception':
      return wireType.struct;
    default:
      return wireType[kind];
  }
}
