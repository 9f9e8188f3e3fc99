import { deepStrictEqual } from 'node:assert';
import { expect } from 'chai';
import fc from 'fast-check';
import { ValueError } from '../../src/errors/value-error.ts';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { equals, toObject } from '../../src/values/lookup.ts';
import { typed } from '../codec/arbitrary-value.ts';

const { All, Inner, Lost } = loadSource(`
  enum Color { RED = 1 }
  struct All { 1: bool flag, 2: i64 big, 3: double ratio, 4: string text, 5: binary bytes, 6: uuid id, 7: Color color,
    8: list<i64> bigs, 9: set<Inner> inners, 10: map<string, Inner> byName, 11: map<i64, double> byNumber,
    12: map<Inner, i32> byInner, 13: map<bool, binary> byFlag, 14: map<double, i32> byRatio, 15: Inner inner, 16: i32 __proto__,
    17: map<binary, i32> byBytes, 18: map<list<i32>, i32> byList, 19: list<double> ratios }
  struct Inner { 1: i32 n, 2: optional string s }
  exception Lost { 1: string message, 2: Inner inner, 3: string name }
`);

describe('toJSON', () => {
  const json = (value: object) => JSON.stringify(new All(value));

  it('leaves out what is unset', () => {
    expect(json({})).to.equal('{}');
    expect(json({ flag: false, text: null })).to.equal('{"flag":false}');
    expect(json({ inner: new Inner() })).to.equal('{"inner":{}}');
  });

  it('writes i64 as a number where that is exact, else as text', () => {
    expect(json({ bigs: [0n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 63n), 5] })).to.equal(
      '{"bigs":[0,9007199254740991,"9007199254740992","-9223372036854775808",5]}',
    );
  });

  it('writes numbers that JSON has not as text', () => {
    expect(json({ ratios: [1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] })).to.equal(
      '{"ratios":[1.5,"NaN","Infinity","-Infinity"]}',
    );
  });

  it('writes bytes as base64', () => {
    expect(json({ bytes: Uint8Array.of(251, 255) })).to.equal('{"bytes":"+/8="}');
    expect(json({ bytes: new Uint8Array() })).to.equal('{"bytes":""}');
  });

  it('writes sets as arrays, maps as objects, and maps of other keys as pairs', () => {
    expect(json({ inners: new Set([{ n: 1 }]) })).to.equal('{"inners":[{"n":1}]}');
    expect(json({ byName: new Map([['a', { n: 1 }]]) })).to.equal('{"byName":{"a":{"n":1}}}');
    expect(json({ byName: { a: { n: 1 } } })).to.equal('{"byName":{"a":{"n":1}}}');
    expect(json({ byNumber: new Map([[2n ** 60n, 1]]) })).to.equal('{"byNumber":{"1152921504606846976":1}}');
    expect(json({ byFlag: new Map([[true, Uint8Array.of(1)]]) })).to.equal('{"byFlag":{"true":"AQ=="}}');
    expect(json({ byRatio: new Map([[Number.NaN, 1]]) })).to.equal('{"byRatio":{"NaN":1}}');
    expect(json({ byBytes: new Map([[Uint8Array.of(1), 1]]) })).to.equal('{"byBytes":{"AQ==":1}}');
    expect(json({ byInner: new Map([[{ n: 1 }, 2]]) })).to.equal('{"byInner":[[{"n":1},2]]}');
    expect(json({ byList: new Map([[[1, 2], 2]]) })).to.equal('{"byList":[[[1,2],2]]}');
  });

  it('has every field, whatever its name, and keys such as __proto__', () => {
    const hostile = JSON.parse('{"__proto__":{"n":1},"constructor":{"n":2}}') as object;
    expect(json({ byName: hostile })).to.equal('{"byName":{"__proto__":{"n":1},"constructor":{"n":2}}}');
    const value = new All(JSON.parse('{"__proto__":5}') as object);
    expect(JSON.stringify(value)).to.equal('{"__proto__":5}');
    expect(Object.getPrototypeOf(value)).to.equal(All.prototype);
  });

  it('writes an enum by its member, where it has one', () => {
    expect(json({ color: 1 })).to.equal('{"color":"RED"}');
    expect(json({ color: 7 })).to.equal('{"color":7}');
  });

  it('writes -0 as text, whose sign JSON.stringify would drop', () => {
    expect(json({ ratios: [-0, 0] })).to.equal('{"ratios":["-0",0]}');
  });

  it('writes what does not fit its type as it is: an instance may be half filled in', () => {
    const wrong = {
      flag: 'yes',
      text: 5n,
      bytes: 'raw',
      bigs: 'none',
      color: 'PINK',
      byName: 7,
      inner: 'x',
      id: 3,
    };
    expect(json(wrong)).to.equal(
      '{"flag":"yes","text":"5","bytes":"raw","id":3,"color":"PINK","bigs":"none","byName":7,"inner":"x"}',
    );
    expect(json({ bigs: [null, 1.5, 'x'], ratios: ['1', null], inners: [null] })).to.equal(
      '{"bigs":[null,1.5,"x"],"inners":[null],"ratios":["1",null]}',
    );
  });

  it('refuses what contains itself', () => {
    const { Node } = loadSource('struct Node { 1: optional Node next, 2: list<Node> nodes }');
    const [node, nodes] = [new Node(), new Node({ nodes: [] })];
    node.next = node;
    nodes.nodes.push(nodes);
    for (const circle of [node, nodes])
      expect(() => JSON.stringify(circle)).to.throw(
        ValueError,
        'Node: nested deeper than 500: the value contains itself',
      );
  });

  it('writes an exception by its fields', () => {
    expect(JSON.stringify({ error: new Lost({ message: 'm', name: 'n', inner: { n: 1 } }) })).to.equal(
      '{"error":{"message":"m","inner":{"n":1},"name":"n"}}',
    );
  });

  it('writes any decoded value', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const decoded = deserialize(type as never, serialize(type, value)) as { toJSON?: unknown };
        // A field may be called toJSON.
        if (typeof decoded.toJSON === 'function')
          expect(JSON.parse(JSON.stringify(decoded))).to.be.an('object');
      }),
      { numRuns: 100 },
    );
  });
});

