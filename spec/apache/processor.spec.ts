import { expect } from 'chai';
import { type ApacheOptions, toApache } from '../../src/apache/apache.ts';
import { makeClient, RpcError } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { CALL, framed, hex, message, ONEWAY, oldMessage, toHex } from '../support/hex.ts';
import { closeAll, RawClient, settle } from '../support/peers.ts';
import { dial, generated, listen, type NpmOptions, npm, shop, types } from './support.ts';

interface Reported {
  readonly error: unknown;
  readonly method: string;
}

/** A server of npm's with our processor, and what its `onError` was told. */
async function serving(handler: object, npmOptions: NpmOptions = {}, options: ApacheOptions = {}) {
  const reported: Reported[] = [];
  const ours = toApache(shop.Shop, {
    onError: (error, { method }) => reported.push({ error, method }),
    ...options,
  });
  const listening = await listen(npm.createServer(ours, handler, npmOptions));
  const { port } = listening;
  const client = npm.createClient(ours, dial(port, npmOptions));
  const raw = () => RawClient.connect({ host: '127.0.0.1', port });
  return { ...listening, client, reported, raw };
}

const { TApplicationException } = npm.Thrift;

afterEach(closeAll);

describe('toApache: Processor', () => {
  it('has the shape of generated processors', () => {
    const { Processor } = toApache(shop.Shop);
    const processor = new Processor({} as never);
    for (const name of ['ping', 'find', 'note']) expect(processor).to.have.property(`process_${name}`);
    expect(processor).to.have.property('_handler').that.deep.equals({});
  });

  it('takes results by value, by promise and by callback, with the handler as this', async () => {
    const item = new shop.Item({ name: 'x' });
    const { client, errors } = await serving({
      prefix: 'p',
      ping(this: { readonly prefix: string }) {
        return `${this.prefix}ong`;
      },
      async notes() {
        return ['a'];
      },
      find(id: number, result: (error: unknown, item?: object) => void) {
        if (id < 0) result(new shop.NotFound({ id }));
        else setImmediate(result, null, item);
      },
      // Fewer parameters than declared: npm's processors would wait for a callback.
      add: () => 5n,
      remove(_id: number, result: (error: unknown) => void) {
        result(null);
      },
    });
    expect(await client.ping()).to.equal('pong');
    expect(await client.notes()).to.deep.equal(['a']);
    expect(await client.find(1)).to.deep.equal(item);
    expect(await rejection(client.find(-1))).to.be.instanceOf(shop.NotFound);
    expect(await client.add(1n, 2n)).to.equal(5n);
    expect(await client.remove(1)).to.equal(undefined);
    expect(errors).to.deep.equal([]);
  });

  it('answers once, whatever a handler does', async () => {
    const { client, reported, errors } = await serving({
      async find(_id: number, result: (error: unknown, item?: object) => void) {
        result(null, { name: 'first' });
        result(null, { name: 'second' });
        result(new Error('third'));
        throw new Error('fourth');
      },
      ping: () => 'pong',
    });
    expect(await client.find(1)).to.have.property('name', 'first');
    expect(await client.ping()).to.equal('pong');
    expect(reported.map(({ error }) => (error as Error).message)).to.deep.equal(['third', 'fourth']);
    expect(errors).to.deep.equal([]);
  });

  for (const how of ['throws', 'rejects', 'calls back with'] as const) {
    it(`answers for a handler that ${how} what is not declared, without its text`, async () => {
      const failure = new Error('secret');
      const find = {
        throws(_id: number) {
          throw failure;
        },
        rejects: async (_id: number) => Promise.reject(failure),
        'calls back with': (_id: number, result: (error: unknown) => void) => result(failure),
      }[how];
      const { client, reported, errors } = await serving({ find });
      expect(await rejection(client.find(1)))
        .to.be.instanceOf(TApplicationException)
        .and.to.include({ type: 6, message: 'Shop.find: internal error' });
      expect(reported).to.deep.equal([{ error: failure, method: 'Shop.find' }]);
      expect(errors).to.deep.equal([]);
    });
  }

  it('tells callers the text of errors where it is asked to', async () => {
    const find = () => {
      throw new RangeError('too far');
    };
    const { client } = await serving({ find }, {}, { exposeErrors: true });
    expect(await rejection(client.find(1))).to.have.property('message', 'Shop.find: RangeError: too far');
  });

  it('hands on what a handler means for its caller, and no failure of its own calls', async () => {
    const failures = [
      new RpcError('NOT_FOUND', 'no such item'),
      new TApplicationException(10, 'of another kind'),
      new RpcError('UNAVAILABLE', 'the database', { peer: 'db:1' }),
    ];
    const { client, reported } = await serving({
      find: (id: number) => Promise.reject(failures[id]),
    });
    expect(await rejection(client.find(0))).to.include({ type: 1005, message: 'no such item' });
    expect(await rejection(client.find(1))).to.include({ type: 10, message: 'of another kind' });
    expect(await rejection(client.find(2))).to.include({ type: 6, message: 'Shop.find: internal error' });
    expect(reported).to.have.length(1);
  });

  it('answers for a method without a handler, a missing result, and a result that does not fit', async () => {
    const { client, reported } = await serving({
      ping: () => undefined,
      notes: () => [5],
      find() {
        throw new shop.NotFound({ id: 'x' } as never);
      },
    });
    expect(await rejection(client.add(1n, 1n))).to.include({ type: 1 });
    expect(await rejection(client.ping())).to.include({ type: 5 });
    expect(await rejection(client.notes())).to.include({ type: 6 });
    expect(await rejection(client.find(1))).to.include({ type: 6 });
    expect(reported.map(({ error }) => (error as Error).message)).to.deep.equal([
      'the handler returned nothing, expected string',
      'Shop.notes returned[0]: expected string, got number 5',
      'NotFound.id: expected i32, got string "x" (result of Shop.find)',
    ]);
  });

  it('answers nothing to a oneway call, and reports its errors', async () => {
    const { reported, errors, raw } = await serving({
      note: (text: string) => (text === 'a' ? Promise.reject(new Error('a')) : undefined),
      ping: () => 'pong',
    });
    const peer = await raw();
    peer.send(message(ONEWAY, 'note', 1, hex('0b 0001 00000001 61 00')), message(CALL, 'ping', 2));
    expect(toHex(await peer.read(12))).to.equal('800100020000000470696e67');
    await settle();
    expect(reported.map(({ method }) => method)).to.deep.equal(['Shop.note']);
    expect(errors).to.deep.equal([]);
  });

  it('answers a method that there is not, and goes on', async () => {
    const { errors, raw } = await serving({ ping: () => 'pong' });
    const peer = await raw();
    for (const name of ['nope', 'constructor', '__proto__', 'process']) {
      peer.send(message(CALL, name, 5, hex('0c 0001 0b 0001 00000001 61 00 00')));
      expect(toHex((await peer.read(12 + name.length)).subarray(0, 4))).to.equal('80010003');
      const text = `${name}: there is no such method here`;
      expect(String((await peer.read(text.length + 15)).subarray(7, -8))).to.equal(text);
    }
    peer.send(message(CALL, 'ping', 6), oldMessage(CALL, 'ping', 7));
    await peer.read(2 * 28);
    expect(errors).to.deep.equal([]);
  });

  it('answers arguments that do not fit, and goes on', async () => {
    const { errors, raw } = await serving({ echo: () => new shop.Order({ id: 1 }), ping: () => 'pong' });
    const peer = await raw();
    peer.send(message(CALL, 'echo', 5, hex('0c 0001 00 00')), message(CALL, 'ping', 6));
    const text = 'Shop.echo.order: the required field "id" (id 1) is missing';
    const answer = String(await peer.read(16 + 7 + text.length + 8 + 27));
    expect(answer).to.contain(text).and.to.contain('pong');
    expect(errors).to.deep.equal([]);
  });

  it('answers a frame that makes no sense, and goes on', async () => {
    const options = { transport: npm.TFramedTransport };
    const { errors, raw } = await serving({ ping: () => 'pong' }, options);
    const peer = await raw();
    // More elements than bytes; a type that does not exist.
    for (const body of [hex('0f 0001 0b 7fffffff 00'), hex('07 0001 00')]) {
      peer.send(framed(message(CALL, 'echo', 5, body)));
      const [length] = [await peer.read(4)].map(bytes => bytes.readInt32BE(0));
      expect(toHex((await peer.read(length!)).subarray(0, 4))).to.equal('80010003');
    }
    peer.send(framed(message(CALL, 'ping', 6)));
    expect(String(await peer.read(4 + 28 - 1))).to.contain('pong');
    expect(errors).to.deep.equal([]);
  });

  it('ends a connection without frames that makes no sense, and no other', async () => {
    const { client, errors, raw } = await serving({ ping: () => 'pong' });
    const peer = await raw();
    peer.send(message(CALL, 'echo', 5, hex('07 0001 00')));
    expect((await peer.readToEnd()).length).to.equal(0);
    expect(errors).to.have.length(1);
    expect(await client.ping()).to.equal('pong');
  });

  it('counts the elements of a JSON message, whatever it claims', async () => {
    const { errors, raw } = await serving({ ping: () => 'pong' }, { protocol: npm.TJSONProtocol });
    const peer = await raw();
    const bodies = [
      '{"1":{"rec":{"10":{"lst":["str",2000000000]}}}}',
      '{"1":{"rec":{"13":{"lst":["rec",2000000000,{}]}}}}',
      '{"1":{"rec":{"12":{"map":["str","i64",2000000000,{}]}}}}',
      '{"99":{"set":["dbl",2000000000,1]}}',
      '{"1":{"rec":{"1":{"i32":"x"}}}}',
      '{"1":{"rec":"none"}}',
    ];
    for (const body of bodies) {
      peer.send(Buffer.from(`[1,"echo",1,5,${body}]`));
      const answer = await readJson(peer);
      expect(answer[2], body).to.equal(3);
    }
    peer.send(Buffer.from('[1,"ping",1,6,{}]'));
    expect(await readJson(peer)).to.deep.equal([1, 'ping', 2, 6, { '0': { str: 'pong' } }]);
    expect(errors).to.deep.equal([]);
  });

  it('serves through a MultiplexedProcessor', async () => {
    for (const protocol of [npm.TBinaryProtocol, npm.TCompactProtocol, npm.TJSONProtocol]) {
      const { Processor } = toApache(shop.Shop, { onError() {} });
      const Base = toApache(shop.Base);
      const processor = new npm.MultiplexedProcessor();
      processor.registerProcessor('base', new Base.Processor({ ping: () => 'base' }));
      processor.registerProcessor(
        'shop',
        new Processor({
          ping: () => 'shop',
          flags: (flags: boolean[]) => flags,
          notes: () => ['ü'],
        } as never),
      );
      const { port } = await listen(npm.createMultiplexServer(processor, { protocol }));
      const connection = dial(port, { protocol });
      const multiplexer = new npm.Multiplexer();
      const base = multiplexer.createClient('base', Base, connection);
      const ours = multiplexer.createClient('shop', toApache(shop.Shop), connection);
      // One client for each name: npm's connections look replies up by it.
      const theirs = new npm.Multiplexer().createClient('shop', generated, dial(port, { protocol }));
      expect(await Promise.all([base.ping(), ours.ping(), theirs.ping()])).to.deep.equal([
        'base',
        'shop',
        'shop',
      ]);
      expect(await ours.flags([true, false])).to.deep.equal([true, false]);
      expect(await theirs.notes()).to.deep.equal(['ü']);
    }
  });

  it('serves our own client', async () => {
    const { port } = await serving({
      ping: () => 'pong',
      find: async () => Promise.reject(new RpcError('NOT_FOUND', 'no')),
    });
    const client = makeClient(shop.Shop, { host: '127.0.0.1', port });
    expect(await client.ping()).to.equal('pong');
    expect(await rpcError(client.find(1))).to.include({ code: 'NOT_FOUND', message: 'no' });
    await client.close();
  });

  for (const protocol of ['TBinaryProtocol', 'TCompactProtocol', 'TJSONProtocol'] as const) {
    it(`serves over HTTP and WebSocket: ${protocol}`, async () => {
      const handler = { ping: () => 'pong', find: (id: number) => new shop.Item({ name: `item ${id}` }) };
      const ours = toApache(shop.Shop);
      const options = { path: '/shop', protocol: npm[protocol] };
      const services = { '/shop': { processor: ours, handler, protocol: npm[protocol] } };
      const { port } = await listen(npm.createWebServer({ services }));
      const http = npm.createHttpConnection('127.0.0.1', port, options);
      expect(await npm.createHttpClient(generated, http).find(1)).to.deep.equal(
        new types.Item({ name: 'item 1' }),
      );
      const again = npm.createHttpConnection('127.0.0.1', port, options);
      expect(await npm.createHttpClient(ours, again).find(2)).to.deep.equal(
        new shop.Item({ name: 'item 2' }),
      );
      const ws = npm.createWSConnection('127.0.0.1', port, options).on('error', () => {});
      ws.open();
      expect(await npm.createWSClient(ours, ws).find(3)).to.deep.equal(new shop.Item({ name: 'item 3' }));
      expect(await npm.createWSClient(generated, ws).ping()).to.equal('pong');
    });
  }
});

/** The next JSON message that comes. */
async function readJson(peer: RawClient): Promise<unknown[]> {
  let text = '';
  for (;;) {
    text += String(await peer.read(1));
    if (!text.endsWith(']')) continue;
    try {
      return JSON.parse(text) as unknown[];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}
