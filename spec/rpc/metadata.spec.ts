import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  type Address,
  type ClientOptions,
  type Context,
  connect,
  Metadata,
  type MetadataInit,
  type MetadataValue,
  makeClient,
  RpcError,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';
import { all, chatting } from './streaming/chat.ts';

afterEach(closeAll);

describe('metadata', () => {
  it('is texts by name, and bytes under names that end in -bin', () => {
    const bytes = Buffer.from([0, 255, 1]);
    const metadata = new Metadata({ a: '1', 'b-bin': bytes }).set('Ä', 'ö');
    expect(metadata.size).to.equal(3);
    expect(metadata.get('a')).to.equal('1');
    expect(metadata.get('b-bin')).to.deep.equal(Uint8Array.from(bytes));
    expect(metadata.get('c')).to.equal(undefined);
    expect(metadata.has('Ä')).to.equal(true);
    expect([...metadata.headers]).to.deep.equal([
      ['a', '1'],
      ['b-bin', 'AP8B'],
      ['Ä', 'ö'],
    ]);
    expect(metadata.delete('a')).to.equal(true);
    expect([...metadata].map(([name]) => name)).to.deep.equal(['b-bin', 'Ä']);
    expect([...new Metadata(metadata)]).to.deep.equal([...metadata]);
    expect(inspect(metadata)).to.include('Ä');
  });

  const refused: readonly (readonly [init: unknown, told: string])[] = [
    ['x', 'expected an object of values by name, got x'],
    [{ a: 1 }, 'metadata.a: expected a text, got 1'],
    [{ a: Buffer.from('x') }, 'bytes go under a name that ends in -bin'],
    [{ 'a-bin': 'x' }, "metadata.a-bin: names that end in -bin are for bytes, got 'x'"],
    [{ a: '\ud800' }, 'metadata.a: half a surrogate pair has no UTF-8'],
    [{ '': 'x' }, "expected a name, got ''"],
    [[[1, 'x']], 'expected a name, got 1'],
  ];
  for (const [init, told] of refused) {
    it(`refuses ${inspect(init)}`, () => {
      expect(() => new Metadata(init as MetadataInit)).to.throw(TypeError, told);
    });
  }
});

/** A server that answers with what came, and tells clients something of its own. */
async function echoing() {
  const seen: Map<string, MetadataValue>[] = [];
  const all = await served({
    ping(context: Context) {
      seen.push(new Map(context.metadata));
      context.responseMetadata.set('took', '3').set('raw-bin', Uint8Array.of(0, 200));
      return 'pong';
    },
    find(_id, context) {
      context.responseMetadata.set('took', '4');
      throw new loaded.NotFound({ id: 1 });
    },
    login(_username, _password, context) {
      context.responseMetadata.set('took', '5');
      throw new RpcError('NOT_FOUND', 'nobody', { details: { user: 'ada', known: [1, 2] } });
    },
    count(value, context) {
      if (value > 0) context.responseMetadata.set('a\nb', 'no name for HTTP');
      return value;
    },
  });
  const { port } = all.address;
  const client = (transport: string, options: ClientOptions = {}) =>
    transport === 'http'
      ? open(`http://127.0.0.1:${port}/`, options)
      : open(all.address, { transport: transport as 'header', ...options });
  return { ...all, seen, open: client };
}

const open = (address: Address, options: ClientOptions) =>
  closing(makeClient(loaded.PingPong, address, options));

