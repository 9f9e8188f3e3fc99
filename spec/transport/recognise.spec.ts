import { expect } from 'chai';
import { recognise, seenText } from '../../src/transport/recognise.ts';
import { CALL, framed, hex, message, oldMessage } from '../support/hex.ts';

const strict = message(CALL, 'ping', 0);
const old = oldMessage(CALL, 'ping', 0);
const compact = hex('82 21 00 04 70 69 6e 67 00');
/** An old message whose name and size make the first bytes look like other things. */
const oldOf = (name: string, size: number) => {
  const one = oldMessage(CALL, name, 0);
  return framed(Buffer.concat([one, Buffer.alloc(size - one.length)]));
};

/** What the bytes are, and how many of them it takes to tell. */
const cases: readonly (readonly [string | undefined, number, Buffer])[] = [
  ['Thrift binary, unframed', 1, strict],
  ['Thrift binary, unframed', 5, old],
  ['Thrift binary, framed', 5, framed(strict)],
  ['Thrift binary, framed', 9, framed(old)],
  ['Thrift binary, framed', 9, oldOf('ping', 256)],
  ['Thrift compact, unframed', 1, compact],
  ['Thrift compact, framed', 5, framed(compact)],
  ['Thrift JSON, unframed', 1, Buffer.from('[1,"ping",1,0,{}]')],
  ['Thrift JSON, framed', 5, framed(Buffer.from('[1,"ping",1,0,{}]'))],
  ['Thrift with headers (THeader)', 6, hex('00000023 0fff 0000 00000007 0002 00 00')],
  ['Thrift with headers (TTHeader)', 8, hex('0000003b 1000 0000 00000007 0008 00 01')],
  ['TLS', 2, hex('16 03 01 02 00 01 00 01 fc')],
  ['TLS', 2, hex('15 03 03 00 02 02 28')],
  ['zlib', 2, hex('78 01 63 60')],
  ['zlib', 2, hex('78 5e 63 60')],
  ['zlib', 2, hex('78 9c 63 60')],
  ['zlib', 2, hex('78 da 63 60')],
  ['SASL', 5, Buffer.concat([hex('01 00000005'), Buffer.from('PLAIN')])],
  ['SASL', 5, Buffer.concat([hex('03 00000011'), Buffer.from('no such mechanism')])],
  ['HTTP', 4, Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
  ['HTTP', 4, Buffer.from('GET / HTTP/1.1\r\n')],
  ['HTTP', 4, Buffer.from('POST /x HTTP/1.1\r\n')],
  ['HTTP', 4, Buffer.from('OPTIONS * HTTP/1.1\r\n')],
  ['HTTP/2', 4, Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
  ['SSH', 4, Buffer.from('SSH-2.0-OpenSSH_9\r\n')],
  ['Redis', 2, Buffer.from("-ERR unknown command 'x'\r\n")],
  ['Redis', 2, Buffer.from('*1\r\n$4\r\nPING\r\n')],
  ['Redis', 4, Buffer.from('PING\r\n')],
  ['Rocket', 9, hex('00002a 00000000 0400 0001 0000')],
  ['Thrift streams (TTHeader Streaming)', 8, hex('00000032 1000 0002 00000001 000a 10 00')],
  ['the Kitex mesh header', 2, hex('ffaf 0010 0000')],
  ["THeader's big frames", 4, Buffer.from('BIGF\0\0\0\0')],
  ["thriftpy's own JSON", 5, framed(Buffer.from('{"metadata": {"version": 1}}'))],
  [undefined, 5, hex('00 01 02 03 04 05 06 07')],
  [undefined, 9, Buffer.alloc(9)],
  [undefined, 4, Buffer.from('what?')],
];

const name = (bytes: Buffer) => {
  const seen = recognise(bytes, 0, bytes.length);
  return seen === undefined ? 'more' : seenText(seen);
};

describe('the first bytes of a peer', () => {
  for (const [expected, enough, bytes] of cases) {
    const start = bytes.subarray(0, 8).toString('hex');
    it(`are ${expected ?? 'nothing known'}, by byte ${enough}: ${start}`, () => {
      for (let length = 0; length < enough; length++)
        expect(name(bytes.subarray(0, length)), `${length} bytes`).to.equal('more');
      for (let length = enough; length <= bytes.length; length++)
        expect(name(bytes.subarray(0, length)), `${length} bytes`).to.equal(expected);
    });
  }

  it('are looked for where they stand', () => {
    const bytes = Buffer.concat([hex('16 03 01'), framed(compact), hex('16')]);
    const seen = recognise(bytes, 3, bytes.length - 1);
    expect(seen).to.deep.equal({ kind: 'messages', transport: 'framed', protocol: 'compact' });
  });
});
