import { expect } from 'chai';
import { detect, recognise } from '../../src/transport/dialect.ts';
import { CALL, framed, hex, message, oldMessage } from '../support/hex.ts';

const detected = (bytes: Buffer) => {
  const spoken = detect(bytes, bytes.length);
  return spoken && `${spoken.protocol}, ${spoken.framing}`;
};
const seen = (bytes: Buffer) => recognise(bytes, 0, bytes.length);

describe('the first bytes of a client', () => {
  const strict = message(CALL, 'ping', 0);
  const old = oldMessage(CALL, 'ping', 0);

  it('tell an unframed strict message by its very first byte', () => {
    expect(detected(strict.subarray(0, 1))).to.equal('binary, buffered');
    expect(detected(strict)).to.equal('binary, buffered');
  });

  it('tell the others by the fifth byte', () => {
    for (const bytes of [framed(strict), old, framed(old)])
      expect(detected(bytes.subarray(0, 4))).to.equal(undefined);
    expect(detected(framed(strict).subarray(0, 5))).to.equal('binary, framed');
    expect(detected(old.subarray(0, 5))).to.equal('binary, buffered');
    expect(detected(framed(old).subarray(0, 5))).to.equal('binary, framed');
  });

  it('tell a compact message by 82, in a frame or not', () => {
    const compact = hex('82 21 00 04 70 69 6e 67 00');
    expect(detected(compact.subarray(0, 1))).to.equal('compact, buffered');
    expect(detected(framed(compact).subarray(0, 5))).to.equal('compact, framed');
  });

  it('take what no name begins with for a frame, so that a stranger is told at once', () => {
    expect(detected(framed(Buffer.from('{"metadata": {}}')))).to.equal('binary, framed');
    expect(detected(hex('00000023 0fff 0000 00000007'))).to.equal('binary, framed');
  });
});

describe('bytes that are no message of the expected kind', () => {
  const cases: readonly (readonly [string | undefined, Buffer])[] = [
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['HTTP', Buffer.from('POST /x HTTP/1.1\r\n')],
    ['HTTP', Buffer.from('OPTIONS * HTTP/1.1\r\n')],
    ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')],
    ['TLS', hex('16 03 01 02 00 01 00 01 fc')],
    ['TLS', hex('15 03 03 00 02 02 28')],
    ['SSH', Buffer.from('SSH-2.0-OpenSSH_9\r\n')],
    ['Redis', Buffer.from("-ERR unknown command 'x'\r\n")],
    ['Redis', Buffer.from('*1\r\n$4\r\nPING\r\n')],
    ['Thrift binary, unframed', message(CALL, 'ping', 0)],
    ['Thrift binary, framed', framed(message(CALL, 'ping', 0))],
    ['Thrift compact, unframed', hex('82 21 00 04 70 69 6e 67 00')],
    ['Thrift compact, framed', framed(hex('82 21 00 04 70 69 6e 67 00'))],
    ['Thrift header', hex('00000023 0fff 0000 00000007 0002 00 00')],
    ['TTHeader', hex('0000003b 1000 0000 00000007 0008 00 01')],
    ['Thrift JSON', Buffer.from('[1,"ping",1,0,{}]')],
    ['Thrift JSON, framed', framed(Buffer.from('[1,"ping",1,0,{}]'))],
    ["thriftpy's own JSON", framed(Buffer.from('{"metadata": {"version": 1}}'))],
    [undefined, hex('00 01 02 03 04 05 06 07')],
    [undefined, Buffer.alloc(0)],
  ];

  for (const [name, bytes] of cases) {
    it(`are ${name === undefined ? 'nothing known' : `recognised as ${name}`}: ${bytes.subarray(0, 8).toString('hex')}`, () => {
      expect(seen(bytes)).to.equal(name);
    });
  }
});
