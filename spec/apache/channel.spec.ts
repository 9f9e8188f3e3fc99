import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { apacheChannel, toApache } from '../../src/apache/apache.ts';
import { type ChannelState, makeClient, makeServer } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { framed, hex, message, REPLY } from '../support/hex.ts';
import { closeAll, closing, fakeServer, settle, until } from '../support/peers.ts';
import { dial, dialects, fullOrder, generated, listen, npm, shop, types } from './support.ts';

const ours = toApache(shop.Shop, { onError() {} });
const handler = {
  ping: () => 'pong',
  echo: (order: object) => order,
  async find(id: number) {
    if (id < 0) throw new shop.NotFound({ id });
    if (id === 0) throw new Error('undeclared');
    return new shop.Item({ name: `item ${id}` });
  },
  note() {},
};

afterEach(closeAll);

for (const { name, options } of dialects) {
  describe(`apacheChannel: ${name}`, () => {
    it('carries calls of our client beside those of a generated one', async () => {
      const { port } = await listen(npm.createServer(ours, handler, options));
      const connection = dial(port, options);
      const client = makeClient(shop.Shop, apacheChannel(connection));
      // Created later, it takes the place of whatever client the connection had.
      const other = npm.createClient(generated, connection);
      const [order, calls] = [fullOrder(), 40];
      const replies = await Promise.all(
        Array.from({ length: calls }, (_, i) =>
          Promise.all([
            client.find(i + 1),
            other.find(i + 1),
            client.echo(order),
            rejection(client.find(-1 - i)),
          ]),
        ),
      );
      for (const [i, [mine, theirs, echoed, missing]] of replies.entries()) {
        expect(mine).to.deep.equal(new shop.Item({ name: `item ${i + 1}` }));
        expect(theirs).to.deep.equal(new types.Item({ name: `item ${i + 1}` }));
        expect(echoed).to.deep.equal(order);
        expect(missing)
          .to.be.instanceOf(shop.NotFound)
          .with.property('id', -1 - i);
      }
      expect(await client.note('x')).to.equal(undefined);
      expect(await rpcError(client.find(0))).to.include({ code: 'INTERNAL', applicationType: 6 });
      expect(Object.keys(other._reqs)).to.deep.equal([]);
    });
  });
}

