import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { defaultLimits } from '../../src/limits.ts';
import { MessageHeader, type Protocol } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { ByteWriter } from '../../src/wire/writer.ts';
import { typedFor } from './arbitrary-value.ts';
import { engines, enginesOf, protocols, Subject, verdictOf } from './engines.ts';
import { typesOf } from './schema-of.ts';

for (const protocol of protocols) {
  describe(`depth, ${protocol.name}`, () => {
    for (const engine of enginesOf(protocol)) {
      it(`is counted alike in writing, reading, skipping and scanning (${engine})`, () => {
        fc.assert(
          fc.property(typedFor(protocol), fc.integer({ min: 1, max: 4 }), ({ type, value }, depth) => {
            const bytes = new Subject(engine, protocol).encode(type, value);
            const tight = new Subject(engine, protocol, { depth });
            const written = codeOf(() => tight.encode(type, value));
            const read = codeOf(() => tight.decode(type, bytes));
            const skipped = codeOf(() => protocol.skip(tight.reader(bytes), wireType.struct, 0));
            expect([read, skipped]).to.deep.equal(
              written === 'too-deep' ? ['depth-limit', 'depth-limit'] : [undefined, undefined],
            );
            const scanned = codeOf(() => scan(protocol, bytes, depth));
            // Of JSON brackets are counted, which tells no more than that it is far too deep.
            if (protocol.name !== 'json' || skipped === undefined) expect(scanned).to.equal(skipped);
          }),
          { numRuns: 100 },
        );
      });

      it(`is that of structs in structs; a list of them is no deeper than one alone (${engine})`, () => {
        const { S, R } = typesOf(
          'struct S { 1: S one, 2: list<S> many, 3: map<string, S> named } struct R { 1: list<list<list<i8>>> a }',
        );
        const subject = new Subject(engine, protocol, { depth: 2 });
        const fits = [
          { one: { one: {} } },
          { many: [{ many: [{ many: [] }] }] },
          { named: { a: { named: { a: {} } } } },
        ];
        for (const value of fits) {
          expect(verdictOf(() => subject.decode(S, subject.encode(S, value)))).to.have.property('value');
          for (const deeper of [{ one: value }, { many: [value] }, { named: { x: value } }])
            expect(codeOf(() => subject.encode(S, deeper))).to.equal('too-deep');
        }
        expect(codeOf(() => subject.encode(R, { a: [[[1]]] }))).to.equal(undefined);
        expect(codeOf(() => new Subject(engine, protocol, { depth: 1 }).encode(R, { a: [[[1]]] }))).to.equal(
          'too-deep',
        );
      });
    }
  });
}

function codeOf(run: () => unknown): string | undefined {
  const verdict = verdictOf(run);
  return 'value' in verdict ? undefined : verdict.code;
}

/** Whether the struct, as the body of a message, is one. */
function scan(protocol: Protocol, body: Buffer, depth: number): void {
  const w = new ByteWriter(64, 64);
  const at = protocol.writeMessage(w, 0, Object.assign(new MessageHeader(), { name: 'm', type: 1 }));
  const to = protocol.writeMessageEnd(w, at);
  const bytes = Buffer.concat([w.bytes.subarray(0, at), body, w.bytes.subarray(at, to)]);
  const end = protocol.scanner({ ...defaultLimits, depth }).scan(new Subject(engines[0]!).reader(bytes));
  if (end !== bytes.length) throw new DecodeError('truncated', end, 'not all of it');
}
