import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { type ClientOptions, makeClient, saslPlain } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { headerFrame, ttFrame } from '../support/frames.ts';
import { framed, hex, message, REPLY, texts } from '../support/hex.ts';
import { closeAll, closing, fakeServer, settle } from '../support/peers.ts';
import { loaded } from '../support/services.ts';

const binary = message(REPLY, 'ping', 1, texts({ 0: 'pong' }).fill(0, 1, 3));
const compact = hex('82 41 01 04 70 69 6e 67 08 00 04 70 6f 6e 67 00');
const json = Buffer.from('[1,"ping",2,1,{"0":{"str":"pong"}}]');

/** What may come back, and what a client of binary and buffered messages is told to try. */
const answers: readonly (readonly [what: string, bytes: Buffer, options: string])[] = [
  ['Thrift binary, framed', framed(binary), "transport: 'framed'"],
  ['Thrift compact, unframed', compact, "protocol: 'compact'"],
  ['Thrift compact, framed', framed(compact), "protocol: 'compact', transport: 'framed'"],
  ['Thrift JSON, unframed', json, "protocol: 'json'"],
  ['Thrift JSON, framed', framed(json), "protocol: 'json', transport: 'framed'"],
  ['Thrift with headers (THeader)', headerFrame(binary), "transport: 'header'"],
  ['Thrift with headers (TTHeader)', ttFrame(binary), "transport: 'ttheader'"],
  ['zlib', deflateSync(binary), 'zlib: true'],
  ['SASL', hex('02 00 00 00 05 61 62 63 64 65'), "sasl: saslPlain('user', 'password')"],
];

/** What this client is told when it gets these bytes, in chunks of `size`. */
async function told(own: ClientOptions, bytes: Buffer, size = bytes.length): Promise<string> {
  const { address } = await fakeServer(socket =>
    socket.once('data', async () => {
      for (let at = 0; at < bytes.length; at += size) {
        socket.write(bytes.subarray(at, at + size));
        await settle(2);
      }
    }),
  );
  const client = closing(makeClient(loaded.PingPong, address, { timeout: 5000, ...own }));
  const { code, message: text } = await rpcError(client.ping());
  expect(code, text).to.equal('INTERNAL');
  return text.replaceAll(`127.0.0.1:${address.port}`, 'peer');
}

describe('an answer in another dialect', () => {
  afterEach(closeAll);

  for (const [what, bytes, options] of answers) {
    it(`is recognised, and says what to try: ${what}`, async () => {
      const expected = `PingPong.ping: peer answered in ${what}: try { ${options} }; the connection to peer was closed`;
      expect(await told({}, bytes)).to.equal(expected);
      // The beginning of SASL is wrong before it can be told.
      if (what !== 'SASL') expect(await told({}, bytes, 1), 'one byte at a time').to.equal(expected);
    });
  }

  const others: readonly (readonly [ClientOptions, Buffer, string])[] = [
    [{ transport: 'framed' }, headerFrame(binary), "(THeader): try { transport: 'header' }"],
    [{ transport: 'framed' }, ttFrame(binary), "(TTHeader): try { transport: 'ttheader' }"],
    [{ transport: 'framed' }, deflateSync(binary), 'zlib: try { zlib: true }'],
    [{ transport: 'framed' }, binary, "Thrift binary, unframed: try { transport: 'buffered' }"],
    [
      { transport: 'framed', protocol: 'compact' },
      binary,
      "Thrift binary, unframed: try { protocol: 'binary', transport: 'buffered' }",
    ],
    [{ transport: 'framed', protocol: 'compact' }, headerFrame(compact), "try { transport: 'header' }"],
    [
      { protocol: 'compact' },
      ttFrame(binary),
      "(TTHeader): try { protocol: 'binary', transport: 'ttheader' }",
    ],
    [{ protocol: 'json' }, framed(json), "Thrift JSON, framed: try { transport: 'framed' }"],
    [{ transport: 'header' }, framed(binary), "Thrift binary, framed: try { transport: 'framed' }"],
    [
      { transport: 'header' },
      framed(compact),
      "Thrift compact, framed: try { protocol: 'compact', transport: 'framed' }",
    ],
    [{ transport: 'header' }, ttFrame(binary), "(TTHeader): try { transport: 'ttheader' }"],
    [{ transport: 'ttheader' }, headerFrame(binary), "(THeader): try { transport: 'header' }"],
    [{ transport: 'ttheader' }, binary, "Thrift binary, unframed: try { transport: 'buffered' }"],
    [{ transport: 'ttheader' }, deflateSync(binary), 'zlib: try { zlib: true }'],
  ];
  for (const [own, bytes, expected] of others) {
    it(`says what to try to a client of ${JSON.stringify(own)}: ${expected}`, async () => {
      expect(await told(own, bytes)).to.include(expected);
      expect(await told(own, bytes, 1), 'one byte at a time').to.match(
        /peer (answered in|sent what is no reply)/,
      );
    });
  }

  it('gives no advice that would change nothing', async () => {
    const broken = headerFrame(binary, { header: '00 00 01 ff ff ff ff 0f' });
    expect(await told({ transport: 'header' }, broken)).to.include(
      'peer sent what is no reply: a block of headers has the negative size -1',
    );
  });

  it('may be that of a server that knows no SASL', async () => {
    const text = await told(
      { sasl: saslPlain('user', 'password') },
      Buffer.from('HTTP/1.1 400 Bad\r\n\r\n'),
    ).catch(String);
    expect(text).to.include('SASL');
  });
});
