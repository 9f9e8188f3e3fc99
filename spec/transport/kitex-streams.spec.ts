import { expect } from 'chai';
import type { TcpAddress } from '../../src/index.ts';
import { ttFrame } from '../support/frames.ts';
import { CALL, hex, message, REPLY, texts, toHex } from '../support/hex.ts';
import { key, STREAMING } from '../support/kitex.ts';
import {
  code,
  exceptionPayload,
  readException,
  readStreamFrame,
  writeStreamFrame,
} from '../support/kitex-frames.ts';
import { KitexError } from '../support/kitex-link.ts';
import { type ClientStream, KitexStreamClient } from '../support/kitex-stream-client.ts';
import {
  type Handler,
  kitexStreamServer,
  type ServerOptions,
  shapes,
} from '../support/kitex-stream-server.ts';
import { closeAll, fakeServer, until } from '../support/peers.ts';
import { unaryPing, vectors } from './tts-vectors.ts';

afterEach(closeAll);

const say = (value: string) => texts({ 1: value });
const said = (messages: readonly (Buffer | undefined)[]) =>
  messages.map(bytes => bytes?.toString('utf8', 7, bytes.length - 1));

async function pair(handlers: Readonly<Record<string, Handler>>, options?: ServerOptions) {
  const server = await kitexStreamServer(handlers, options);
  return { server, client: await KitexStreamClient.connect(server.address) };
}

async function failure(action: Promise<unknown>): Promise<KitexError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof KitexError) return error;
    throw error;
  }
  throw new Error('expected a KitexError');
}

/** What was noted down on both sides of streams between equals. */
const clean = (
  ...ends: readonly { readonly violations: readonly string[]; readonly oddities: readonly string[] }[]
) => {
  for (const { violations, oddities } of ends) expect([...violations, ...oddities]).to.deep.equal([]);
};

const kindsOf = (frames: readonly { readonly kind: string }[]) => frames.map(({ kind }) => kind).join(' ');

describe('the frames of a Kitex stream', () => {
  for (const { name, hex: bytes, texts, numbers, payload, ...rest } of vectors) {
    it(`are read: ${name}`, () => {
      const frame = hex(bytes);
      expect(frame.readInt32BE()).to.equal(frame.length - 4);
      const read = readStreamFrame(frame.subarray(4));
      expect(read).to.include({ ...rest, protocol: 0x10 });
      expect(Object.fromEntries(read.texts)).to.deep.equal(texts);
      expect(Object.fromEntries(read.numbers)).to.deep.equal(numbers);
      expect(toHex(read.payload)).to.equal(toHex(hex(payload)));
    });

    it(`are written to say the same: ${name}`, () => {
      const { kind, sid, method } = rest;
      const again = readStreamFrame(writeStreamFrame({ kind, sid, method, texts, payload }).subarray(4));
      expect({ ...again, payload: toHex(again.payload) }).to.deep.equal({
        ...readStreamFrame(hex(bytes).subarray(4)),
        payload: toHex(hex(payload)),
      });
    });
  }

  it('tell of exceptions', () => {
    const payload = exceptionPayload('Echo', 1, 'boom', 6);
    expect(toHex(payload)).to.equal(toHex(hex(vectors[3]!.payload)));
    expect(readException(payload)).to.deep.equal({ message: 'boom', type: 6 });
    expect(() => readException(message(REPLY, 'Echo', 1))).to.throw('expected the message EXCEPTION');
  });
});

