import { expect } from 'chai';
import { settling, toApache } from '../../src/apache/apache.ts';
import { loadSource, makeServer } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { framed, hex, message, REPLY } from '../support/hex.ts';
import { closeAll, closing, fakeServer, settle, until } from '../support/peers.ts';
import { dial, generated, listen, npm, shop } from './support.ts';

const ours = toApache(shop.Shop, { onError() {} });

afterEach(closeAll);

async function ourServer() {
  const server = closing(
    makeServer(
      shop.Shop,
      {
        ping: () => 'pong',
        find(id) {
          if (id < 0) throw new shop.NotFound({ id });
          return new shop.Item({ name: `item ${id}` });
        },
        remove() {},
        note() {},
      },
      { partial: true, onError() {} },
    ),
  );
  return server.listen({ port: 0 });
}

/** A server that answers each request of `size` bytes with the message that `body` makes of its sequence id. */
async function replying(size: number, body: (seqid: number) => Buffer) {
  return fakeServer(socket => {
    let seqid = 1;
    let got = 0;
    socket.on('data', data => {
      got += data.length;
      for (; got >= size; got -= size) socket.write(body(seqid++));
    });
  });
}

describe('toApache: Client', () => {
  it('has the shape of generated clients', () => {
    const client = new ours.Client({ flush() {} }, npm.TBinaryProtocol);
    for (const name of ['ping', 'find', 'note']) {
      expect(client).to.have.property(name).that.is.a('function');
      expect(client).to.have.property(`send_${name}`).that.is.a('function');
    }
    expect(client).to.have.property('recv_find').that.is.a('function');
    expect('recv_note' in client).to.equal(false);
    expect(client.seqid()).to.equal(0);
    expect(client.new_seqid()).to.equal(1);
    expect(client).to.be.instanceOf(toApache(shop.Base).Client);
    expect(toApache(shop.Shop).Client).to.equal(ours.Client);
    expect(toApache(shop.Shop)).to.equal(toApache(shop.Shop));
  });

  it('calls back where it is given a callback', async () => {
    const { port } = await ourServer();
    const client = npm.createClient(ours, dial(port));
    const found = await new Promise<unknown[]>(resolve =>
      client.find(5, (...args: unknown[]) => resolve(args)),
    );
    expect(found).to.deep.equal([null, new shop.Item({ name: 'item 5' })]);
    const missing = await new Promise<unknown>(resolve => client.find(-1, resolve));
    expect(missing).to.be.instanceOf(shop.NotFound);
    const done = await new Promise<unknown[]>(resolve => client.remove(1, (...args) => resolve(args)));
    expect(done).to.deep.equal([null, undefined]);
    await new Promise(resolve => client.note('x', resolve));
    const order: string[] = [];
    const refused = new Promise<unknown>(resolve =>
      client.find('x' as never, error => {
        order.push('callback');
        resolve(error);
      }),
    );
    order.push('returned');
    expect(await refused).to.have.property('message', 'Shop.find.id: expected i32, got string "x"');
    expect(order).to.deep.equal(['returned', 'callback']);
  });

  it('refuses a value before a byte is sent, and goes on', async () => {
    const { port } = await ourServer();
    const client = npm.createClient(ours, dial(port));
    for (const wrong of ['5', 2 ** 31, undefined, {}]) {
      const outcome = await client.find(wrong as never).then(
        () => 'sent',
        error => error.name,
      );
      expect(outcome).to.equal(wrong === undefined ? 'sent' : 'ValueError');
    }
    expect(await rejection(client.find(1, 2 as never) as never)).to.be.instanceOf(TypeError);
    expect(await client.find(5)).to.have.property('name', 'item 5');
    expect(Object.keys(client._reqs)).to.deep.equal([]);
  });

  it('keeps calls apart that a getter makes while another is written', async () => {
    const { port } = await ourServer();
    const { Boxes } = loadSource(
      'struct Box { 1: string name } service Boxes { string ping(), void nothing(1: Box box) }',
    );
    const client = npm.createClient(toApache(Boxes), dial(port)) as Record<
      string,
      (arg?: object) => Promise<unknown>
    >;
    let inner: Promise<unknown> | undefined;
    const box = {
      get name() {
        inner ??= client.ping!();
        return 'x';
      },
    };
    const outer = rejection(client.nothing!(box));
    expect(await outer)
      .to.include({ type: 1 })
      .and.be.instanceOf(npm.Thrift.TApplicationException);
    expect(await inner).to.equal('pong');
  });

  it('takes what a server answers that the IDL does not declare as a TApplicationException', async () => {
    const { port } = await ourServer();
    const client = npm.createClient(ours, dial(port));
    expect(await rejection(client.notes()))
      .to.be.instanceOf(npm.Thrift.TApplicationException)
      .and.to.include({ type: 1 });
  });

  it('rejects a reply without a result', async () => {
    const { address } = await replying(17, seqid => message(REPLY, 'ping', seqid));
    const client = npm.createClient(ours, dial(address.port));
    expect(await rejection(client.ping()))
      .to.be.instanceOf(npm.Thrift.TApplicationException)
      .and.to.include({ type: 5, message: 'Base.ping: unknown result' });
  });

  it('rejects a reply that does not fit, and goes on', async () => {
    const replies = [hex('0b 0000 00000001 ff 00'), hex('0b 0000 00000001 61 00')];
    const { address } = await replying(17, seqid => message(REPLY, 'ping', seqid, replies[seqid - 1]));
    const client = npm.createClient(ours, dial(address.port));
    expect(await rejection(client.ping()))
      .to.be.instanceOf(npm.Thrift.TProtocolException)
      .and.have.property('message')
      .that.matches(/^Base\.ping\.success: /);
    expect(await client.ping()).to.equal('a');
  });

  it('rejects a reply that its frame cuts short, and goes on', async () => {
    const replies = [hex('0b 0000 000000ff 61'), hex('0b 0000 00000001 61 00')];
    const { address } = await replying(21, seqid =>
      framed(message(REPLY, 'ping', seqid, replies[seqid - 1])),
    );
    const client = npm.createClient(ours, dial(address.port, { transport: npm.TFramedTransport }));
    expect(await rejection(client.ping())).to.be.instanceOf(npm.Thrift.TProtocolException);
    expect(await client.ping()).to.equal('a');
  });

  it('waits for a reply that comes byte by byte', async () => {
    const { port } = await listen(
      npm.createServer(ours, { find: (id: number) => new shop.Item({ name: `item ${id}` }) }),
    );
    const { address } = await fakeServer(socket => {
      const reply = message(REPLY, 'find', 1, hex('0c 0000 0b 0001 00000001 61 00 00'));
      for (const byte of reply) socket.write(Buffer.of(byte));
    });
    const client = npm.createClient(ours, dial(address.port));
    expect(await client.find(1)).to.deep.equal(new shop.Item({ name: 'a' }));
    expect(await npm.createClient(ours, dial(port)).find(2)).to.have.property('name', 'item 2');
  });

  it('counts the elements of a JSON reply, whatever it claims', async () => {
    const replies = [
      '[1,"ping",3,1,{"1":{"lst":["i32",2000000000,1]},"2":{"i32":6}}]',
      '[1,"ping",2,2,{"0":{"str":"a"}}]',
    ];
    const server = await fakeServer(socket => socket.on('data', () => socket.write(replies.shift()!)));
    const client = npm.createClient(ours, dial(server.address.port, { protocol: npm.TJSONProtocol }));
    expect(await rejection(client.ping())).to.have.property(
      'message',
      'a container claims 2000000000 elements, the message has 1',
    );
    expect(await client.ping()).to.equal('a');
  });

  it('calls the callback of a oneway call once, also when that throws', () => {
    const transport = new npm.TBufferedTransport(undefined, () => {});
    const client = new ours.Client(transport, npm.TBinaryProtocol);
    let calls = 0;
    const callback = () => {
      calls++;
      throw new Error('own');
    };
    expect(() => client.note('x', callback)).to.throw('own');
    expect(calls).to.equal(1);
  });

  it('sends nothing of a call whose connection failed to take it', async () => {
    for (const Transport of [npm.TBufferedTransport, npm.TFramedTransport]) {
      const sent: Buffer[] = [];
      let fails = true;
      const transport = new Transport(undefined, data => {
        if (fails) throw new Error('not now');
        sent.push(data);
      });
      const client = new ours.Client(transport, npm.TBinaryProtocol);
      expect(await rejection(client.ping())).to.have.property('message', 'not now');
      fails = false;
      client.note('x');
      expect(String(Buffer.concat(sent)))
        .to.contain('note')
        .and.not.contain('ping');
    }
  });

  it('refuses a service that streams', () => {
    const { S } = loadSource('service S { stream<i32> count() }', { onWarning() {} });
    expect(() => toApache(S)).to.throw(TypeError, "S.count: npm's thrift has no streaming methods");
    expect(() => toApache({} as never)).to.throw(TypeError, /expected a service/);
    expect(() => toApache(shop.Shop, { exposeError: true } as never)).to.throw(TypeError, /exposeError/);
  });
});

