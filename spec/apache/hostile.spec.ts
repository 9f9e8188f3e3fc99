import { expect } from 'chai';
import fc from 'fast-check';
import { apacheStruct, toApache } from '../../src/apache/apache.ts';
import { fullOrder, npm, shop, type Transport } from './support.ts';

const Order = apacheStruct(shop.Order);
const { Processor } = toApache(shop.Shop, { onError() {} });

/** A call of `echo` with everything in it, as a peer would send it. */
function call(protocol: 'TBinaryProtocol' | 'TCompactProtocol' | 'TJSONProtocol'): Buffer {
  const chunks: Buffer[] = [];
  const transport = new npm.TBufferedTransport(undefined, data => chunks.push(data));
  const client = new (toApache(shop.Shop).Client)(transport, npm[protocol]);
  client.echo(new Order(fullOrder() as never), () => {});
  return Buffer.concat(chunks);
}

/** What comes of handing bytes to a processor: how often it answered, and what it threw. */
function processed(
  bytes: Buffer,
  protocol: 'TBinaryProtocol' | 'TCompactProtocol' | 'TJSONProtocol',
  Input: Transport,
): { answers: number; thrown: unknown } {
  let answers = 0;
  let thrown: unknown;
  const processor = new Processor({ echo: (order: object) => order } as never);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  const isFramed = Input === npm.TFramedTransport;
  Input.receiver(transport => {
    const output = new npm[protocol](new npm.TBufferedTransport(undefined, () => answers++));
    try {
      processor.process(new npm[protocol](transport), output);
    } catch (error) {
      thrown = error;
    }
  })(isFramed ? Buffer.concat([length, bytes]) : bytes);
  return { answers, thrown };
}

describe('apache: bytes that were never a call', () => {
  for (const protocol of ['TBinaryProtocol', 'TCompactProtocol', 'TJSONProtocol'] as const) {
    const valid = call(protocol);
    const edit = fc.record({
      at: fc.nat({ max: valid.length - 1 }),
      byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('[]{},:"0123456789'))),
    });

    it(`answers or throws, and ends, whatever is changed: ${protocol}`, () => {
      fc.assert(
        fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => {
          const bytes = Buffer.from(valid);
          for (const { at, byte } of edits) bytes[at] = byte;
          for (const Input of [npm.TBufferedTransport, npm.TFramedTransport]) {
            const { answers, thrown } = processed(bytes, protocol, Input);
            // Neither, where the change made it a oneway call.
            expect(answers + (thrown === undefined ? 0 : 1)).to.be.at.most(1);
          }
        }),
        { numRuns: 300 },
      );
    });

    it(`waits for the rest of what is cut short: ${protocol}`, () => {
      fc.assert(
        fc.property(fc.nat({ max: valid.length - 1 }), size => {
          const { answers, thrown } = processed(valid.subarray(0, size), protocol, npm.TBufferedTransport);
          expect(answers).to.equal(0);
          expect(thrown).to.have.property('name', 'InputBufferUnderrunError');
        }),
      );
    });
  }
});
