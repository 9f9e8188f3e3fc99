import { expect } from 'chai';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import { type } from '../../src/values/module.ts';
import { engines, Subject, verdictOf } from './engines.ts';
import { hex } from './schema-of.ts';

const module = loadSource(`
  struct User { 1: string name, 2: list<Address> addresses, 3: map<string, Address> byName, 4: map<Address, i32> keys,
    5: list<list<i32>> grid, 6: i64 id (js.type = "number"), 7: optional User friend, 8: bool ok }
  struct Address { 1: string zip, 2: required i32 number }
`);

const broken: readonly (readonly [string, string, string, string])[] = [
  ['User', '', 'truncated', 'User: expected 1 more bytes, the message has 0 (at byte 0)'],
  ['User', '0b00', 'truncated', 'User: expected 3 more bytes, the message has 2 (at byte 0)'],
  ['User', '0b0001 0000', 'truncated', 'User.name: expected 4 more bytes, the message has 2 (at byte 3)'],
  [
    'User',
    '0b0001 00000005 6162',
    'truncated',
    'User.name: a string claims a size of 5, the message has 6 more bytes (at byte 3)',
  ],
  ['User', '0b0001 ffffffff', 'negative-size', 'User.name: a string has the negative size -1 (at byte 3)'],
  [
    'User',
    '0b0001 00000001 ff 00',
    'invalid-utf8',
    'User.name: the text is not valid UTF-8 (load with utf8: "replace" to let it pass) (at byte 7)',
  ],
  [
    'User',
    '0f0002 0c 00000002 0b0001 00000000 080002 00000007 00 0b0001 00000001',
    'truncated',
    'User.addresses[1].zip: a string claims a size of 1, the message has 4 more bytes (at byte 26)',
  ],
  [
    'User',
    '0f0002 0c 00000001 00 00',
    'missing-field',
    'User.addresses[0]: the required field "number" (id 2) is missing (at byte 8)',
  ],
  [
    'User',
    '0d0003 0b0c 00000001 00000001 61 00 00',
    'missing-field',
    'User.byName[entry 0]: the required field "number" (id 2) is missing (at byte 14)',
  ],
  [
    'User',
    '0d0003 0b0c 00000001 00000001 ff 00 00',
    'invalid-utf8',
    'User.byName.key(0): the text is not valid UTF-8 (load with utf8: "replace" to let it pass) (at byte 13)',
  ],
  [
    'User',
    '0d0004 0c08 00000001 00 00000001 00',
    'missing-field',
    'User.keys.key(0): the required field "number" (id 2) is missing (at byte 9)',
  ],
  [
    'User',
    '0f0005 0f 00000002 08 00000000 0b 00000001 00000000 00',
    'invalid-data',
    'User.grid[1]: expected list<i32>, the elements have another type (at byte 21)',
  ],
  [
    'User',
    '0f0005 0f 7fffffff 08',
    'truncated',
    'User.grid: a container claims a size of 2147483647, the message has 5 more bytes (at byte 4)',
  ],
  [
    'User',
    '0f0005 0f 80000000',
    'negative-size',
    'User.grid: a container has the negative size -2147483648 (at byte 4)',
  ],
  [
    'User',
    '0a0006 0020000000000000 00',
    'unsafe-integer',
    'User.id: i64 9007199254740992 is beyond 2^53-1; load it as bigint (at byte 3)',
  ],
  [
    'User',
    '0a0006 ffdfffffffffffff 00',
    'unsafe-integer',
    'User.id: i64 -9007199254740993 is beyond 2^53-1; load it as bigint (at byte 3)',
  ],
  [
    'User',
    '0c0007 0c0007 0b0001 00000001 c3 00 00 00',
    'invalid-utf8',
    'User.friend.friend.name: the text is not valid UTF-8 (load with utf8: "replace" to let it pass) (at byte 13)',
  ],
  ['User', '110009 00', 'invalid-data', 'User: there is no type with the id 17 (at byte 3)'],
  [
    'User',
    '0b0009 7fffffff',
    'truncated',
    'User: a string claims a size of 2147483647, the message has 4 more bytes (at byte 3)',
  ],
  ['User', '00 01', 'trailing-bytes', 'User: 1 bytes follow the value (at byte 1)'],
  ['i32', '0000', 'truncated', 'i32: expected 4 more bytes, the message has 2 (at byte 0)'],
  [
    'list<i32>',
    '0b 00000001 00000000',
    'invalid-data',
    'list<i32>: expected list<i32>, the elements have another type (at byte 0)',
  ],
  [
    'map<i32, User>',
    '080c 00000001 00000001 0b0001 00000009',
    'truncated',
    'map<i32, User>[entry 0].name: a string claims a size of 9, the message has 4 more bytes (at byte 13)',
  ],
];

for (const engine of engines) {
  describe(`bytes that cannot be decoded, ${engine}`, () => {
    const subject = new Subject(engine);
    for (const [expression, bytes, code, message] of broken) {
      it(message, () => {
        expect(verdictOf(() => subject.decode(type(module, expression), hex(bytes)))).to.include({
          code,
          message,
        });
      });
    }

    it('nest deeper than the limit, by however much', () => {
      const User = type(module, 'User');
      const nested = (depth: number) => hex(`${'0c0007'.repeat(depth)}${'00'.repeat(depth + 1)}`);
      expect(verdictOf(() => subject.decode(User, nested(64)))).to.have.property('value');
      for (const bytes of [nested(65), nested(100_000), hex('0c0007'.repeat(100_000))]) {
        expect(verdictOf(() => subject.decode(User, bytes))).to.deep.include({
          code: 'depth-limit',
          path: `User${'.friend'.repeat(65)}`,
          offset: 65 * 3,
        });
      }
      const unknown = hex(`${'0c0009'.repeat(100_000)}`);
      expect(verdictOf(() => subject.decode(User, unknown))).to.include({ code: 'depth-limit' });
      const tight = new Subject(engine, binary, { depth: 1 });
      expect(verdictOf(() => tight.decode(User, nested(2)))).to.include({ code: 'depth-limit' });
      expect(verdictOf(() => tight.decode(User, nested(1)))).to.have.property('value');
    });

    it('may hold any text in the innermost struct, also in fields that nobody knows', () => {
      const User = type(module, 'User');
      const inner = '0b0001 00000001 61 0b0009 00000001 61 080009 00000001';
      const bytes = hex(`${'0c0007'.repeat(64)} ${inner} ${'00'.repeat(65)}`);
      expect(verdictOf(() => subject.decode(User, bytes))).to.have.property('value');
    });

    it('are told by an error whose stack begins where the caller called', () => {
      let error: unknown;
      try {
        subject.decode(type(module, 'User'), hex('0b'));
      } catch (thrown) {
        error = thrown;
      }
      expect(error).to.be.instanceOf(DecodeError);
      expect((error as Error).stack)
        .to.match(/^DecodeError: User: /)
        .and.contain('decode-errors.spec.ts');
    });
  });
}

describe('utf8: "replace"', () => {
  for (const engine of engines) {
    it(`puts U+FFFD in the place of what is not UTF-8 (${engine})`, () => {
      const lenient = loadSource('struct S { 1: string a, 2: map<string, string> b }', { utf8: 'replace' });
      const decoded = new Subject(engine).decode(
        type(lenient, 'S'),
        hex('0b0001 00000003 61ff62 0d0002 0b0b 00000001 00000001 80 00000002 c328 00'),
      );
      expect(decoded).to.deep.include({ a: 'a\ufffdb', b: new Map([['\ufffd', '\ufffd(']]) });
    });
  }
});
