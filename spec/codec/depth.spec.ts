import { expect } from 'chai';
import { deserializeWith, serializeWith } from '../../src/codec/checked.ts';
import { Codecs } from '../../src/codec/codecs.ts';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { ValueError } from '../../src/errors/value-error.ts';
import { defaultLimits } from '../../src/limits.ts';
import { loadSource } from '../../src/load.ts';
import { binary } from '../../src/protocol/binary.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import type { TypeDescriptor } from '../../src/schema/descriptor.ts';
import { describe as descriptorOf } from '../../src/values/module.ts';
import { ByteReader } from '../../src/wire/reader.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { engines } from './engines.ts';

const { Tree, Empty } = loadSource('struct Tree { 1: i32 value, 2: list<Tree> children } struct Empty {}');
const [tree, empty] = [descriptorOf(Tree), descriptorOf(Empty)] as unknown as [
  TypeDescriptor,
  TypeDescriptor,
];

/** A tree of so many structs, one inside the other. */
function nested(structs: number): object {
  let at: object = { value: 0 };
  for (let i = 1; i < structs; i++) at = { value: i, children: [at] };
  return at;
}

const writer = (depth: number) => new ByteWriter(64, depth);

function reader(bytes: Uint8Array): ByteReader {
  const r = new ByteReader(defaultLimits);
  r.attach(Buffer.from(bytes));
  r.window(0, bytes.length, false);
  return r;
}

for (const engine of engines) {
  describe(`depth, ${engine}`, () => {
    const codecs = new Codecs(binary, engine);

    it('counts structs, not the lists they stand in: what Apache nests 64 deep passes', () => {
      const bytes = serializeWith(codecs, tree, nested(64), writer(64));
      expect(deserializeWith(codecs, tree, reader(bytes))).to.be.an('object');
    });

    it('refuses to write and to read one struct too many', () => {
      expect(() => serializeWith(codecs, tree, nested(66), writer(64))).to.throw(
        ValueError,
        'nested deeper than 64',
      );
      const bytes = serializeWith(codecs, tree, nested(66), writer(100));
      expect(() => deserializeWith(codecs, tree, reader(bytes))).to.throw(
        DecodeError,
        'nested deeper than 64',
      );
    });

    it('skips as deep as it reads', () => {
      const r = reader(serializeWith(codecs, tree, nested(64), writer(64)));
      expect(deserializeWith(codecs, empty, r)).to.deep.equal(new Empty());
      const deeper = reader(serializeWith(codecs, tree, nested(66), writer(100)));
      expect(() => deserializeWith(codecs, empty, deeper)).to.throw(DecodeError, 'nested deeper than 64');
    });

    it('scans as deep as it reads', () => {
      const header = Object.assign(new MessageHeader(), { name: 'm', type: 1 });
      const scan = (structs: number) => {
        const w = writer(100);
        const at = binary.writeMessage(w, 0, header);
        const end = codecs.of(tree).encode(w, nested(structs), at, 0);
        const r = new ByteReader(defaultLimits);
        r.attach(w.bytes);
        r.window(0, end, true);
        return binary.scanner(defaultLimits).scan(r) === end;
      };
      expect(scan(64)).to.equal(true);
      expect(() => scan(66)).to.throw(DecodeError, 'nested deeper than 64');
    });
  });
}