describe('apacheChannel', () => {
  it('talks to our own server', async () => {
    const server = closing(makeServer(shop.Base, { ping: () => 'pong' }));
    const { port } = await server.listen({ port: 0 });
    const client = makeClient(shop.Base, apacheChannel(dial(port)));
    expect(await client.ping()).to.equal('pong');
  });

  it('shares a connection with multiplexed clients', async () => {
    const processor = new npm.MultiplexedProcessor();
    processor.registerProcessor('shop', new ours.Processor(handler as never));
    const { port } = await listen(npm.createMultiplexServer(processor));
    const connection = dial(port);
    const channel = apacheChannel(connection);
    const multiplexed = new npm.Multiplexer().createClient('shop', ours, connection);
    const client = makeClient(shop.Shop, channel);
    expect(await multiplexed.ping()).to.equal('pong');
    // The server of this test knows only names with a service in them.
    const plain = client.ping({ timeout: 200 });
    expect(await rpcError(plain))
      .to.have.property('code')
      .that.is.oneOf(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);
  });

  it('carries calls over HTTP and over WebSocket', async () => {
    const services = { '/shop': { processor: ours, handler } };
    const { port, sockets } = await listen(npm.createWebServer({ services }));
    const http = npm.createHttpConnection('127.0.0.1', port, { path: '/shop' });
    const client = makeClient(shop.Shop, apacheChannel(http));
    expect(await client.ping()).to.equal('pong');
    expect(await client.find(1)).to.have.property('name', 'item 1');

    const options = { path: '/shop', protocol: npm.TBinaryProtocol };
    const ws = npm.createWSConnection('127.0.0.1', port, options);
    ws.on('error', () => {});
    ws.open();
    const channel = apacheChannel(ws);
    const second = makeClient(shop.Shop, channel);
    await channel.ready();
    expect(await second.ping()).to.equal('pong');
    expect(await rejection(second.find(-1))).to.be.instanceOf(shop.NotFound);
    // Its server never answers a close.
    for (const socket of sockets) socket.destroy();
    await once(ws as never, 'close');
    expect(await rpcError(second.ping())).to.have.property('code', 'UNAVAILABLE');
  });

  it('carries calls over Unix sockets and TLS', async () => {
    const path = join(tmpdir(), `livethrift-apache-${process.pid}.sock`);
    const local = npm.createServer(ours, handler);
    await once(local.listen(path), 'listening');
    const unix = npm.createUDSConnection(path, {});
    expect(await makeClient(shop.Shop, apacheChannel(unix)).ping()).to.equal('pong');
    unix.end();
    local.close();

    const identity = { key: certificate('server.key'), cert: certificate('server.crt') };
    const { port } = await listen(npm.createServer(ours, handler, { tls: identity }));
    const options = { ca: certificate('ca.crt'), secureProtocol: 'TLS_method' };
    const secure = npm.createSSLConnection('localhost', port, options);
    const channel = apacheChannel(secure);
    await channel.ready();
    expect(await makeClient(shop.Shop, channel).ping()).to.equal('pong');
    secure.end();
  });

  it('leaves nothing on a connection that many have used', async () => {
    const { port } = await listen(npm.createServer(ours, handler));
    const connection = dial(port);
    const before = connection.listenerCount('close');
    const channels = Array.from({ length: 20 }, () => apacheChannel(connection));
    for (const channel of channels) expect(await makeClient(shop.Base, channel).ping()).to.equal('pong');
    expect(connection.listenerCount('close')).to.equal(before + 1);
    await Promise.all(channels.map(channel => channel.close()));
    expect(connection.listenerCount('close')).to.equal(before);
    expect(connection).to.have.property('seqId2Service').that.deep.equals({});
  });

  it('rejects what waits when the connection is lost, and what comes after', async () => {
    const server = await fakeServer(() => {});
    const connection = dial(server.address.port);
    const client = makeClient(shop.Shop, apacheChannel(connection));
    const calls = [client.ping(), client.find(1)].map(rpcError);
    await until(() => server.sockets.length > 0);
    server.sockets[0]!.destroy();
    for (const error of await Promise.all(calls)) expect(error.code).to.equal('UNAVAILABLE');
    const late = await rpcError(client.ping());
    expect(late).to.include({ code: 'UNAVAILABLE', method: 'Base.ping' });
    expect(late.message).to.equal(`Base.ping: 127.0.0.1:${server.address.port}: the connection is closed`);
    expect(await rpcError(makeClient(shop.Base, apacheChannel(connection)).ping())).to.include({
      code: 'UNAVAILABLE',
    });
  });

  it('rejects what waits when there is nobody to connect to', async () => {
    const server = await fakeServer(() => {});
    await server.close();
    const channel = apacheChannel(dial(server.address.port));
    const error = await rpcError(makeClient(shop.Shop, channel).ping());
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.contain('ECONNREFUSED');
    expect(await rpcError(channel.ready())).to.have.property('code', 'UNAVAILABLE');
  });

  it('has the state of the connection, and tells it', async () => {
    const server = await fakeServer(() => {});
    const channel = apacheChannel(dial(server.address.port));
    const told: ChannelState[] = [];
    channel.onState(state => told.push(state));
    expect(channel.state).to.equal('connecting');
    await channel.ready();
    expect(channel.state).to.equal('ready');
    server.sockets[0]!.destroy();
    await until(() => channel.state === 'failing');
    await channel.close();
    await settle();
    expect(told).to.deep.equal(['ready', 'failing', 'closed']);
  });

  it('gives calls up after their time, and drops their late replies', async () => {
    const requests: Buffer[] = [];
    const server = await fakeServer(socket => socket.on('data', data => requests.push(data)));
    const connection = dial(server.address.port);
    const channel = apacheChannel(connection);
    const client = makeClient(shop.Shop, channel);
    const other = npm.createClient(generated, connection);
    const error = await rpcError(client.ping({ timeout: 20 }));
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED', method: 'Base.ping' });
    await until(() => requests.length > 0);
    const seqid = requests[0]!.readInt32BE(12);
    const said: unknown[] = [];
    connection.on('error', reason => said.push(reason));
    const late = message(REPLY, 'ping', seqid, hex('0b 0000 00000001 61 00'));
    const next = other.ping();
    await until(() => Buffer.concat(requests).length >= 34);
    server.sockets[0]!.write(Buffer.concat([late, message(REPLY, 'ping', 1, hex('0b 0000 00000001 62 00'))]));
    expect(await next).to.equal('b');
    expect(said).to.deep.equal([]);
  });

  it('numbers its calls apart from those of other clients', async () => {
    const requests: Buffer[] = [];
    const server = await fakeServer(socket => socket.on('data', data => requests.push(data)));
    const connection = dial(server.address.port);
    const first = makeClient(shop.Base, apacheChannel(connection));
    const second = makeClient(shop.Base, apacheChannel(connection));
    const calls = [first.ping(), second.ping(), npm.createClient(generated, connection).ping()];
    await until(() => Buffer.concat(requests).length >= 51);
    const sent = Buffer.concat(requests);
    const [one, two, three] = [12, 29, 46].map(at => sent.readInt32BE(at));
    expect(one).to.be.at.least(2 ** 30);
    expect(two).to.equal(one! + 1);
    expect(three).to.equal(1);
    connection.end();
    server.sockets[0]!.destroy();
    await Promise.all(calls.slice(0, 2).map(rpcError));
  });

  it('refuses a value before a byte is sent, and goes on', async () => {
    const { port } = await listen(npm.createServer(ours, handler));
    const client = makeClient(shop.Shop, apacheChannel(dial(port)));
    const error = await rejection(client.find('one' as never));
    expect(error).to.have.property('message', 'Shop.find.id: expected i32, got string "one"');
    expect(await client.find(1)).to.have.property('name', 'item 1');
  });

  it('says which reply does not fit, and goes on', async () => {
    const options = { transport: npm.TFramedTransport };
    const server = await fakeServer(socket => {
      socket.on('data', data => {
        const seqid = data.readInt32BE(16);
        const isFirst = seqid % 2 === first % 2;
        // A struct that ends too soon, in a frame that does not.
        const body = isFirst ? hex('0b 0000 000000ff 61 00') : hex('0b 0000 00000001 61 00');
        socket.write(framed(message(REPLY, 'ping', seqid, body)));
      });
    });
    const first = 0;
    const client = makeClient(shop.Base, apacheChannel(dial(server.address.port, options)));
    const outcomes = [await settled(client.ping()), await settled(client.ping())].sort();
    expect(outcomes[0]).to.match(/^INTERNAL Base.ping: .* sent a reply that does not fit: the frame ends/);
    expect(outcomes[1]).to.equal('a');
  });

  it('lets calls finish when it is closed, and leaves the connection to others', async () => {
    const { port } = await listen(npm.createServer(ours, handler));
    const connection = dial(port);
    const other = npm.createClient(generated, connection);
    const channel = apacheChannel(connection);
    const client = makeClient(shop.Shop, channel);
    const call = client.find(1);
    await channel.close();
    expect(await call).to.have.property('name', 'item 1');
    expect(await rpcError(client.ping())).to.have.property('code', 'UNAVAILABLE');
    expect(await other.ping()).to.equal('pong');
    expect(
      Object.keys(connection.client as object).filter(key => key.startsWith('livethrift')),
    ).to.deep.equal([]);
    await settle();
  });

  it('refuses a connection that cannot be shared', () => {
    expect(() => apacheChannel({ on() {} } as never)).to.throw(TypeError, /several clients can share/);
  });
});

function certificate(name: string): string {
  return readFileSync(new URL(`../support/certificates/${name}`, import.meta.url), 'utf8');
}

async function settled(call: Promise<string>): Promise<string> {
  return call.catch(({ code, message }) => `${code} ${message}`);
}
