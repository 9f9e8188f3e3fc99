import { expect } from 'chai';
import { explain } from '../../examples/pingpong/explain.ts';
import { describe as describeLoaded, idl, serialize } from '../../src/index.ts';
import { hex } from '../support/hex.ts';

const { Library, Everything, Closed } = idl(`
  enum Shelf { LOW = 1, HIGH = 7 }
  typedef list<Shelf> Shelves
  struct Book { 1: required string title }
  exception Closed { 1: i32 until }
  struct Everything {
    1: bool truth, 2: i8 tiny, 3: i16 small, 4: i32 medium, 5: i64 large, 6: double real,
    7: string text, 8: binary bytes, 9: uuid id, 10: Shelf shelf, 11: Shelves shelves,
    12: set<i32> ids, 13: map<i32, list<Book>> books,
  }
  service Library {
    Everything find(1: Everything like) throws (1: Closed closed)
  }
`);
const service = describeLoaded(Library);

const message = (kind: number, fields: Uint8Array | string, name = 'find') =>
  Buffer.concat([
    Buffer.of(0x80, 1, 0, kind, 0, 0, 0, name.length),
    Buffer.from(name),
    hex('0000 0007'),
    typeof fields === 'string' ? hex(fields) : fields,
  ]);

const everything = Buffer.concat([
  hex('0c 0001'),
  serialize(describeLoaded(Everything), {
    truth: true,
    tiny: -8,
    small: 300,
    medium: -1,
    large: 2n ** 53n + 1n,
    real: 6.25,
    text: '文',
    bytes: Buffer.of(0, 255),
    id: '00112233-4455-6677-8899-aabbccddeeff',
    shelf: 'HIGH',
    shelves: [1, 5],
    ids: new Set([3]),
    books: new Map([[9, [{ title: 'Emma' }]]]),
  }),
  hex('00'),
]);

const meanings = (bytes: Buffer) => explain(bytes, service)?.map(({ meaning }) => meaning);
const fields = (bytes: Buffer) => meanings(bytes)?.slice(4);

describe('examples/pingpong: --wire', () => {
  it('explains every type, by the names of the IDL', () => {
    expect(meanings(message(1, everything))).to.deep.equal([
      'binary protocol, version 1: call',
      'name of the method, 4 bytes',
      '"find"',
      'sequence id 7',
      'field 1: like, struct',
      '  field 1: truth, bool',
      '    true',
      '  field 2: tiny, i8',
      '    -8',
      '  field 3: small, i16',
      '    300',
      '  field 4: medium, i32',
      '    -1',
      '  field 5: large, i64',
      '    9007199254740993',
      '  field 6: real, double',
      '    6.25',
      '  field 7: text, string',
      '    length, 3 bytes',
      '    "文"',
      '  field 8: bytes, string',
      '    length, 2 bytes',
      '    binary',
      '  field 9: id, uuid',
      '    00112233-4455-6677-8899-aabbccddeeff',
      '  field 10: shelf, i32',
      '    HIGH, which is 7',
      '  field 11: shelves, list',
      '    2 elements, each i32',
      '      LOW, which is 1',
      '      5',
      '  field 12: ids, set',
      '    1 elements, each i32',
      '      3',
      '  field 13: books, map',
      '    1 entries, i32 to list',
      '      9',
      '      1 elements, each struct',
      '        field 1: title, string',
      '          length, 4 bytes',
      '          "Emma"',
      '        end of the fields',
      '  end of the fields',
      'end of the fields',
    ]);
  });

  it('leaves no byte out, and waits for a message that is not whole', () => {
    const bytes = message(2, everything);
    expect(Buffer.concat(explain(bytes, service)!.map(piece => piece.bytes))).to.deep.equal(bytes);
    for (let size = 0; size < bytes.length; size++)
      expect(explain(bytes.subarray(0, size), service), `${size} bytes`).to.equal(undefined);
  });

  it('explains one message where there are two', () => {
    const bytes = message(1, '00');
    expect(meanings(Buffer.concat([bytes, bytes]))).to.deep.equal(meanings(bytes));
  });

  it('tells the result, declared exceptions and undeclared ones apart', () => {
    const closed = Buffer.concat([hex('0c 0001'), serialize(Closed, { until: 8 }), hex('00')]);
    expect(fields(message(2, '0c 0000 00 00'))).to.include('field 0: the result, struct');
    expect(fields(message(2, closed))).to.include.members([
      'field 1: closed, struct',
      '  field 1: until, i32',
    ]);
    expect(fields(message(3, '0b 0001 00000002 6e6f 08 0002 00000006 00'))).to.deep.equal([
      'field 1: message, string',
      '  length, 2 bytes',
      '  "no"',
      'field 2: type, i32',
      '  6',
      'end of the fields',
    ]);
  });

  it('explains what the IDL does not know', () => {
    expect(fields(message(1, '0f 0063 02 00000001 01 00', 'else'))).to.deep.equal([
      'field 99: not in the IDL, list',
      '  1 elements, each bool',
      '    true',
      'end of the fields',
    ]);
  });

  const refused: readonly (readonly [what: string, bytes: Buffer, complaint: string])[] = [
    ['HTTP', Buffer.from('POST / HTTP/1.1'), 'this is not the binary protocol'],
    ['a frame', hex('0000 0011 8001 0001'), 'this is not the binary protocol'],
    ['a size below zero', message(1, '0b 0001 ffffffff'), 'a size below zero: -1'],
    ['a type that is none', message(1, '05 0001 00'), 'no type of Thrift has the number 5'],
    ['values too deep', message(1, '0c 0001 '.repeat(65)), 'more than 64 values in one another'],
  ];
  for (const [what, bytes, complaint] of refused) {
    it(`refuses ${what}`, () => expect(() => explain(bytes, service)).to.throw(complaint));
  }
});