describe('toObject', () => {
  it('is made of plain objects, arrays, sets and maps, without what is unset', () => {
    const value = new All({
      inner: new Inner({ n: 1 }),
      byName: new Map([['a', new Inner({ n: 2 })]]),
      text: null,
    });
    deepStrictEqual(toObject(value), { byName: new Map([['a', { n: 2 }]]), inner: { n: 1 } });
  });

  it('shares nothing with the instance that could be changed', () => {
    const value = new All({
      bytes: Uint8Array.of(1),
      bigs: [1n],
      inners: new Set([{ n: 1 }]),
      byName: { a: { n: 1 } },
    });
    const copy = toObject(value);
    copy.bytes[0] = 9;
    copy.bigs.push(9n);
    copy.inners.clear();
    copy.byName.a.n = 9;
    deepStrictEqual(
      toObject(value),
      toObject(
        new All({
          bytes: Uint8Array.of(1),
          bigs: [1n],
          inners: new Set([{ n: 1 }]),
          byName: { a: { n: 1 } },
        }),
      ),
    );
  });

  it('is equal to what it was made from, and can be cloned', () => {
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const decoded = deserialize(type as never, serialize(type, value)) as object;
        const copy = toObject(decoded);
        expect(equals(type, copy, decoded)).to.equal(true);
        expect(equals(type, structuredClone(copy), copy)).to.equal(true);
      }),
      { numRuns: 80 },
    );
  });

  it('takes instances only', () => {
    for (const wrong of [{}, [], new Map(), new Error('x'), All])
      expect(() => toObject(wrong)).to.throw(TypeError, 'expected an instance of a loaded class');
    class Derived extends All {}
    expect(toObject(new Derived())).to.deep.equal({});
  });
});