for (const transport of ['header', 'ttheader', 'http']) {
  describe(`the metadata of a call, ${transport}`, () => {
    it('reaches its handler, over that of the client and the channel', async () => {
      const { open, seen } = await echoing();
      const client = open(transport, { headers: { a: '1', b: '1', c: '1' }, metadata: { b: '2', c: '2' } });
      await client.ping({ metadata: { c: '3', 'd-bin': Buffer.from([7, 0]) } });
      await client.$with({ metadata: [['c', '4']] }).ping();
      const told = seen.map(map => ['a', 'b', 'c', 'd-bin'].map(name => map.get(name)));
      expect(told).to.deep.equal([
        ['1', '2', '3', Uint8Array.of(7, 0)],
        ['1', '2', '4', undefined],
      ]);
    });

    it('comes back with a reply, an exception, and a status', async () => {
      const { open } = await echoing();
      const client = open(transport);
      const told: (string | undefined)[] = [];
      const bytes: (Uint8Array | undefined)[] = [];
      const onHeaders = (metadata: Metadata) => {
        told.push(metadata.get('took'));
        bytes.push(metadata.get('raw-bin'));
      };
      expect(await client.ping({ onHeaders })).to.equal('pong');
      expect(await rejection(client.find(1, { onHeaders }))).to.be.instanceOf(loaded.NotFound);
      const error = await rpcError(client.login('a', 'b', { onHeaders }));
      expect(told).to.deep.equal(['3', '4', '5']);
      expect(bytes[0]).to.deep.equal(Uint8Array.of(0, 200));
      expect(error).to.include({ code: 'NOT_FOUND', message: 'nobody', phase: 'answered' });
      expect(error.details).to.deep.equal({ user: 'ada', known: [1, 2] });
      expect(error.metadata?.get('took')).to.equal('5');
    });

    it('is told before the call settles; a listener that throws fails its call alone', async () => {
      const { open } = await echoing();
      const client = open(transport);
      const failure = new Error('no');
      const failing = client.ping({
        onHeaders() {
          throw failure;
        },
      });
      expect(await rejection(failing)).to.equal(failure);
      expect(await client.ping()).to.equal('pong');
    });
  });
}

