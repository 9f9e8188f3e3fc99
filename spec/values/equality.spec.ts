import { expect } from 'chai';
import fc from 'fast-check';
import { ValueError } from '../../src/errors/value-error.ts';
import { loadSource } from '../../src/load.ts';
import { deserialize, serialize } from '../../src/serialize.ts';
import { equals, mapGet, setHas } from '../../src/values/lookup.ts';
import { type } from '../../src/values/module.ts';
import { typed } from '../codec/arbitrary-value.ts';

const module = loadSource(`
  enum Color { RED = 1, GREEN = 2, ROUGE = 1 }
  struct Point { 1: i32 x, 2: i32 y = 7, 3: list<i32> tags = [1] }
  struct Node { 1: Node next, 2: set<Node> others, 3: map<Node, i32> known }
  exception Lost { 1: string message, 2: i32 name }
  union Either { 1: i32 number = 3, 2: string text }
`);

const equal: readonly (readonly [string, unknown, unknown])[] = [
  ['i64', 5n, 5],
  ['i64', -0, 0n],
  ['double', Number.NaN, Number.NaN],
  ['double', 0, -0],
  ['float', 0.1, Math.fround(0.1)],
  ['uuid', '00112233-4455-6677-8899-AABBCCDDEEFF', '00112233-4455-6677-8899-aabbccddeeff'],
  ['Color', 'GREEN', 2],
  ['Color', 'ROUGE', 'RED'],
  ['binary', Uint8Array.of(1, 2), Buffer.from([0, 1, 2]).subarray(1)],
  ['set<i32>', new Set([1, 2]), [2, 1]],
  ['set<list<i64>>', new Set([[1n], [2n]]), [[2], [1]]],
  [
    'map<string, i32>',
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
    { b: 2, a: 1 },
  ],
  ['map<Color, i64>', new Map([['RED', 1]]), new Map([[1, 1n]])],
  ['Point', { x: 1 }, new module.Point({ x: 1 })],
  ['Point', { x: 1 }, { x: 1, y: 7, tags: [1] }],
  ['Point', { x: null }, {}],
  ['Lost', new module.Lost({ message: 'm', name: 3 }), { message: 'm', name: 3 }],
  ['Either', { text: 'a', number: null }, new module.Either({ text: 'a' })],
];

const unequal: readonly (readonly [string, unknown, unknown])[] = [
  ['i64', 2n ** 53n, 2n ** 53n + 1n],
  ['i32', 1, '1'],
  ['bool', true, 1],
  ['string', '1', 1],
  ['string', 'a', 'A'],
  ['Color', 'RED', 'GREEN'],
  ['Color', 'BLUE', 'blue'],
  ['list<i32>', [1, 2], [2, 1]],
  ['list<i32>', [1], [1, 1]],
  ['list<string>', ['a,b'], ['a', 'b']],
  ['list<string>', ['"'], ['\\"']],
  ['set<i32>', [1], [1, 2]],
  ['map<string, i32>', { a: 1 }, { a: 2 }],
  ['map<string, i32>', { 'a":1,"b': 1 }, { a: 1, b: 1 }],
  ['map<string, i32>', {}, []],
  ['Point', { y: null }, {}],
  ['Point', { x: 1 }, { y: 1 }],
  ['Either', {}, { number: 3 }],
  ['Either', { number: 3 }, { text: '3' }],
  ['list<Point>', [{ x: 1 }, {}], [{}, { x: 1 }]],
];

