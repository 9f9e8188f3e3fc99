import { loadSource } from '../../src/load.ts';
import type { TypeDescriptor } from '../../src/schema/descriptor.ts';
import { type } from '../../src/values/module.ts';

const module = loadSource(
  `
  enum Color { RED = 1, GREEN = 2, NONE = -1 }
  struct Empty {}
  struct Point { 1: i32 x, 2: optional i32 y }
  struct Ids { 32767: bool last, -1: bool minus, 0: bool zero }
  struct Line { 1: required Point from, 2: Point to, 15: list<Point> via }
  struct Defaults { 1: i32 a = 5, 2: optional string b = "x", 3: required bool c = 1 }
  struct Zeros { 1: double plus = 0.0, 2: double minus = -0.0 }
  union Either { 1: i32 number, 2: string text, 3: Point point }
  exception Lost { 1: string message, 2: i16 tries }
  struct Tree { 1: i8 leaf, 2: list<Tree> kids }
`,
  { onWarning() {} },
);

/** A value of a type and its bytes, one column for each protocol. */
export interface Row {
  readonly type: TypeDescriptor;
  readonly value: unknown;
  /** What decoding gives. */
  readonly decoded: unknown;
  /** In hex; blanks are for the eye. */
  readonly binary: string;
  /** As Apache's Python writes it; undefined for what the protocol cannot carry. */
  readonly compact: string | undefined;
  /** As Apache's Python writes it, but for what JSON has no form for (NaN, control characters) and the shortest doubles. */
  readonly json: string | undefined;
}

type Columns = Pick<Row, 'binary' | 'compact' | 'json'> & { decoded?: unknown };

function row(expression: string, value: unknown, columns: Columns): Row {
  const { decoded = value, binary, compact, json } = columns;
  return {
    type: type(module, expression),
    value,
    decoded,
    binary: binary.replaceAll(' ', ''),
    compact,
    json,
  };
}

/** An instance of a class of the table's module. */
export function made(name: string, init?: object): object {
  return new module[name](init);
}

const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const uuidBytes = '00112233445566778899aabbccddeeff';