describe('metadata that HTTP has no place for', () => {
  const ofHttp = [
    ...['connection', 'content-length', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
    'Trailer',
  ];

  it('fails the call whose reply it belongs to, and the operator learns why', async () => {
    const { open, reported } = await echoing();
    const client = open('http');
    expect(await rpcError(client.count(1))).to.include({ code: 'INTERNAL' });
    expect(String(reported[0]?.error)).to.include('a\nb');
    expect(await client.count(0)).to.equal(0);
  });

  for (const name of ofHttp) {
    it(`is what HTTP says itself: ${name}, of a reply`, async () => {
      const { address, reported } = await served({
        ping(context) {
          context.responseMetadata.set('a', '1').set(name, 'chunked');
          return 'pong';
        },
        login(_username, _password, context) {
          context.responseMetadata.set(name, '3');
          throw new RpcError('NOT_FOUND', 'nobody');
        },
      });
      const client = open(`http://127.0.0.1:${address.port}/`, {});
      for (const call of [client.ping(), client.login('a', 'b')])
        expect(await rpcError(call)).to.include({ code: 'INTERNAL', phase: 'answered' });
      const told = reported.map(({ error, context: { method } }) => [method, String(error)]);
      const why = `TypeError: metadata.${name}: HTTP has this name for what it says`;
      expect(told.map(([method, error]) => [method, error!.slice(0, why.length)])).to.deep.equal([
        ['PingPong.ping', why],
        ['PingPong.login', why],
      ]);
      expect(await client.count(0)).to.equal(1);
    });

    it(`is what HTTP says itself: ${name}, of a call`, async () => {
      const { open, seen } = await echoing();
      const error = await rejection(open('http').ping({ metadata: { a: '1', [name]: 'chunked' } }));
      expect(error).to.be.instanceOf(TypeError);
      expect(String(error)).to.include(`metadata.${name}: HTTP has this name for what it says`);
      expect(seen).to.deep.equal([]);
    });
  }
});

describe('metadata that came over HTTP', () => {
  it('may be passed on with another call as it came, and that of its reply, too', async () => {
    const { open: inside, seen } = await echoing();
    const inner = inside('http');
    const outer = await served({
      ping({ metadata, responseMetadata }: Context) {
        const onHeaders = (told: Metadata) => {
          for (const [name, value] of told) responseMetadata.set(name, value);
        };
        return inner.ping({ metadata, onHeaders });
      },
    });
    const client = open(`http://127.0.0.1:${outer.address.port}/`, {});
    let took: MetadataValue | undefined;
    const onHeaders = (told: Metadata) => {
      took = told.get('took');
    };
    expect(await client.ping({ metadata: { a: '1' }, onHeaders })).to.equal('pong');
    expect(took).to.equal('3');
    expect(seen[0]!.get('a')).to.equal('1');
    expect(seen[0]!.has('connection')).to.equal(false);
  });
});

describe('metadata of a reply that is larger than headers may be', () => {
  for (const transport of ['header', 'ttheader'] as const) {
    it(`fails that call alone: ${transport}`, async () => {
      const { address, running, finish } = await served({
        ping({ responseMetadata }: Context) {
          responseMetadata.set('large', 'x'.repeat(70_000));
          return 'pong';
        },
      });
      const client = open(address, { transport });
      const other = client.wait('a');
      await until(() => running.length === 1);
      const error = await rpcError(client.ping());
      expect(error).to.include({ code: 'RESOURCE_EXHAUSTED', phase: 'answered' });
      expect(error.message).to.include('room for');
      finish('a');
      expect(await other).to.equal('a');
    });
  }
});

describe('a call that needs headers where messages have none', () => {
  for (const transport of ['buffered', 'framed'] as const) {
    it(`is refused, and told which transport has them: ${transport}`, async () => {
      const { open, seen } = await echoing();
      const client = open(transport);
      for (const options of [{ metadata: { a: '1' } }, { onHeaders() {} }]) {
        const error = await rejection(client.ping(options));
        expect(error).to.be.instanceOf(TypeError);
        expect(String(error)).to.match(
          /^TypeError: PingPong\.ping: (metadata|onHeaders): messages to 127\.0\.0\.1:\d+ have no headers; try \{ transport: 'header' \}/,
        );
      }
      expect(await client.ping({ metadata: {} })).to.equal('pong');
      expect(seen).to.have.length(1);
    });
  }

  it('is refused when the client is made, where each of its calls would be', async () => {
    const { address } = await served();
    const words =
      /^makeClient: (metadata|onHeaders): messages to 127\.0\.0\.1:\d+\S* have no headers; try \{ transport: 'header' \}/;
    for (const options of [
      { metadata: { a: '1' } },
      { onHeaders() {} },
      { metadata: { a: '1' }, retry: true },
    ])
      for (const to of [address, [address], closing(connect(address))])
        expect(() => makeClient(loaded.PingPong, to, options)).to.throw(TypeError, words);
    expect(await open(address, { metadata: {} }).ping()).to.equal('pong');
    expect(await open(address, { metadata: { a: '1' }, transport: 'ttheader' }).ping()).to.equal('pong');
  });

  it('is refused by itself, where the methods that stream have them', async () => {
    const { client } = await chatting(
      { listen: (_line: unknown, { metadata }: Context) => [{ text: metadata.get('a') }], say: () => ({}) },
      { metadata: { a: '1' } },
    );
    expect(await all(client.listen({}))).to.deep.equal(['1']);
    expect(String(await rejection(client.say({})))).to.match(/^TypeError: Chat\.say: metadata: messages to/);
  });

  it('gets no metadata of replies: they come without', async () => {
    const { client } = await echoing();
    const error = await rpcError(client.login('a', 'b'));
    expect(error).to.include({ code: 'NOT_FOUND', message: 'nobody', applicationType: 1005 });
    expect(error.details).to.deep.equal({ user: 'ada', known: [1, 2] });
    expect(error.metadata).to.equal(undefined);
  });
});

describe('details of a status', () => {
  const details: readonly unknown[] = [
    'text',
    7,
    null,
    ['a', { b: 'c' }],
    { a: 'b', c: 'd' },
    { details: '"x"' },
    new Map([['a', 1n]]),
  ];
  const come: readonly unknown[] = [...details.slice(0, -1), { a: '1' }];
  for (const transport of ['buffered', 'header', 'ttheader', 'http']) {
    it(`come as what JSON makes of them: ${transport}`, async () => {
      const { address } = await served({
        find(id) {
          throw new RpcError('ABORTED', 'x', { details: details[id] });
        },
      });
      const client =
        transport === 'http'
          ? open(`http://127.0.0.1:${address.port}/`, {})
          : open(address, { transport: transport as 'header' });
      for (const [i, expected] of come.entries()) {
        expect((await rpcError(client.find(i))).details).to.deep.equal(expected);
      }
    });
  }

  it('that JSON has no form for are left out, the status still comes, and the operator learns why', async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const { client, reported } = await served({
      ping() {
        throw new RpcError('ABORTED', 'x', { details: circle });
      },
    });
    const error = await rpcError(client.ping());
    expect(error).to.include({ code: 'ABORTED', message: 'x' });
    expect(error.details).to.equal(undefined);
    expect(String(reported[0]?.error)).to.include('circular');
  });
});