describe('equals', () => {
  for (const [expression, a, b] of equal) {
    it(`holds what is the same to Thrift for equal: ${expression}`, () => {
      expect(equals(type(module, expression), a, b)).to.equal(true);
      expect(equals(type(module, expression), b, a)).to.equal(true);
      expect(equals(type(module, `list<${expression}>`), [a], [b])).to.equal(true);
      expect(equals(type(module, `map<i32, ${expression}>`), new Map([[1, a]]), new Map([[1, b]]))).to.equal(
        true,
      );
    });
  }

  for (const [expression, a, b] of unequal) {
    it(`tells apart ${expression} ${JSON.stringify([a, b], (_, v) => (typeof v === 'bigint' ? `${v}n` : v))}`, () => {
      expect(equals(type(module, expression), a, b)).to.equal(false);
      expect(equals(type(module, `list<${expression}>`), [a], [b])).to.equal(false);
    });
  }

  it('agrees with the bytes: what is written alike is equal', () => {
    fc.assert(
      fc.property(typed, ({ type, value, other }) => {
        const alike = Buffer.from(serialize(type, value)).equals(serialize(type, other));
        if (alike) expect(equals(type, value, other)).to.equal(true);
        else if (equals(type, value, other)) {
          const [a, b] = [
            deserialize(type, serialize(type, value)),
            deserialize(type, serialize(type, other)),
          ];
          expect(equals(type, a, b)).to.equal(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes a class, an enum or a descriptor, and nothing else', () => {
    expect(equals(module.Point, {}, new module.Point())).to.equal(true);
    expect(equals(module.Color, 'RED', 1)).to.equal(true);
    for (const wrong of ['Point', {}, null, class {}, Map])
      expect(() => equals(wrong as never, {}, {})).to.throw(TypeError, 'expected a type');
  });

  it('says so of a value that contains itself, and does not go on without end', () => {
    const node: { next?: object } = {};
    node.next = node;
    expect(() => equals(module.Node, node, { next: {} })).to.throw(ValueError, 'contains itself');
    expect(equals(module.Node, node, node)).to.equal(true);
  });
});

describe('mapGet and setHas', () => {
  it('find by value what Map and Set find by identity', () => {
    const points = type(module, 'map<Point, string>');
    const map = new Map([
      [new module.Point({ x: 1 }), 'one'],
      [new module.Point({ x: 2 }), 'two'],
    ]);
    expect(mapGet(points, map, { x: 2 })).to.equal('two');
    expect(mapGet(points, map, { x: 2, y: 7 })).to.equal('two');
    expect(mapGet(points, map, { x: 3 })).to.equal(undefined);
    expect(mapGet(points, map, [...map.keys()][0])).to.equal('one');
    const bytes = new Set([Uint8Array.of(1), Uint8Array.of(2)]);
    expect(setHas(type(module, 'set<binary>'), bytes, Buffer.from([2]))).to.equal(true);
    expect(setHas(type(module, 'set<binary>'), bytes, Uint8Array.of(3))).to.equal(false);
    expect(setHas(type(module, 'set<i64>'), new Set<number | bigint>([5n]), 5)).to.equal(true);
  });

  it('refuse the type of something else', () => {
    expect(() => mapGet(type(module, 'set<i32>'), new Map(), 1)).to.throw(
      ValueError,
      'mapGet expects the type of a map',
    );
    expect(() => setHas(module.Point, new Set(), 1)).to.throw(ValueError, 'setHas expects the type of a set');
  });
});

describe('a set or the keys of a map', () => {
  const refused: readonly (readonly [string, unknown])[] = [
    ['set<Point>', [{ x: 1 }, { x: 1 }]],
    ['set<Point>', new Set([new module.Point(), { y: 7 }])],
    ['set<binary>', [Uint8Array.of(1), Buffer.from([1])]],
    ['set<i64>', [5n, 5]],
    ['set<i64>', new Set([5n, 5])],
    ['set<Color>', ['RED', 1]],
    ['set<Color>', ['RED', 'ROUGE']],
    ['set<string>', ['a', 'a']],
    ['set<double>', [Number.NaN, Number.NaN]],
    ['set<double>', [0, -0]],
    ['set<float>', new Set([0.1, Math.fround(0.1)])],
    ['set<uuid>', ['00112233-4455-6677-8899-aabbccddeeff', '00112233-4455-6677-8899-AABBCCDDEEFF']],
    ['set<set<i32>>', [new Set([1, 2]), [2, 1]]],
    [
      'map<Point, i32>',
      new Map([
        [{ x: 1 }, 1],
        [new module.Point({ x: 1 }), 2],
      ]),
    ],
    [
      'map<i64, i32>',
      new Map<unknown, number>([
        [5n, 1],
        [5, 2],
      ]),
    ],
  ];
  for (const [expression, value] of refused) {
    it(`is refused with two that are equal: ${expression}`, () => {
      expect(() => serialize(type(module, expression), value))
        .to.throw(ValueError, 'that are equal')
        .with.property('code', 'duplicate-element');
    });
  }

  it('may hold what differs in the least', () => {
    for (const [expression, value] of [
      ['set<Point>', [{ x: 1 }, { x: 1, y: 8 }, { x: 1, y: null }]],
      ['set<i64>', [2n ** 53n, 2n ** 53n + 1n, 5]],
      ['set<string>', ['a', 'A', '']],
      ['set<Color>', ['RED', 2, 3]],
      ['set<list<string>>', [['a', 'b'], ['a,b'], ['a","b']]],
    ] as const)
      expect(() => serialize(type(module, expression), value), expression).to.not.throw();
  });

  it('is refused when its elements contain themselves', () => {
    const node: { others: object[] } = { others: [] };
    node.others.push(node, {});
    expect(() => serialize(module.Node, node))
      .to.throw(ValueError)
      .with.property('code', 'too-deep');
  });
});