describe('a Kitex client and a Kitex server', () => {
  const handlers = {
    Unary: shapes.unary(request => request),
    Join: shapes.client(async requests => {
      const all: Buffer[] = [];
      for await (const request of requests) all.push(request);
      return say(said(all).join('+'));
    }),
    Count: shapes.server(async function* (request) {
      for (const letter of said([request])[0]!) yield say(letter);
    }),
    Echo: shapes.bidirectional(requests => requests),
  };

  it('call each other in all four modes', async () => {
    const { server, client } = await pair(handlers);
    for (const [method, requests, answers] of [
      ['Unary', ['a'], ['a']],
      ['Join', ['a', 'b', 'c'], ['a+b+c']],
      ['Join', [], ['']],
      ['Count', ['xyz'], ['x', 'y', 'z']],
      ['Echo', ['a', 'b'], ['a', 'b']],
      ['Echo', [], []],
    ] as const) {
      const got = await client.call('Tests', method, requests.map(say));
      expect(said(got), method).to.deep.equal(answers);
    }
    clean(server, client);
  });

  it('talk in turns, on as many streams at once as they like', async () => {
    const { server, client } = await pair(handlers);
    const streams = Array.from({ length: 50 }, () => client.open('Tests', 'Echo'));
    for (const turn of ['a', 'b', 'c']) {
      for (const stream of streams) stream.send(say(`${turn}${stream.sid}`));
      for (const stream of streams)
        expect(said([await stream.next()])).to.deep.equal([`${turn}${stream.sid}`]);
    }
    for (const stream of streams) stream.closeSend();
    expect(await Promise.all(streams.map(stream => stream.next()))).to.deep.equal(
      streams.map(() => undefined),
    );
    clean(server, client);
  });

  it('pass headers and trailers on', async () => {
    const { server, client } = await pair({
      Echo: stream => {
        stream.header({ h: '1' }).trailer({ t: '2' }).send(say('x'));
      },
    });
    const stream = client.open('Tests', 'Echo', {
      sid: -5,
      texts: { RPC_PERSIST_a: 'b' },
      numbers: { [key.rpcTimeout]: '500' },
    });
    expect(said(await stream.rest())).to.deep.equal(['x']);
    expect(Object.fromEntries(stream.header!)).to.deep.equal({ h: '1' });
    expect(Object.fromEntries(stream.trailer!)).to.deep.equal({ t: '2' });
    const { opened } = server.streams[0]!;
    expect(opened.sid).to.equal(-5);
    expect(Object.fromEntries(opened.texts)).to.deep.equal({ isn: 'Tests', RPC_PERSIST_a: 'b' });
    expect(opened.numbers.get(key.rpcTimeout)).to.equal('500');
    clean(server, client);
  });

  it('end with a Trailer from each, and the Header that was not sent; not so the old ones', async () => {
    for (const old of [false, true]) {
      const { server, client } = await pair({ Nothing: () => {} }, { old });
      expect(await client.open('Tests', 'Nothing').rest()).to.deep.equal([]);
      await until(() => server.frames.length === 2);
      expect(kindsOf(client.frames)).to.equal(old ? 'trailer' : 'header trailer');
      expect(kindsOf(server.frames)).to.equal('header trailer');
      clean(server, client);
    }
  });

  it('end with a status, or an exception, after what was sent before', async () => {
    const { server, client } = await pair({
      Biz: stream => {
        stream.send(say('a'));
        throw new KitexError('biz', 404, 'nobody', { who: 'b' });
      },
      Exception: () => {
        throw new KitexError('exception', 1204, 'no');
      },
      Error: async () => {
        throw new Error('boom');
      },
    });
    const stream = client.open('Tests', 'Biz');
    expect(said([await stream.next()])).to.deep.equal(['a']);
    expect(await failure(stream.next())).to.deep.include({
      kind: 'biz',
      type: 404,
      message: 'nobody',
      details: { who: 'b' },
    });
    expect(Object.fromEntries(stream.trailer!)).to.deep.equal({
      'biz-status': '404',
      'biz-message': 'nobody',
      'biz-extra': '{"who":"b"}',
    });
    expect(await failure(client.call('Tests', 'Exception', []))).to.include({
      kind: 'exception',
      type: 1204,
      message: 'no',
    });
    expect(await failure(client.call('Tests', 'Error', []))).to.include({
      kind: 'exception',
      type: 6,
      message: 'boom',
    });
    clean(server, client);
  });

  it('say nothing of services and methods that are not there', async () => {
    const { server, client } = await pair(handlers, { service: 'Tests' });
    client.open('Tests', 'Nope').send(say('x'));
    client.open('Nope', 'Echo').send(say('x'));
    await client.call('Tests', 'Echo', []);
    expect(server.unknown).to.deep.equal(['Tests.Nope', 'Nope.Echo']);
    expect(kindsOf(client.frames)).to.equal('header trailer');
    clean(server, client);
  });

  it('cancel: with an Rst and, if it was not half-closed, a Trailer; the server answers it with a late Trailer', async () => {
    const { server, client } = await pair({ Hang: stream => stream.untilGone });
    for (const halfClosed of [false, true]) {
      const stream = client.open('Tests', 'Hang').send(say('a'));
      if (halfClosed) stream.closeSend();
      stream.cancel(code.streamTimeout, 'too late', 'A,B');
      expect(await failure(stream.next())).to.include({ kind: 'cancelled', type: 12015 });
    }
    await until(() => client.frames.length === 4);
    expect(server.streams[0]!.gone).to.deep.include({
      kind: 'reset',
      type: 12015,
      message: 'too late',
      details: { path: 'A,B' },
    });
    expect(said([await server.streams[0]!.next()])).to.deep.equal(['a']);
    expect(await failure(server.streams[0]!.next())).to.include({ kind: 'reset' });
    expect(() => server.streams[0]!.send(say('b'))).to.throw('too late');
    expect(kindsOf(client.frames)).to.equal('header trailer header trailer');
    expect(kindsOf(server.frames)).to.equal('header data rst trailer header data trailer rst');
    clean(server, client);
  });

  it('do not cancel where they are old, and close on it', async () => {
    const { server, client } = await pair({ Hang: stream => stream.untilGone }, { old: true });
    const old = await KitexStreamClient.connect(server.address, { old: true });
    const [one, other] = [client.open('Tests', 'Hang'), client.open('Tests', 'Hang')];
    old.open('Tests', 'Hang').cancel();
    await until(() => server.frames.length === 4);
    clean(server, client, old);
    one.cancel();
    expect(await failure(other.next())).to.include({ kind: 'closed' });
    expect(server.violations).to.deep.equal(['unexpected frame type: 5']);
  });

  it('are reset by what stands between them', async () => {
    const { server, client } = await pair({ Reset: stream => stream.reset(12007, 'away', 'P') });
    const stream = client.open('Tests', 'Reset');
    expect(await failure(stream.next())).to.deep.include({
      kind: 'reset',
      type: 12007,
      message: 'away',
      details: { path: 'P' },
    });
    clean(server, client);
  });

  it('learn of it when the other dies', async () => {
    const { server, client } = await pair({ Hang: stream => stream.untilGone });
    const one = client.open('Tests', 'Hang');
    await until(() => server.streams.length === 1);
    server.sockets[0]!.resetAndDestroy();
    expect(await failure(one.next())).to.include({ kind: 'closed', type: code.transport });
    const other = await KitexStreamClient.connect(server.address);
    other.open('Tests', 'Hang');
    await until(() => server.streams.length === 2);
    other.die();
    await until(() => server.streams[1]!.gone !== undefined);
    expect(server.streams[1]!.gone).to.include({ kind: 'closed', type: code.connectionClosed });
    clean(server, client, other);
  });

  it('keep what the other does not read, however much', async () => {
    const { server, client } = await pair({ Hang: stream => stream.untilGone });
    const stream = client.open('Tests', 'Hang');
    for (let i = 0; i < 10_000; i++) stream.send(say(`${i}`));
    await until(() => server.streams[0]?.queue.length === 10_000);
    stream.closeSend();
    const numbers = Array.from({ length: 10_000 }, (_, i) => `${i}`);
    expect(said(await server.streams[0]!.rest())).to.deep.equal(numbers);
    stream.cancel();
    clean(server, client);
  });

  it('may wait until the other reads', async () => {
    let sent = 0;
    const { server, client } = await pair({
      Count: async stream => {
        for (; sent < 1000; sent++) {
          stream.send(say('x'.repeat(100_000)));
          await stream.flushed();
        }
      },
    });
    client.socket.pause();
    const stream = client.open('Tests', 'Count');
    await until(() => server.sockets[0]?.writableNeedDrain === true);
    expect(sent).to.be.below(1000);
    client.socket.resume();
    expect(await stream.rest()).to.have.length(1000);
    clean(server, client);
  });

  it('do not mind frames of unknown streams, Meta, and pairs that they do not know', async () => {
    const { server, client } = await pair({
      Echo: stream => {
        stream.write('meta', { texts: { a: '1' } });
        stream.write('meta', { sid: 0, texts: { a: '2' } });
        stream.header({ 'x-y': 'z' });
        stream.write('data', { numbers: { 4096: 'x' }, payload: '00' });
      },
    });
    client.write(writeStreamFrame({ kind: 'meta', sid: 0, method: '', texts: { 'x-caps': 'a' } }));
    const stream = client.open('Tests', 'Echo', { numbers: { 4096: 'x' }, texts: { 'x-y': 'z' } });
    stream.write('meta', { texts: { a: 'b' } });
    stream.closeSend();
    expect(await stream.next()).to.deep.equal(hex('00'));
    expect(stream.metas.map(({ texts }) => texts.get('a'))).to.deep.equal(['1']);
    clean(server, client);
  });
});