/** What every protocol has to carry, and how each writes it. */
export const table: readonly Row[] = [
  row('bool', true, { binary: '01', compact: '01', json: '1' }),
  row('bool', false, { binary: '00', compact: '02', json: '0' }),
  row('i8', 127, { binary: '7f', compact: '7f', json: '127' }),
  row('i8', -128, { binary: '80', compact: '80', json: '-128' }),
  row('i16', 300, { binary: '012c', compact: 'd804', json: '300' }),
  row('i16', -32768, { binary: '8000', compact: 'ffff03', json: '-32768' }),
  row('i32', 0, { binary: '00000000', compact: '00', json: '0' }),
  row('i32', -0, { binary: '00000000', compact: '00', json: '0', decoded: 0 }),
  row('i32', -1, { binary: 'ffffffff', compact: '01', json: '-1' }),
  row('i32', 2147483647, { binary: '7fffffff', compact: 'feffffff0f', json: '2147483647' }),
  row('i32', -2147483648, { binary: '80000000', compact: 'ffffffff0f', json: '-2147483648' }),
  row('i64', 0n, { binary: '0000000000000000', compact: '00', json: '0' }),
  row('i64', 5, { binary: '0000000000000005', compact: '0a', json: '5', decoded: 5n }),
  row('i64', -1, { binary: 'ffffffffffffffff', compact: '01', json: '-1', decoded: -1n }),
  row('i64', -4294967296, {
    binary: 'ffffffff00000000',
    compact: 'ffffffff1f',
    json: '-4294967296',
    decoded: -4294967296n,
  }),
  row('i64', 9007199254740991, {
    binary: '001fffffffffffff',
    compact: 'feffffffffffff1f',
    json: '9007199254740991',
    decoded: 9007199254740991n,
  }),
  row('i64', -9007199254740991, {
    binary: 'ffe0000000000001',
    compact: 'fdffffffffffff1f',
    json: '-9007199254740991',
    decoded: -9007199254740991n,
  }),
  row('i64', 2n ** 63n - 1n, {
    binary: '7fffffffffffffff',
    compact: 'feffffffffffffffff01',
    json: '9223372036854775807',
  }),
  row('i64', -(2n ** 63n), {
    binary: '8000000000000000',
    compact: 'ffffffffffffffffff01',
    json: '-9223372036854775808',
  }),
  row('double', 1.5, { binary: '3ff8000000000000', compact: '000000000000f83f', json: '1.5' }),
  row('double', -0, { binary: '8000000000000000', compact: '0000000000000080', json: '-0' }),
  row('double', Number.NaN, { binary: '7ff8000000000000', compact: '000000000000f87f', json: '"NaN"' }),
  row('double', Number.POSITIVE_INFINITY, {
    binary: '7ff0000000000000',
    compact: '000000000000f07f',
    json: '"Infinity"',
  }),
  row('double', Number.NEGATIVE_INFINITY, {
    binary: 'fff0000000000000',
    compact: '000000000000f0ff',
    json: '"-Infinity"',
  }),
  row('double', 5e-324, { binary: '0000000000000001', compact: '0100000000000000', json: '5e-324' }),
  row('float', 1.5, { binary: '3fc00000', compact: undefined, json: undefined }),
  row('string', '', { binary: '00000000', compact: '00', json: '""' }),
  row('string', 'pong', { binary: '00000004 706f6e67', compact: '04706f6e67', json: '"pong"' }),
  row('string', 'é', { binary: '00000002 c3a9', compact: '02c3a9', json: '"é"' }),
  row('string', '漢', { binary: '00000003 e6bca2', compact: '03e6bca2', json: '"漢"' }),
  row('string', '😀', { binary: '00000004 f09f9880', compact: '04f09f9880', json: '"😀"' }),
  row('string', '\0', { binary: '00000001 00', compact: '0100', json: '"\\u0000"' }),
  row('string', '\ufeffx', { binary: '00000004 efbbbf78', compact: '04efbbbf78', json: '"\ufeffx"' }),
  row('string', '\ufffd', { binary: '00000003 efbfbd', compact: '03efbfbd', json: '"\ufffd"' }),
  row('binary', Uint8Array.of(0, 255, 128), {
    binary: '00000003 00ff80',
    compact: '0300ff80',
    json: '"AP+A"',
  }),
  row('binary', new Uint8Array(), { binary: '00000000', compact: '00', json: '""' }),
  row('binary', Buffer.from('ab'), {
    binary: '00000002 6162',
    compact: '026162',
    json: '"YWI="',
    decoded: Uint8Array.of(0x61, 0x62),
  }),
  row('uuid', uuid, {
    binary: uuidBytes,
    compact: uuidBytes,
    json: '"00112233-4455-6677-8899-aabbccddeeff"',
  }),
  row('uuid', uuid.toUpperCase(), {
    binary: uuidBytes,
    compact: uuidBytes,
    json: '"00112233-4455-6677-8899-aabbccddeeff"',
    decoded: uuid,
  }),
  row('Color', 2, { binary: '00000002', compact: '04', json: '2' }),
  row('Color', 'GREEN', { binary: '00000002', compact: '04', json: '2', decoded: 2 }),
  row('Color', 'NONE', { binary: 'ffffffff', compact: '01', json: '-1', decoded: -1 }),
  row('Color', 99, { binary: '00000063', compact: 'c601', json: '99' }),
  row('list<i32>', [], { binary: '08 00000000', compact: '05', json: '["i32",0]' }),
  row('list<i32>', [1, -1], {
    binary: '08 00000002 00000001 ffffffff',
    compact: '250201',
    json: '["i32",2,1,-1]',
  }),
  row('list<bool>', [true, false], { binary: '02 00000002 01 00', compact: '210102', json: '["tf",2,1,0]' }),
  row('list<Color>', [1, 'GREEN'], {
    binary: '08 00000002 00000001 00000002',
    compact: '250204',
    json: '["i32",2,1,2]',
    decoded: [1, 2],
  }),
  row('list<list<string>>', [[], ['a']], {
    binary: '0f 00000002 0b 00000000 0b 00000001 00000001 61',
    compact: '2908180161',
    json: '["lst",2,["str",0],["str",1,"a"]]',
  }),
  row('list<Point>', [made('Point'), made('Point', { x: 1 })], {
    binary: '0c 00000002 00 08 0001 00000001 00',
    compact: '2c00150200',
    json: '["rec",2,{},{"1":{"i32":1}}]',
  }),
  row('set<i8>', new Set([3, -3]), { binary: '03 00000002 03 fd', compact: '2303fd', json: '["i8",2,3,-3]' }),
  row('set<i8>', [3, -3], {
    binary: '03 00000002 03 fd',
    compact: '2303fd',
    json: '["i8",2,3,-3]',
    decoded: new Set([3, -3]),
  }),
  row('set<string>', new Set(), { binary: '0b 00000000', compact: '08', json: '["str",0]' }),
  row('map<string, i32>', new Map([['a', 1]]), {
    binary: '0b 08 00000001 00000001 61 00000001',
    compact: '0185016102',
    json: '["str","i32",1,{"a":1}]',
  }),
  row(
    'map<string, i32>',
    { a: 1 },
    {
      binary: '0b 08 00000001 00000001 61 00000001',
      compact: '0185016102',
      json: '["str","i32",1,{"a":1}]',
      decoded: new Map([['a', 1]]),
    },
  ),
  row('map<i64, binary>', new Map(), { binary: '0a 0b 00000000', compact: '00', json: '["i64","str",0,{}]' }),
  row('map<i8, set<uuid>>', new Map([[1, new Set([uuid])]]), {
    binary: `03 0e 00000001 01 10 00000001 ${uuidBytes}`,
    compact: '013a011d00112233445566778899aabbccddeeff',
    json: '["i8","set",1,{"1":["uid",1,"00112233-4455-6677-8899-aabbccddeeff"]}]',
  }),
  row('Empty', {}, { binary: '00', compact: '00', json: '{}', decoded: made('Empty') }),
  row(
    'Point',
    { x: 1, y: -2 },
    {
      binary: '08 0001 00000001 08 0002 fffffffe 00',
      compact: '1502150300',
      json: '{"1":{"i32":1},"2":{"i32":-2}}',
      decoded: made('Point', { x: 1, y: -2 }),
    },
  ),
  row(
    'Point',
    { x: null, y: 7 },
    {
      binary: '08 0002 00000007 00',
      compact: '250e00',
      json: '{"2":{"i32":7}}',
      decoded: made('Point', { y: 7 }),
    },
  ),
  row('Point', made('Point'), { binary: '00', compact: '00', json: '{}' }),
  row(
    'Ids',
    { last: true, minus: false, zero: true },
    {
      binary: '02 7fff 01 02 ffff 00 02 0000 01 00',
      compact: '01feff0302011100',
      json: '{"32767":{"tf":1},"-1":{"tf":0},"0":{"tf":1}}',
      decoded: made('Ids', { last: true, minus: false, zero: true }),
    },
  ),
  row(
    'Line',
    { from: {}, via: [{ y: 1 }] },
    {
      binary: '0c 0001 00 0f 000f 0c 00000001 08 0002 00000001 00 00',
      compact: '1c00e91c25020000',
      json: '{"1":{"rec":{}},"15":{"lst":["rec",1,{"2":{"i32":1}}]}}',
      decoded: made('Line', { from: made('Point'), via: [made('Point', { y: 1 })] }),
    },
  ),
  row(
    'Defaults',
    {},
    {
      binary: '08 0001 00000005 0b 0002 00000001 78 02 0003 01 00',
      compact: '150a1801781100',
      json: '{"1":{"i32":5},"2":{"str":"x"},"3":{"tf":1}}',
      decoded: made('Defaults'),
    },
  ),
  row(
    'Defaults',
    { a: 1, b: '', c: false },
    {
      binary: '08 0001 00000001 0b 0002 00000000 02 0003 00 00',
      compact: '150218001200',
      json: '{"1":{"i32":1},"2":{"str":""},"3":{"tf":0}}',
      decoded: made('Defaults', { a: 1, b: '', c: false }),
    },
  ),
  row(
    'Zeros',
    {},
    {
      binary: '04 0001 0000000000000000 04 0002 8000000000000000 00',
      compact: '17000000000000000017000000000000008000',
      json: '{"1":{"dbl":0},"2":{"dbl":-0}}',
      decoded: made('Zeros', { plus: 0, minus: -0 }),
    },
  ),
  row('Zeros', made('Zeros'), {
    binary: '04 0001 0000000000000000 04 0002 8000000000000000 00',
    compact: '17000000000000000017000000000000008000',
    json: '{"1":{"dbl":0},"2":{"dbl":-0}}',
  }),
  row(
    'Either',
    { text: 'a' },
    {
      binary: '0b 0002 00000001 61 00',
      compact: '28016100',
      json: '{"2":{"str":"a"}}',
      decoded: made('Either', { text: 'a' }),
    },
  ),
  row(
    'Either',
    { point: { x: 0 } },
    {
      binary: '0c 0003 08 0001 00000000 00 00',
      compact: '3c15000000',
      json: '{"3":{"rec":{"1":{"i32":0}}}}',
      decoded: made('Either', { point: made('Point', { x: 0 }) }),
    },
  ),
  row(
    'Lost',
    { message: 'm', tries: 3 },
    {
      binary: '0b 0001 00000001 6d 06 0002 0003 00',
      compact: '18016d140600',
      json: '{"1":{"str":"m"},"2":{"i16":3}}',
      decoded: made('Lost', { message: 'm', tries: 3 }),
    },
  ),
  row(
    'Tree',
    { leaf: 1, kids: [{ leaf: 2 }, { kids: [] }] },
    {
      binary: '03 0001 01 0f 0002 0c 00000002 03 0001 02 00 0f 0002 0c 00000000 00 00',
      compact: '1301192c130200290c0000',
      json: '{"1":{"i8":1},"2":{"lst":["rec",2,{"1":{"i8":2}},{"2":{"lst":["rec",0]}}]}}',
      decoded: made('Tree', { leaf: 1, kids: [made('Tree', { leaf: 2 }), made('Tree', { kids: [] })] }),
    },
  ),
];
