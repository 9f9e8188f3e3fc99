import { loadSource } from '../../src/load.ts';
import type { DynamicModule } from '../../src/values/module.ts';

/** What the values of the tables are of. */
export const module: DynamicModule = loadSource(
  `
  enum Category { MYSTERY = 1, SCIENCE = 2, SCIFI = 2, __proto__ = -3 }
  struct User { 1: required string name, 2: i32 age = 18, 3: optional list<Address> addresses, 4: i64 id,
    5: map<string, Address> byKind, 6: set<Category> likes, 7: optional User friend, 8: Either either, 9: binary key,
    10: i64 (js.type = "number") visits, 11: map<Address, i32> counts, 12: list<i32> tags = [1, 2] }
  struct Address { 1: string zip, 2: double area }
  union Either { 1: i32 number, 2: string text }
  struct Odd { 1: i32 __proto__, 2: string constructor, 3: bool toJSON, 4: i32 hasOwnProperty }
  exception Lost { 1: string message, 2: string name, 3: i32 stack, 4: required i32 code, 5: string fields }
  exception Numbered { 1: i32 message }
  typedef map<i64, list<User>> Groups
`,
  { onWarning() {} },
);

const { Address, Either, Lost, Numbered, Odd, User } = module;

/** Type, value as `deserialize` would give it, and its JSON as text. */
export const forms: readonly (readonly [string, unknown, string])[] = [
  ['bool', true, 'true'],
  ['i8', -128, '-128'],
  ['i32', 2147483647, '2147483647'],
  ['i64', 0n, '0'],
  ['i64', 2n ** 53n - 1n, '9007199254740991'],
  ['i64', 2n ** 53n, '"9007199254740992"'],
  ['i64', -(2n ** 63n), '"-9223372036854775808"'],
  ['float', 0.5, '0.5'],
  ['double', 1e300, '1e+300'],
  ['double', 0, '0'],
  ['double', -0, '"-0"'],
  ['double', Number.NaN, '"NaN"'],
  ['double', Number.POSITIVE_INFINITY, '"Infinity"'],
  ['double', Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ['string', 'é"\u2028', '"é\\"\u2028"'],
  ['string', '', '""'],
  ['binary', Uint8Array.of(251, 255, 254, 1), '"+//+AQ=="'],
  ['binary', new Uint8Array(), '""'],
  ['uuid', '00112233-4455-6677-8899-aabbccddeeff', '"00112233-4455-6677-8899-aabbccddeeff"'],
  ['Category', 1, '"MYSTERY"'],
  ['Category', 2, '"SCIENCE"'],
  ['Category', 7, '7'],
  ['Category', -3, '"__proto__"'],
  ['list<i32>', [], '[]'],
  ['list<set<bool>>', [new Set([true]), new Set()], '[[true],[]]'],
  ['map<string, i32>', new Map([['__proto__', 1]]), '{"__proto__":1}'],
  [
    'map<bool, i32>',
    new Map([
      [true, 1],
      [false, 0],
    ]),
    '{"true":1,"false":0}',
  ],
  ['map<i16, string>', new Map([[-5, 'x']]), '{"-5":"x"}'],
  ['map<i64, string>', new Map([[2n ** 60n, 'x']]), '{"1152921504606846976":"x"}'],
  [
    'map<double, i32>',
    new Map([
      [Number.NaN, 1],
      [1e-7, 2],
    ]),
    '{"NaN":1,"1e-7":2}',
  ],
  [
    'map<Category, i32>',
    new Map([
      [-3, 2],
      [9, 1],
    ]),
    '{"9":1,"__proto__":2}',
  ],
  [
    'map<uuid, i32>',
    new Map([['00112233-4455-6677-8899-aabbccddeeff', 1]]),
    '{"00112233-4455-6677-8899-aabbccddeeff":1}',
  ],
  ['map<binary, i32>', new Map([[Uint8Array.of(255), 1]]), '{"/w==":1}'],
  ['map<Address, i32>', new Map([[new Address({ zip: '1', area: -0 }), 2]]), '[[{"zip":"1","area":"-0"},2]]'],
  ['map<list<i8>, map<i8, i8>>', new Map([[[1], new Map([[2, 3]])]]), '[[[1],{"2":3}]]'],
  ['Groups', new Map([[1n, []]]), '{"1":[]}'],
  [
    'User',
    new User({
      name: 'a',
      age: 5,
      id: 2n ** 62n,
      visits: 3,
      friend: new User({ name: 'b', tags: [] }),
      likes: new Set([7]),
    }),
    '{"name":"a","age":5,"id":"4611686018427387904","likes":[7],"friend":{"name":"b","age":18,"tags":[]},"visits":3,"tags":[1,2]}',
  ],
  ['Either', new Either({ number: 0 }), '{"number":0}'],
  [
    'Odd',
    new Odd(JSON.parse('{"__proto__":5,"constructor":"c","toJSON":true}') as object),
    '{"__proto__":5,"constructor":"c","toJSON":true}',
  ],
  [
    'Lost',
    new Lost({ message: 'm', name: 'n', stack: 1, code: 2, fields: 'f' }),
    '{"message":"m","name":"n","stack":1,"code":2,"fields":"f"}',
  ],
  ['Lost', new Lost({ code: 2 }), '{"code":2}'],
  ['Numbered', new Numbered({ message: 5 }), '{"message":5}'],
];

/** Type, what other writers have as JSON, and the form it is read as. */
export const readToo: readonly (readonly [string, unknown, string])[] = [
  ['bool', 1, 'true'],
  ['bool', 0, 'false'],
  ['i32', -0, '0'],
  ['i64', '5', '5'],
  ['i64', -0, '0'],
  ['i64', 9223372036854775807n, '"9223372036854775807"'],
  ['double', -0, '"-0"'],
  ['double', 'inf', '"Infinity"'],
  ['double', Number.POSITIVE_INFINITY, '"Infinity"'],
  ['binary', '-__-AQ', '"+//+AQ=="'],
  ['binary', '+//+AQ', '"+//+AQ=="'],
  ['uuid', '00112233-4455-6677-8899-AABBCCDDEEFF', '"00112233-4455-6677-8899-aabbccddeeff"'],
  ['Category', 1, '"MYSTERY"'],
  ['Category', 'SCIFI', '"SCIENCE"'],
  ['map<bool, i32>', { 1: 5, 0: 6 }, '{"false":6,"true":5}'],
  ['map<double, i32>', { '1.0': 1, '-inf': 2, nan: 3 }, '{"1":1,"-Infinity":2,"NaN":3}'],
  ['map<Category, i32>', { 1: 1, '-3': 2 }, '{"MYSTERY":1,"__proto__":2}'],
  ['map<Address, i32>', {}, '[]'],
  ['User', { name: 'a', age: null, id: null, tags: null }, '{"name":"a","age":18,"tags":[1,2]}'],
  ['Either', { number: null, text: 'x' }, '{"text":"x"}'],
  ['Either', Object.assign(Object.create(null), { number: 1 }), '{"number":1}'],
];

const nested = (depth: number): object => (depth === 0 ? {} : { name: 'a', friend: nested(depth - 1) });
const circle: { name: string; friend?: object } = { name: 'a' };
circle.friend = circle;
const long = 'x'.repeat(100);

/** Type, JSON, code of the error, and its message. */
export const refused: readonly (readonly [string, unknown, string, string])[] = [
  ['bool', 2, 'wrong-type', 'bool: expected bool, got number 2'],
  ['bool', 'true', 'wrong-type', 'bool: expected bool, got string "true"'],
  ['i8', 128, 'out-of-range', 'i8: expected i8 (-128 to 127), got number 128'],
  ['i32', '5', 'wrong-type', 'i32: expected i32, got string "5"'],
  ['i32', 1.5, 'wrong-type', 'i32: expected i32, got number 1.5, which is no integer'],
  ['i32', null, 'wrong-type', 'i32: expected i32, got null'],
  ['i32', undefined, 'wrong-type', 'i32: expected i32, got undefined'],
  [
    'i64',
    2 ** 53,
    'out-of-range',
    'i64: expected i64, got number 9007199254740992: beyond 2^53-1 JSON.parse has rounded it; write it as decimal text',
  ],
  [
    'i64',
    '9223372036854775808',
    'out-of-range',
    'i64: expected i64 (-2^63 to 2^63-1), got bigint 9223372036854775808n',
  ],
  ['i64', '05', 'wrong-type', 'i64: expected i64 (a number, or decimal text), got string "05"'],
  ['i64', '', 'wrong-type', 'i64: expected i64 (a number, or decimal text), got string ""'],
  ['i64', 0.5, 'wrong-type', 'i64: expected i64, got number 0.5, which is no integer'],
  [
    'i64',
    '9'.repeat(100),
    'wrong-type',
    `i64: expected i64 (a number, or decimal text), got string "${'9'.repeat(60)}…"`,
  ],
  ['float', 1e39, 'out-of-range', 'float: 1e+39 does not fit a float'],
  [
    'double',
    '1.5',
    'wrong-type',
    'double: expected double (a number, or "NaN", "Infinity", "-Infinity", "-0"), got string "1.5"',
  ],
  [
    'string',
    '\ud800',
    'invalid-text',
    'string: a lone surrogate has no UTF-8 form: string "\\ud800"; use binary for bytes',
  ],
  ['binary', 5, 'wrong-type', 'binary: expected binary (base64 text), got number 5'],
  ...['A', 'AAAAA', 'A===', 'AA=', 'A=A=', 'AA==\n', 'é', '=', '==', 'AAAA='].map(
    text =>
      [
        'binary',
        text,
        'invalid-text',
        `binary: expected binary (base64 text), got string ${JSON.stringify(text)}`,
      ] as const,
  ),
  [
    'uuid',
    'x',
    'invalid-text',
    'uuid: expected a uuid such as 123e4567-e89b-12d3-a456-426614174000, got string "x"',
  ],
  [
    'Category',
    'MISTERY',
    'out-of-range',
    'Category: enum Category has no member string "MISTERY"; did you mean "MYSTERY"?',
  ],
  [
    'Category',
    'toString',
    'out-of-range',
    'Category: enum Category has no member string "toString"; it has MYSTERY, SCIENCE, SCIFI, __proto__',
  ],
  [
    'Category',
    2 ** 31,
    'out-of-range',
    'Category: expected Category (-2147483648 to 2147483647), got number 2147483648',
  ],
  ['list<i32>', {}, 'wrong-type', 'list<i32>: expected list<i32> (an array), got object {}'],
  [
    'list<i32>',
    '[1]',
    'wrong-type',
    'list<i32>: expected list<i32> as JSON.parse gives it, got string "[1]"; parse the text first',
  ],
  [
    'list<i32>',
    [1, null],
    'null-element',
    'list<i32>[1]: expected i32, got null: a container cannot hold what is unset',
  ],
  [
    'list<i32>',
    new Array(1),
    'null-element',
    'list<i32>[0]: expected i32, got undefined: a container cannot hold what is unset',
  ],
  ['set<i64>', [5, '5'], 'duplicate-element', 'set<i64>: set<i64> holds two elements that are equal'],
  [
    'set<Category>',
    ['SCIENCE', 'SCIFI'],
    'duplicate-element',
    'set<Category>: set<Category> holds two elements that are equal',
  ],
  ['set<i32>', new Set([1]), 'wrong-type', 'set<i32>: expected set<i32> (an array), got object Set(1) { 1 }'],
  [
    'map<string, i32>',
    [],
    'wrong-type',
    'map<string, i32>: expected map<string, i32> (an object), got array []',
  ],
  [
    'map<string, i32>',
    new Map(),
    'wrong-type',
    'map<string, i32>: expected map<string, i32> (an object), got object Map(0) {}',
  ],
  [
    'map<string, i32>',
    { a: null },
    'null-element',
    'map<string, i32>["a"]: expected i32, got null: a container cannot hold what is unset',
  ],
  [
    'map<i32, i32>',
    { '01': 1 },
    'wrong-type',
    'map<i32, i32>.key("01"): expected i32 (decimal text), got string "01"',
  ],
  [
    'map<i8, i32>',
    { 128: 1 },
    'out-of-range',
    'map<i8, i32>.key("128"): expected i8 (-128 to 127), got number 128',
  ],
  [
    'map<bool, i32>',
    { yes: 1 },
    'wrong-type',
    'map<bool, i32>.key("yes"): expected bool ("true" or "false"), got string "yes"',
  ],
  [
    'map<double, i32>',
    { 1: 1, '1.0': 2 },
    'duplicate-element',
    'map<double, i32>: map<double, i32> holds two keys that are equal',
  ],
  [
    'map<Category, i32>',
    { MYSTERY: 1, 1: 2 },
    'duplicate-element',
    'map<Category, i32>: map<Category, i32> holds two keys that are equal',
  ],
  [
    'map<string, i32>',
    { [long]: 'x' },
    'wrong-type',
    `map<string, i32>["${'x'.repeat(60)}…"]: expected i32, got string "x"`,
  ],
  [
    'map<Address, i32>',
    { a: 1 },
    'wrong-type',
    'map<Address, i32>: expected map<Address, i32> (an array of [key, value] pairs), got object { a: 1 }',
  ],
  [
    'map<Address, i32>',
    [[{}]],
    'wrong-type',
    'map<Address, i32>[0]: expected map<Address, i32> (an array of [key, value] pairs), got array [ {} ]',
  ],
  [
    'map<Address, i32>',
    [[{ zip: 5 }, 1]],
    'wrong-type',
    'map<Address, i32>[0][0].zip: expected string, got number 5',
  ],
  [
    'map<Address, i32>',
    [
      [{ area: 1 }, 1],
      [{ area: 1 }, 2],
    ],
    'duplicate-element',
    'map<Address, i32>: map<Address, i32> holds two keys that are equal',
  ],
  ['User', {}, 'missing-field', 'User.name: the required field "name" (string) is not set'],
  ['User', { name: null }, 'missing-field', 'User.name: the required field "name" (string) is not set'],
  [
    'User',
    { name: 'a', adresses: [] },
    'unknown-field',
    'User.adresses: User has no such field; did you mean "addresses"?',
  ],
  [
    'User',
    JSON.parse('{"name":"a","__proto__":{}}'),
    'unknown-field',
    'User.__proto__: User has no such field; it has name, age, addresses, id, byKind, likes, friend, either, key, visits, counts, tags',
  ],
  [
    'Address',
    { [long]: 1 },
    'unknown-field',
    `Address.${'x'.repeat(60)}…: Address has no such field; it has zip, area`,
  ],
  [
    'User',
    { name: 'a', addresses: [{}, {}, { zip: 5 }] },
    'wrong-type',
    'User.addresses[2].zip: expected string, got number 5',
  ],
  [
    'User',
    { name: 'a', byKind: { 'a"b': { zip: true } } },
    'wrong-type',
    'User.byKind["a\\"b"].zip: expected string, got boolean true',
  ],
  [
    'User',
    { name: 'a', visits: '9007199254740992' },
    'out-of-range',
    'User.visits: i64 9007199254740992 is beyond 2^53-1; load it as bigint',
  ],
  [
    'User',
    { name: 'a', either: {} },
    'union-member',
    'User.either: union Either takes exactly one of its members, got none',
  ],
  [
    'User',
    { name: 'a', either: { number: 1, text: 'a' } },
    'union-member',
    'User.either: union Either takes exactly one of its members, got number and text',
  ],
  ['User', [], 'wrong-type', 'User: expected User (an object), got array []'],
  ['User', null, 'wrong-type', 'User: expected User (an object), got null'],
  [
    'User',
    '{"name":"a"}',
    'wrong-type',
    'User: expected User as JSON.parse gives it, got string "{\\"name\\":\\"a\\"}"; parse the text first',
  ],
  ['User', new Date(0), 'wrong-type', 'User: expected User (an object), got object 1970-01-01T00:00:00.000Z'],
  [
    'User',
    nested(65),
    'too-deep',
    `User${'.friend'.repeat(65)}: nested deeper than 64 (limits.depth), or the value contains itself`,
  ],
  [
    'User',
    circle,
    'too-deep',
    `User${'.friend'.repeat(65)}: nested deeper than 64 (limits.depth), or the value contains itself`,
  ],
  ['Lost', { message: 'm' }, 'missing-field', 'Lost.code: the required field "code" (i32) is not set'],
];