/** A frame of a stream with a header of one's own making. */
const made = (header: string, flags = STREAMING) => ttFrame(hex('00'), { seqid: 1, flags, header });
/** The pairs of a frame of a kind, for the method `a`. */
const pairs = (digit: string) => `10 0002 001b 0001 ${toHex(Buffer.from(digit))} 0009 0001 61`;

const illegal: readonly (readonly [string, Buffer, string])[] = [
  ['a frame without the flag', hex(unaryPing), 'unexpected header flags: 0'],
  [
    'a frame without the flag, of the right protocol',
    made(`10 00 ${pairs('3')}`, 0),
    'unexpected header flags: 0',
  ],
  ['a message without a frame', message(CALL, 'ping', 7), 'magic 0'],
  ['an unknown kind of frame', made(`10 00 ${pairs('6')}`), 'unexpected frame type: 6'],
  ['no kind of frame', made('10 00'), 'unexpected frame type: undefined'],
  ['an unknown block of headers', made(`10 00 ${pairs('3')} 12 0000`), 'invalid info id 18'],
  ['the protocol id 2', made(`02 00 ${pairs('3')}`), 'unsupported protocol id 2'],
  ['a header that ends too soon', made(`10 00 ${pairs('3')} 01 0001 0009 61`), 'the header ends too soon'],
  ['no header', ttFrame(hex(''), { flags: STREAMING, words: 0, header: '' }), 'the header ends too soon'],
  ['another magic', ttFrame(hex('00'), { magic: 0x0fff, flags: STREAMING }), 'magic fff'],
];