describe('settling', () => {
  for (const [whose, service] of [
    ['our', ours],
    ['a generated', generated],
  ] as const) {
    it(`ends calls of ${whose} client when the connection is lost`, async () => {
      const server = await fakeServer(() => {});
      const connection = dial(server.address.port);
      const client = settling(npm.createClient(service as typeof ours, connection), connection);
      const calls = [client.ping(), client.find(1)];
      await until(() => server.sockets.length > 0);
      server.sockets[0]!.destroy();
      for (const call of calls) expect(await rpcError(call)).to.have.property('code', 'UNAVAILABLE');
    });

    it(`ends calls of ${whose} client when nobody listens`, async () => {
      const server = await fakeServer(() => {});
      await server.close();
      const connection = dial(server.address.port);
      const client = settling(npm.createClient(service as typeof ours, connection), connection);
      const error = await rpcError(client.ping());
      expect(error.code).to.equal('UNAVAILABLE');
      expect(error.message).to.contain('ECONNREFUSED');
    });
  }

  it('rejects calls of our client on a connection that is closed', async () => {
    const server = await fakeServer(() => {});
    const connection = dial(server.address.port);
    const client = settling(npm.createClient(ours, connection), connection);
    const call = rpcError(client.ping());
    await until(() => server.sockets.length > 0);
    server.sockets[0]!.destroy();
    await call;
    expect(await rpcError(client.ping())).to.have.property('code', 'UNAVAILABLE');
    const late = settling(npm.createClient(ours, connection), connection);
    expect(await rpcError(late.ping())).to.have.property('code', 'UNAVAILABLE');
  });

  it('ends calls when the connection has been silent for its timeout', async () => {
    const server = await fakeServer(() => {});
    const connection = dial(server.address.port, { timeout: 30 });
    const client = settling(npm.createClient(ours, connection), connection);
    expect(await rpcError(client.ping())).to.have.property('code', 'DEADLINE_EXCEEDED');
  });

  it('ends what was sent when the connection is lost and made again, and goes on', async () => {
    const server = await fakeServer((socket, nth) => {
      if (nth === 1) socket.once('data', () => socket.destroy());
      else socket.on('data', () => socket.write(message(REPLY, 'ping', 2, hex('0b 0000 00000001 61 00'))));
    });
    const connection = dial(server.address.port, { max_attempts: 5 });
    const client = settling(npm.createClient(ours, connection), connection);
    expect(await rpcError(client.ping())).to.have.property('code', 'UNAVAILABLE');
    expect(await client.ping()).to.equal('a');
  });

  it('ends calls over HTTP that fail', async () => {
    const server = await fakeServer(socket => socket.destroy());
    const connection = npm.createHttpConnection('127.0.0.1', server.address.port, {});
    const client = settling(npm.createHttpClient(ours, connection), connection);
    expect(await rpcError(client.ping())).to.have.property('code', 'UNAVAILABLE');
    await settle();
  });
});
