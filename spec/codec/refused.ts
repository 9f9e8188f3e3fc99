import { loadSource } from '../../src/load.ts';

/** What the values are refused as. */
export const module: ReturnType<typeof loadSource> = loadSource(`
  enum Category { MYSTERY = 1, SCIENCE = 2 }
  struct Request { 1: i32 user_id, 2: optional Category category, 3: list<Book> books, 4: map<string, Book> byName,
    5: set<Book> shelf, 6: map<i32, list<i64>> counts, 7: optional Request next, 8: Either either }
  struct Book { 1: required string title, 2: i8 stars, 3: i64 id, 4: binary cover, 5: uuid key }
  union Either { 1: i32 number, 2: string text }
  struct Empty {}
  struct Sizes { 1: i32 length, 2: i32 size }
  exception Lost { 1: required string message, 2: i32 code }
`);

/** Type, value, code of the error, and its message. */
export const refused: readonly (readonly [string, unknown, string, string])[] = [
  ['Request', { user_id: 'oops' }, 'wrong-type', 'Request.user_id: expected i32, got string "oops"'],
  [
    'Request',
    { user_id: 1.7 },
    'wrong-type',
    'Request.user_id: expected i32, got number 1.7, which is no integer',
  ],
  [
    'Request',
    { user_id: Number.NaN },
    'wrong-type',
    'Request.user_id: expected i32, got number NaN, which is no integer',
  ],
  ['Request', { user_id: 5n }, 'wrong-type', 'Request.user_id: expected i32, got bigint 5n'],
  ['Request', { user_id: true }, 'wrong-type', 'Request.user_id: expected i32, got boolean true'],
  ['Request', { user_id: [1, 2] }, 'wrong-type', 'Request.user_id: expected i32, got array [ 1, 2 ]'],
  ['Request', { user_id: {} }, 'wrong-type', 'Request.user_id: expected i32, got object {}'],
  ['Request', { user_id: Symbol('x') }, 'wrong-type', 'Request.user_id: expected i32, got symbol Symbol(x)'],
  [
    'Request',
    { user_id: 2 ** 31 },
    'out-of-range',
    'Request.user_id: expected i32 (-2147483648 to 2147483647), got number 2147483648',
  ],
  [
    'Request',
    { user_id: 2 ** 32 + 6 },
    'out-of-range',
    'Request.user_id: expected i32 (-2147483648 to 2147483647), got number 4294967302',
  ],
  [
    'Request',
    { userId: 1 },
    'unknown-field',
    'Request.userId: Request has no such field; did you mean "user_id"?',
  ],
  [
    'Request',
    { category: 'MISTERY' },
    'out-of-range',
    'Request.category: enum Category has no member string "MISTERY"; did you mean "MYSTERY"?',
  ],
  [
    'Request',
    { category: 'x' },
    'out-of-range',
    'Request.category: enum Category has no member string "x"; it has MYSTERY, SCIENCE',
  ],
  [
    'Request',
    { category: 'toString' },
    'out-of-range',
    'Request.category: enum Category has no member string "toString"; it has MYSTERY, SCIENCE',
  ],
  [
    'Request',
    { category: 1.5 },
    'wrong-type',
    'Request.category: expected Category, got number 1.5, which is no integer',
  ],
  ['Request', { books: {} }, 'wrong-type', 'Request.books: expected list<Book> (an array), got object {}'],
  [
    'Request',
    { books: new Set() },
    'wrong-type',
    'Request.books: expected list<Book> (an array), got object Set(0) {}',
  ],
  [
    'Request',
    { books: [{ title: 'a' }, null] },
    'null-element',
    'Request.books[1]: expected Book, got null: a container cannot hold what is unset',
  ],
  [
    'Request',
    { books: new Array(1) },
    'null-element',
    'Request.books[0]: expected Book, got undefined: a container cannot hold what is unset',
  ],
  [
    'Request',
    { books: [{ title: 'a' }, {}] },
    'missing-field',
    'Request.books[1].title: the required field "title" (string) is not set',
  ],
  [
    'Request',
    { books: [{ title: null }] },
    'missing-field',
    'Request.books[0].title: the required field "title" (string) is not set',
  ],
  ['Request', { books: [[]] }, 'wrong-type', 'Request.books[0]: expected Book, got array []'],
  ['Request', { books: [['title']] }, 'wrong-type', "Request.books[0]: expected Book, got array [ 'title' ]"],
  ['Request', { books: ['title'] }, 'wrong-type', 'Request.books[0]: expected Book, got string "title"'],
  [
    'Request',
    { byName: { "a'b": { title: 'x', stars: 300 } } },
    'out-of-range',
    'Request.byName["a\'b"].stars: expected i8 (-128 to 127), got number 300',
  ],
  [
    'Request',
    { byName: new Map([['k', null]]) },
    'null-element',
    'Request.byName["k"]: expected Book, got null: a container cannot hold what is unset',
  ],
  [
    'Request',
    { byName: new Map([[5, {}]]) },
    'wrong-type',
    'Request.byName.key(5): expected string, got number 5',
  ],
  [
    'Request',
    { byName: [] },
    'wrong-type',
    'Request.byName: expected map<string, Book> (a Map or a plain object), got array []',
  ],
  [
    'Request',
    { byName: new Date(0) },
    'wrong-type',
    'Request.byName: expected map<string, Book> (a Map or a plain object), got object 1970-01-01T00:00:00.000Z',
  ],
  [
    'Request',
    { byName: Promise.resolve({}) },
    'wrong-type',
    'Request.byName: expected map<string, Book> (a Map or a plain object), got object Promise { {} }',
  ],
  [
    'Request',
    { counts: { 1: [] } },
    'wrong-type',
    "Request.counts: expected map<i32, list<i64>> (a Map), got object { '1': [] }",
  ],
  [
    'Request',
    { counts: new Map([[7, [1, 2 ** 53]]]) },
    'out-of-range',
    'Request.counts[7][1]: expected i64, got number 9007199254740992: beyond 2^53-1 a number may have been rounded; give a bigint',
  ],
  [
    'Request',
    { counts: new Map([[7, [2n ** 63n]]]) },
    'out-of-range',
    'Request.counts[7][0]: expected i64 (-2^63 to 2^63-1), got bigint 9223372036854775808n',
  ],
  [
    'Request',
    { counts: new Map([[7, [0.5]]]) },
    'wrong-type',
    'Request.counts[7][0]: expected i64, got number 0.5, which is no integer',
  ],
  [
    'Request',
    { counts: new Map([[7, ['5']]]) },
    'wrong-type',
    'Request.counts[7][0]: expected i64 (a bigint or a safe integer), got string "5"',
  ],
  [
    'Request',
    {
      shelf: [
        { title: 'a', id: 5n },
        { title: 'a', id: 5 },
      ],
    },
    'duplicate-element',
    'Request.shelf: set<Book> holds two elements that are equal',
  ],
  [
    'Request',
    { shelf: 'abc' },
    'wrong-type',
    'Request.shelf: expected set<Book> (a Set or an array), got string "abc"',
  ],
  [
    'Request',
    { either: {} },
    'union-member',
    'Request.either: union Either takes exactly one of its members, got none',
  ],
  [
    'Request',
    { either: { number: 1, text: 'a' } },
    'union-member',
    'Request.either: union Either takes exactly one of its members, got number and text',
  ],
  [
    'Request',
    { either: Promise.resolve() },
    'wrong-type',
    'Request.either: expected Either, got object Promise { undefined }',
  ],
  [
    'Book',
    { title: 'a\ud800' },
    'invalid-text',
    'Book.title: a lone surrogate has no UTF-8 form: string "a\\ud800"; use binary for bytes',
  ],
  [
    'Book',
    { title: 'a', cover: [1] },
    'wrong-type',
    'Book.cover: expected binary (a Uint8Array or Buffer), got array [ 1 ]',
  ],
  [
    'Book',
    { title: 'a', cover: 'x' },
    'wrong-type',
    'Book.cover: expected binary (a Uint8Array or Buffer), got string "x"',
  ],
  [
    'Book',
    { title: 'a', key: 'x' },
    'invalid-text',
    'Book.key: expected a uuid such as 123e4567-e89b-12d3-a456-426614174000, got string "x"',
  ],
  ['Book', null, 'wrong-type', 'Book: expected Book, got null'],
  ['Book', undefined, 'wrong-type', 'Book: expected Book, got undefined'],
  ['Book', () => 1, 'wrong-type', 'Book: expected Book, got function [Function (anonymous)]'],
  ['Sizes', [], 'wrong-type', 'Sizes: expected Sizes, got array []'],
  ['Sizes', new Map(), 'wrong-type', 'Sizes: expected Sizes, got object Map(0) {}'],
  ['Sizes', new Set([1]), 'wrong-type', 'Sizes: expected Sizes, got object Set(1) { 1 }'],
  ['Empty', new Map(), 'wrong-type', 'Empty: expected Empty, got object Map(0) {}'],
  ['Empty', { a: 1 }, 'unknown-field', 'Empty.a: Empty has no such field; it has none'],
  ['Lost', { code: 1 }, 'missing-field', 'Lost.message: the required field "message" (string) is not set'],
  ['i32', 'a', 'wrong-type', 'i32: expected i32, got string "a"'],
  ['float', 1e39, 'out-of-range', 'float: 1e+39 does not fit a float'],
  ['bool', 1, 'wrong-type', 'bool: expected bool, got number 1'],
  ['double', '1', 'wrong-type', 'double: expected double, got string "1"'],
  ['list<i32>', [1, 'x'], 'wrong-type', 'list<i32>[1]: expected i32, got string "x"'],
  [
    'map<Category, i32>',
    new Map<unknown, number>([
      ['MYSTERY', 1],
      [1, 2],
    ]),
    'duplicate-element',
    'map<Category, i32>: map<Category, i32> holds two keys that are equal',
  ],
];