describe('a Kitex server', () => {
  for (const [what, bytes, why] of illegal) {
    it(`closes on ${what}`, async () => {
      const { server, client } = await pair({ Echo: shapes.bidirectional(requests => requests) });
      const stream = client.open('Tests', 'Echo').send(say('a'));
      await stream.next();
      client.write(bytes);
      expect(await failure(stream.next())).to.include({ kind: 'closed' });
      expect(server.violations).to.deep.equal([why]);
    });
  }

  it('notes what no Kitex client would write', async () => {
    const { server, client } = await pair({ Hang: stream => stream.untilGone });
    const stream = client.open('Tests', 'Hang', { sid: 1 });
    stream.write('data');
    stream.write('data', { payload: '00', texts: { a: 'b' } });
    stream.closeSend();
    stream.write('data', { payload: '00' });
    stream.write('trailer');
    stream.write('rst');
    stream.write('data', { sid: 7, payload: '00' });
    stream.write('header', { sid: 2 });
    stream.write('header', { sid: 2, texts: { isn: 'Tests' } });
    stream.write('data', { sid: 2, method: '', payload: '00' });
    client.write(ttFrame(hex('00'), { seqid: 2, flags: STREAMING, header: `00 00 ${pairs('3')}` }));
    await until(() => server.frames.length === 12);
    expect(server.oddities).to.deep.equal([
      'data of stream 1: no message',
      'data of stream 1: texts, which nobody reads',
      'data of stream 1: after the end',
      'trailer of stream 1: after the end',
      'rst of stream 1: no exception',
      'data of stream 7: it never was opened',
      'header of stream 2: no isn',
      'header of stream 2: opened again',
      'data of stream 2: no method',
      'data of stream 2: the protocol id 0',
    ]);
    expect(server.violations).to.deep.equal([]);
  });
});

describe('a Kitex client', () => {
  /** A client with a stream, and what a server writes to it. */
  async function toldBy(address: TcpAddress): Promise<{ client: KitexStreamClient; stream: ClientStream }> {
    const client = await KitexStreamClient.connect(address);
    return { client, stream: client.open('Tests', 'Echo', { sid: 1 }) };
  }

  const frame = { sid: 1, method: 'Echo' } as const;

  for (const [what, bytes, why] of [
    ...illegal,
    [
      'a second Header',
      Buffer.concat([
        writeStreamFrame({ kind: 'header', ...frame }),
        writeStreamFrame({ kind: 'header', ...frame }),
      ]),
      'stream[1] already set header',
    ],
  ] as const) {
    it(`closes on ${what}`, async () => {
      const { address } = await fakeServer(socket => socket.once('data', () => socket.write(bytes)));
      const { client, stream } = await toldBy(address);
      expect(await failure(stream.next())).to.include({ kind: 'closed' });
      expect(client.violations).to.deep.equal([why]);
    });
  }

  it('notes what no Kitex server would write, and ends streams whose Trailer it cannot read', async () => {
    const { address } = await fakeServer(socket =>
      socket.once('data', () => {
        socket.write(writeStreamFrame({ kind: 'data', sid: 7, method: 'Echo', payload: '00' }));
        socket.write(writeStreamFrame({ kind: 'data', ...frame, payload: '00' }));
        socket.write(writeStreamFrame({ kind: 'trailer', ...frame, payload: message(REPLY, 'Echo', 1) }));
        socket.write(writeStreamFrame({ kind: 'header', ...frame }));
      }),
    );
    const { client, stream } = await toldBy(address);
    expect(await stream.next()).to.deep.equal(hex('00'));
    expect(await failure(stream.next())).to.include({ kind: 'illegal', type: code.frame });
    await until(() => client.frames.length === 4);
    expect(client.oddities).to.deep.equal([
      'data of stream 7: it never was opened',
      'data of stream 1: before the Header',
      'trailer of stream 1: expected the message EXCEPTION',
    ]);
    expect(client.violations).to.deep.equal([]);
  });
});
