import { createRequire } from 'node:module';
import { expect } from 'chai';
import { makeClient } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import {
  applicationException,
  CALL,
  EXCEPTION,
  framed,
  hex,
  message,
  ONEWAY,
  REPLY,
  text,
  texts,
  toHex,
} from '../support/hex.ts';
import { KitexClient, readFrame } from '../support/kitex.ts';
import { closeAll, closing, RawClient, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const { PingPong } = loaded;
const why = 'the server is closing this connection: the call was not begun';
/** What a call gets that was not begun: its details are a field that others skip. */
const notBegun = Buffer.concat([
  applicationException(why, 1014).subarray(0, -1),
  hex('0b 4c54'),
  text('{"retryAfter":0}'),
  Buffer.of(0),
]);
const pong = (seqid: number) => message(REPLY, 'ping', seqid, texts({ 0: 'pong' }));
const begin = (name: string, seqid: number) => message(CALL, 'wait', seqid, texts({ 1: name }));

afterEach(closeAll);

describe('a server that drains', () => {
  for (const [what, wrap] of [
    ['buffered', (bytes: Buffer) => bytes],
    ['framed', framed],
    ['THeader', (bytes: Buffer) => headerFrame(bytes)],
  ] as const) {
    it(`says to calls that still come that they were not begun, and answers the others: ${what}`, async () => {
      const { raw, server, running, finish, notes } = await served();
      const peer = await raw();
      peer.send(wrap(begin('a', 7)));
      await until(() => running.length === 1);
      const closed = server.close();
      peer.send(wrap(message(CALL, 'ping', 7)));
      peer.send(wrap(message(ONEWAY, 'note', 7, texts({ 1: 'x' }))));
      await settle();
      finish('a');
      const header = Buffer.concat([hex('00 00'), pairs(1, [[':drain', 'true']])]);
      const answer = (bytes: Buffer) => (what === 'THeader' ? headerFrame(bytes, { header }) : wrap(bytes));
      const all = Buffer.concat([
        answer(message(REPLY, 'wait', 7, texts({ 0: 'a' }))),
        answer(message(EXCEPTION, 'ping', 7, notBegun)),
      ]);
      expect(toHex(await peer.readToEnd())).to.equal(toHex(all));
      await closed;
      expect(notes).to.deep.equal([]);
    });
  }

  it('says so over connections that were idle, and to clients that have just connected', async () => {
    const { raw, server } = await served();
    const [idle, fresh] = [await raw(), await raw()];
    idle.send(message(CALL, 'ping', 1));
    await idle.read(pong(1).length);
    await settle();
    const closed = server.close();
    for (const peer of [idle, fresh]) peer.send(message(CALL, 'ping', 2));
    const expected = toHex(message(EXCEPTION, 'ping', 2, notBegun));
    for (const peer of [idle, fresh]) expect(toHex(await peer.readToEnd())).to.equal(expected);
    await closed;
  });

  it('ends although a client goes on and on', async () => {
    const { raw, server } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'ping', 1));
    await peer.read(pong(1).length);
    const closed = server.close();
    let open = true;
    closed.then(() => {
      open = false;
    });
    while (open && peer.socket.writable) {
      peer.send(message(CALL, 'ping', 2));
      await settle(2);
    }
    await closed;
  });

  it('is understood by our clients: the call was answered, and may be made again', async () => {
    for (const transport of ['buffered', 'framed', 'header', 'ttheader'] as const) {
      const { address, server, running, finish } = await served();
      const client = closing(makeClient(PingPong, address, { transport }));
      const call = client.wait('a');
      await until(() => running.length === 1);
      const refused = rpcError(client.ping());
      const closed = server.close();
      const error = await refused;
      expect(error, transport).to.include({ code: 'UNAVAILABLE', phase: 'answered', message: why });
      expect(error.details).to.deep.equal({ retryAfter: 0 });
      finish('a');
      expect(await call).to.equal('a');
      await closed;
    }
  });

  it('tells the operator of oneway calls that it drops', async () => {
    const { raw, server, reported, notes } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'ping', 1));
    await peer.read(pong(1).length);
    const closed = server.close();
    peer.send(message(ONEWAY, 'note', 2, texts({ 1: 'x' })));
    await closed;
    expect(notes).to.deep.equal([]);
    expect(reported.map(({ error }) => String(error))).to.deep.equal([
      `RpcError: PingPong.note: this oneway call of ${peer.name} was dropped: ${why}`,
    ]);
  });

  it('is understood by npm thrift', async () => {
    const thrift = createRequire(import.meta.url)('thrift');
    const Service = createRequire(import.meta.url)('./http/generated/PingPong.js');
    const { address, server } = await served();
    const connection = thrift.createConnection(address.host, address.port, {
      transport: thrift.TFramedTransport,
    });
    connection.on('error', () => {
      // That the server ends the connection is what this is about.
    });
    const client = thrift.createClient(Service, connection);
    expect(await client.ping()).to.equal('pong');
    const closed = server.close();
    const error = await client.ping().catch((failure: unknown) => failure);
    expect(error).to.include({ name: 'TApplicationException', type: 1014, message: why });
    await closed;
  });
});

