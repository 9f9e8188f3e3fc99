import { expect } from 'chai';
import { makeClient, makeServer, type TransportName } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { EXCEPTION, framed, hex, message, ONEWAY, REPLY, texts, toHex } from '../support/hex.ts';
import { answering, closeAll, closing, fakeServer, RawClient, until } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

/** Bytes that thriftpy2 wrote; its clients number all their calls 0. */
const vectors = {
  ping: '80010001 00000004 70696e67 00000000 00',
  pong: '80010002 00000004 70696e67 00000000 0b0000 00000004 706f6e67 00',
  login: '80010001 00000005 6c6f67696e 00000000 0b0001 00000004 726f6f74 0b0002 00000003 707764 00',
  hello: '80010002 00000005 6c6f67696e 00000000 0b0000 0000000a 68656c6c6f20726f6f74 00',
};

/** The same, with another sequence id. */
function numbered(bytes: Buffer, seqid: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeInt32BE(seqid, 8 + copy.readInt32BE(4));
  return copy;
}

const wrap = (transport: TransportName, bytes: Buffer) => (transport === 'framed' ? framed(bytes) : bytes);

afterEach(closeAll);

for (const transport of ['buffered', 'framed'] as const) {
  describe(`the wire, ${transport}`, () => {
    it('is answered as thriftpy2 answers', async () => {
      const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
      const peer = await RawClient.connect(await server.listen({ port: 0 }));
      for (const [request, reply] of [
        ['ping', 'pong'],
        ['login', 'hello'],
      ] as const) {
        const expected = wrap(transport, hex(vectors[reply]));
        peer.send(wrap(transport, hex(vectors[request])));
        expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
      }
    });

    it('carries the calls that thriftpy2 makes', async () => {
      const requests: string[] = [];
      const size = wrap(transport, hex(vectors.login)).length;
      const peer = await answering(size, request => {
        requests.push(toHex(request));
        return wrap(transport, numbered(hex(vectors.hello), 1));
      });
      const client = closing(makeClient(loaded.PingPong, peer.address, { transport }));
      expect(await client.login('root', 'pwd')).to.equal('hello root');
      expect(requests).to.deep.equal([toHex(wrap(transport, numbered(hex(vectors.login), 1)))]);
    });

    it('says oneway for a oneway call, and carries no reply to it', async () => {
      const notes = waitingHandler();
      const server = closing(makeServer(loaded.PingPong, notes.handler));
      const address = await server.listen({ port: 0 });
      const peer = await RawClient.connect(address);
      peer.send(wrap(transport, message(ONEWAY, 'note', 7, texts({ 1: 'hi' }))));
      peer.send(wrap(transport, hex(vectors.ping)));
      const pong = wrap(transport, hex(vectors.pong));
      expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
      expect(notes.notes).to.deep.equal(['hi']);

      const sent: string[] = [];
      const fake = await fakeServer(socket => socket.on('data', chunk => sent.push(toHex(chunk))));
      const client = closing(makeClient(loaded.PingPong, fake.address, { transport }));
      expect(await client.note('hi')).to.equal(undefined);
      await client.close();
      const expected = toHex(wrap(transport, message(ONEWAY, 'note', 1, texts({ 1: 'hi' }))));
      await until(() => sent.join('').length >= expected.length);
      expect(sent.join('')).to.equal(expected);
    });

    it('carries a declared exception as a field of the result', async () => {
      const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
      const address = await server.listen({ port: 0 });
      const peer = await RawClient.connect(address);
      for (const name of ['find', 'findVoid']) {
        peer.send(wrap(transport, message(1, name, 3, '08 00 01 ff ff ff ff 00')));
        const expected = wrap(transport, message(REPLY, name, 3, '0c 00 01 08 00 01 ff ff ff ff 00 00'));
        expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
      }
      const client = closing(makeClient(loaded.PingPong, address, { transport }));
      const error = await rejection(client.find(-1));
      expect(error).to.be.instanceOf(loaded.NotFound).and.to.include({ id: -1 });
      expect(await rejection(client.findVoid(-2))).to.include({ id: -2 });
    });

    it('carries a void result as an empty struct', async () => {
      const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
      const peer = await RawClient.connect(await server.listen({ port: 0 }));
      const expected = wrap(transport, message(REPLY, 'nothing', 9));
      peer.send(wrap(transport, message(1, 'nothing', 9)));
      expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
    });

    it('carries an unknown method as an application exception of type 1, and goes on', async () => {
      const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
      const peer = await RawClient.connect(await server.listen({ port: 0 }));
      const body = Buffer.concat([texts({ 1: 'nope: there is no such method here' }).subarray(0, -1)]);
      const expected = wrap(
        transport,
        message(EXCEPTION, 'nope', -5, Buffer.concat([body, hex('08 00 02 00 00 00 01 00')])),
      );
      peer.send(wrap(transport, message(1, 'nope', -5, texts({ 1: 'skipped', 2: 'too' }))));
      expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
      const pong = wrap(transport, hex(vectors.pong));
      peer.send(wrap(transport, hex(vectors.ping)));
      expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    });

    it('has an application exception without a type for unknown, as npm servers send it', async () => {
      const reply = wrap(transport, message(EXCEPTION, 'ping', 1, texts({ 1: 'Unknown function ping' })));
      const fake = await answering(wrap(transport, hex(vectors.ping)).length, () => reply);
      const client = closing(makeClient(loaded.PingPong, fake.address, { transport }));
      const error = await rpcError(client.ping());
      expect(error).to.include({ code: 'UNKNOWN', message: 'Unknown function ping', applicationType: 0 });
    });
  });
}
