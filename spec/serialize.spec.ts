import { expect } from 'chai';
import { DecodeError } from '../src/errors/decode-error.ts';
import { ValueError } from '../src/errors/value-error.ts';
import { loadSource } from '../src/load.ts';
import { deserialize, serialize } from '../src/serialize.ts';
import type { StructClass } from '../src/values/classes.ts';
import { describe as describeLoaded, type } from '../src/values/module.ts';

const module = loadSource(`
  struct User { 1: string name, 2: binary photo, 3: list<User> friends }
  enum Color { RED = 1 }
  typedef map<i32, User> Users
`);
const { User, Color, Users } = module;

describe('serialize and deserialize', () => {
  it('take a class, an enum, a typedef or any descriptor', () => {
    expect(deserialize(User, serialize(User, { name: 'a' })))
      .to.be.instanceOf(User)
      .and.include({ name: 'a' });
    expect(deserialize(Color, serialize(Color, 'RED'))).to.equal(1);
    expect(deserialize(Users, serialize(Users, new Map([[1, { name: 'a' }]]))).get(1).name).to.equal('a');
    expect(
      deserialize(describeLoaded(User as StructClass), serialize(describeLoaded(User as StructClass), {})),
    ).to.be.instanceOf(User);
    expect(deserialize(type(module, 'i64'), serialize(type(module, 'i64'), 5))).to.equal(5n);
    expect(deserialize(type(module, 'bool'), serialize(type(module, 'bool'), false))).to.equal(false);
    expect(
      deserialize(type(module, 'set<string>'), serialize(type(module, 'set<string>'), ['a'])),
    ).to.deep.equal(new Set(['a']));
  });

  it('write and read JSON, of any type and with blanks about it', () => {
    const user = { name: 'a', friends: [{ name: 'b' }] };
    const bytes = serialize(User, user, { protocol: 'json' });
    const text = Buffer.from(bytes).toString();
    expect(JSON.parse(text)).to.be.an('object');
    for (const given of [text, `\n${text}\r\n`])
      expect(deserialize(User, Buffer.from(given), { protocol: 'json' })).to.deep.include({
        name: 'a',
        friends: [new User({ name: 'b' })],
      });
    const list = type(module, 'list<i32>');
    expect(Buffer.from(serialize(list, [5], { protocol: 'json' })).toString()).to.equal('["i32",1,5]');
    expect(deserialize(list, Buffer.from(' ["i32" , 1 , 5 ]\n'), { protocol: 'json' })).to.deep.equal([5]);
  });

  it('refuse what is no type', () => {
    for (const wrong of ['User', undefined, null, {}, class {}, { kind: 'nothing' }, module]) {
      expect(() => serialize(wrong as never, {} as never)).to.throw(TypeError, 'expected a type');
      expect(() => deserialize(wrong as never, new Uint8Array())).to.throw(TypeError, 'expected a type');
    }
  });

  it('give bytes of their own', () => {
    const one = serialize(User, { name: 'a' });
    const two = serialize(User, { name: 'b' });
    expect(one).to.deep.equal(serialize(User, { name: 'a' }));
    one.fill(0);
    expect(deserialize(User, two)).to.include({ name: 'b' });
    // Small ones share memory, as small Buffers do: none can be taken from under the others.
    try {
      structuredClone(one, { transfer: [one.buffer as ArrayBuffer] });
    } catch {
      // Node 20 copies instead; later ones throw.
    }
    expect(deserialize(User, two)).to.include({ name: 'b' });
    const large = serialize(User, { name: 'a'.repeat(2000) });
    expect(large.buffer.byteLength).to.equal(large.length);
    expect(structuredClone(large, { transfer: [large.buffer as ArrayBuffer] })).to.have.length(2008);
  });

  it('give any number of small results, each by itself', () => {
    const all = Array.from({ length: 5000 }, (_, i) => [i, serialize(User, { name: `user ${i}` })] as const);
    for (const [i, bytes] of all) expect(deserialize(User, bytes)).to.include({ name: `user ${i}` });
  });

  it('give what a refused value between them leaves as it is', () => {
    const one = serialize(User, { name: 'a' });
    expect(() => serialize(User, { name: 'b'.repeat(20_000), photo: 'none' as never })).to.throw(ValueError);
    const two = serialize(User, { name: 'c' });
    expect([one, two].map(bytes => deserialize(User, bytes).name)).to.deep.equal(['a', 'c']);
  });

  it('give values that keep nothing of the bytes they were read from', () => {
    const bytes = serialize(User, { name: 'name', photo: Uint8Array.of(1, 2, 3) });
    const user = deserialize(User, bytes);
    bytes.fill(0xff);
    expect(user.photo).to.deep.equal(Uint8Array.of(1, 2, 3));
    expect(user.photo.buffer.byteLength).to.equal(3);
    expect(user.name).to.equal('name');
  });

  it('read from the middle of a larger buffer, and from shared memory', () => {
    const bytes = serialize(User, { name: 'a' });
    const around = new Uint8Array(new SharedArrayBuffer(bytes.length + 20));
    around.set(bytes, 10);
    expect(deserialize(User, around.subarray(10, 10 + bytes.length))).to.include({ name: 'a' });
    expect(() => deserialize(User, around.subarray(10, 9 + bytes.length))).to.throw(DecodeError, 'User');
  });

  it('refuse bytes that are none', () => {
    for (const wrong of [undefined, null, 'abc', [0], new ArrayBuffer(1), {}])
      expect(() => deserialize(User, wrong as never)).to.throw(
        TypeError,
        'deserialize: expected the bytes as a Uint8Array, got ',
      );
  });

  it('refuse options that are none', () => {
    expect(() => serialize(User, {}, { protcol: 'binary' } as never)).to.throw(
      TypeError,
      'there is no option "protcol"',
    );
    expect(() => deserialize(User, Uint8Array.of(0), { protocol: 'xml' } as never)).to.throw(
      TypeError,
      'got "xml"',
    );
    expect(() => serialize(User, {}, { limits: { depth: 0 } })).to.throw(TypeError, 'limits.depth');
  });

  it('keep to the depth they are given', () => {
    const nested = { friends: [{ friends: [{}] }] };
    const bytes = serialize(User, nested, { limits: { depth: 2 } });
    expect(bytes).to.deep.equal(serialize(User, nested));
    expect(() => serialize(User, nested, { limits: { depth: 1 } })).to.throw(ValueError, 'limits.depth');
    expect(() => deserialize(User, bytes, { limits: { depth: 1 } })).to.throw(DecodeError, 'limits.depth');
    expect(deserialize(User, bytes, { limits: { depth: 2 } }).friends).to.have.length(1);
  });

  it('go on after a value was refused, and after a large one', () => {
    expect(() => serialize(User, { name: 5 })).to.throw(
      ValueError,
      'User.name: expected string, got number 5',
    );
    const photo = new Uint8Array(3_000_000).fill(7);
    expect(deserialize(User, serialize(User, { photo })).photo).to.deep.equal(photo);
    expect(Buffer.from(serialize(User, { name: 'a' })).toString('hex')).to.equal('0b0001000000016100');
  });
});
