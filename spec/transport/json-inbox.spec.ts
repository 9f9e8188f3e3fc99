import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { defaultLimits } from '../../src/limits.ts';
import { json } from '../../src/protocol/json.ts';
import { MessageHeader } from '../../src/protocol/protocol.ts';
import { wireType } from '../../src/protocol/types.ts';
import { Inbox } from '../../src/transport/inbox.ts';
import { transports } from '../../src/transport/transports.ts';
import type { ByteReader } from '../../src/wire/reader.ts';
import { typedFor } from '../codec/arbitrary-value.ts';
import { Subject } from '../codec/engines.ts';

const subject = new Subject('closures', json);

describe('an inbox of unframed JSON messages', () => {
  const anyBody = typedFor(json).map(({ type, value }) => subject.encode(type, value));

  it('finds the same messages whatever the chunks, with blanks between them or none', () => {
    const anyBlanks = fc.constantFrom('', '', '\n', ' \r\n\t');
    const bodies = fc.array(fc.tuple(anyBody, anyBlanks), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 60 })), (parts, sizes) => {
        const bytes = Buffer.concat(
          parts.flatMap(([body, blanks], i) => [
            Buffer.from(`[1,"m${i}",1,${i},`),
            body,
            Buffer.from(`]${blanks}`),
          ]),
        );
        const { inbox, names } = collecting();
        for (let at = 0; at < bytes.length; ) {
          const chunk = Buffer.from(bytes.subarray(at, at + sizes.next().value!));
          inbox.push(chunk, chunk.length);
          at += chunk.length;
        }
        expect(names).to.deep.equal(parts.map((_, i) => `m${i} ${i}`));
      }),
      { numRuns: 100 },
    );
  });

  it('takes blanks behind a message for no part of another, whenever they come', () => {
    const { inbox, names } = collecting();
    for (const chunk of ['[1,"one",1,1,{}]', '\r\n', '  ', '[1,"two",1,2,{}]', '\n']) {
      inbox.push(Buffer.from(chunk), chunk.length);
      expect(inbox.isMidMessage).to.equal(false);
    }
    expect(names).to.deep.equal(['one 1', 'two 2']);
  });

  it('fails at a broken message in the chunk that breaks it, or at the end of it', () => {
    for (const [text, code] of [
      ['[1,"m",1,0,{"1":{"i32":x}}]', 'invalid-data'],
      ['[2,', 'bad-version'],
      ['[1,"m",1,0,{]', 'invalid-data'],
      ['[1,"m",1,0,{}}', 'invalid-data'],
      [`[1,"${'x'.repeat(10_000)}`, 'size-limit'],
    ] as const) {
      for (const size of [1, 7, text.length]) {
        const { inbox } = collecting();
        const push = (): void => {
          for (let at = 0; at < text.length; at += size) {
            const chunk = Buffer.from(text.slice(at, at + size));
            inbox.push(chunk, chunk.length);
          }
        };
        expect(push, text.slice(0, 40)).to.throw(DecodeError).with.property('code', code);
      }
    }
  });
});

function collecting(): { inbox: Inbox; names: string[] } {
  const names: string[] = [];
  const take = (r: ByteReader): boolean => {
    const header = new MessageHeader();
    if (!json.readMessage(r, header)) throw r.truncated(r.pos, 4);
    json.skip(r, wireType.struct, 0);
    json.readMessageEnd(r);
    names.push(`${header.name} ${header.seqid}`);
    return true;
  };
  return {
    inbox: new Inbox(defaultLimits, transports.buffered.cutter(json, defaultLimits), { take }),
    names,
  };
}