describe('the notice that a server gives', () => {
  it('goes with each reply where there is a place for it, and calls are served as ever', async () => {
    const { address, server, raw } = await served();
    const [buffered, header, kitex] = [await raw(), await raw(), await KitexClient.connect(address)];
    const before = await kitex.call('PingPong', 'ping', '00');
    expect([...before.texts]).to.deep.equal([]);
    const closed = server.close({ notice: Number.POSITIVE_INFINITY });
    const after = await kitex.call('PingPong', 'ping', '00');
    expect([...after.texts]).to.deep.equal([['crrst', '1']]);
    expect(after.type).to.equal(REPLY);
    const unknown = await kitex.call('PingPong', 'nope', '00');
    expect([...unknown.texts]).to.deep.equal([['crrst', '1']]);
    buffered.send(message(CALL, 'ping', 1));
    expect(toHex(await buffered.read(pong(1).length))).to.equal(toHex(pong(1)));
    header.send(headerFrame(message(CALL, 'ping', 7)));
    const parts = { header: Buffer.concat([hex('00 00'), pairs(1, [[':drain', 'true']])]) };
    const expected = headerFrame(pong(7), parts);
    expect(toHex(await header.read(expected.length))).to.equal(toHex(expected));
    await server.close();
    await closed;
  });

  it('goes to those that connect later too, and beside what a handler says', async () => {
    const { address, server } = await served({
      ping(context) {
        context.responseMetadata.set('a', 'b');
        return 'pong';
      },
    });
    const closed = server.close({ notice: Number.POSITIVE_INFINITY });
    const kitex = await KitexClient.connect(address);
    const { texts: told } = await kitex.call('PingPong', 'ping', '00');
    expect([...told]).to.deep.equal([
      ['a', 'b'],
      ['crrst', '1'],
    ]);
    await server.close();
    await closed;
  });

  it('goes unasked to a Kitex client that multiplexes, and to no other', async () => {
    const { address, server, running, finish } = await served();
    const [single, multiplexing] = [await RawClient.connect(address), await RawClient.connect(address)];
    const call = (name: string, seqid: number) =>
      headerFrame(begin(name, seqid), {
        magic: 0x1000,
        seqid,
        header: Buffer.concat([hex('00 00'), hex('10 0001 0009 0004'), Buffer.from('wait')]),
      });
    single.send(call('a', 1));
    multiplexing.send(call('b', 1), call('c', 2));
    await until(() => running.length === 3);
    const closed = server.close({ notice: Number.POSITIVE_INFINITY });
    const frame = headerFrame(Buffer.of(0), {
      magic: 0x1000,
      seqid: 0,
      header: hex('00 00 01 0001 0005 63 72 72 73 74 0001 31'),
    });
    expect(toHex(await multiplexing.read(frame.length))).to.equal(toHex(frame));
    for (const name of 'abc') finish(name);
    const size = (await single.read(4)).readInt32BE();
    expect(readFrame(await single.read(size))).to.include({ type: REPLY, seqid: 1 });
    await server.close();
    await closed;
  });

  it('makes HTTP clients take another connection', async () => {
    const { address, server } = await served();
    const post = (bytes: Buffer) =>
      Buffer.concat([
        Buffer.from(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${bytes.length}\r\n\r\n`),
        bytes,
      ]);
    const [early, later] = [await RawClient.connect(address), await RawClient.connect(address)];
    early.send(post(message(CALL, 'ping', 1)));
    await until(() => early.unread.includes('pong'));
    const closed = server.close({ notice: Number.POSITIVE_INFINITY });
    for (const peer of [early, later]) {
      peer.send(post(message(CALL, 'ping', 2)));
      const all = (await peer.readToEnd()).toString('latin1');
      expect(all).to.match(/connection: close/i);
      expect(all.endsWith(pong(2).toString('latin1'))).to.equal(true);
    }
    await server.close();
    await closed;
  });

  it('lets our clients go on: whatever connection they take, their calls are answered', async () => {
    for (const transport of ['header', 'ttheader', 'framed'] as const) {
      const { address, server } = await served();
      const client = closing(makeClient(PingPong, address, { transport }));
      await client.ping();
      const closed = server.close({ notice: Number.POSITIVE_INFINITY });
      for (let i = 0; i < 20; i++) expect(await client.count(i)).to.equal(i + 1);
      await server.close();
      await closed;
    }
  });
});
