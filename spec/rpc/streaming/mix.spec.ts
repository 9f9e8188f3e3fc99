import { once } from 'node:events';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Metadata, makeClient, makeServer, RpcError, type ServerOptions } from '../../../src/index.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { CALL, EXCEPTION, hex, message, REPLY, texts, toHex } from '../../support/hex.ts';
import { readStreamFrame, type StreamFrame, writeStreamFrame } from '../../support/kitex-frames.ts';
import { closeAll, closing, fakeServer, RawClient, settle, until } from '../../support/peers.ts';
import { loaded, mixing, streaming } from './mixing.ts';
import '../../support/seed.ts';

afterEach(closeAll);

describe('plain calls beside streams', () => {
  it('go over the connection of streams that is there, all kinds of them', async () => {
    const { client, peers, notes, reported } = await mixing({}, { connections: { max: 1 } });
    const ticks = await streaming(client);
    const sums = Array.from({ length: 1000 }, (_, i) => client.add(i, 1));
    expect(await Promise.all(sums)).to.deep.equal(sums.map((_, i) => i + 1));
    expect(await client.nothing()).to.equal(undefined);
    expect(await client.find(1)).to.equal('found 1');
    expect(await rejection(client.find(-1)))
      .to.be.instanceOf(loaded.NotFound)
      .and.include({ id: -1 });
    const failure = await rpcError(client.fail('NOT_FOUND', 'gone'));
    expect(failure).to.include({ code: 'NOT_FOUND', message: 'gone', phase: 'answered' });
    expect(failure.details).to.deep.equal({ text: 'gone', of: [1, 2] });
    expect(await rpcError(client.slip())).to.include({
      code: 'INTERNAL',
      message: 'Mixed.slip: internal error',
    });
    expect(await rpcError(client.lack())).to.include({ code: 'INTERNAL' });
    expect(reported.map(String)).to.deep.equal([
      'Error: a secret',
      'Error: the handler returned nothing, expected string',
    ]);
    expect(await rejection(client.add('1' as unknown as number, 1))).to.be.instanceOf(TypeError);
    expect(await client.add(1, 1)).to.equal(2);
    expect(await client.note('a')).to.equal(undefined);
    await until(() => notes.length === 1);
    expect(notes).to.deep.equal(['a']);
    expect((await ticks.next()).value).to.equal(1);
    await ticks.return();
    expect(await client.add(1, 1)).to.equal(2);
    expect(peers.size).to.equal(1);
  });

  it('go over a connection of their own where there is one', async () => {
    const { client, peers } = await mixing();
    await client.add(1, 1);
    const ticks = await streaming(client);
    expect(peers.size).to.equal(2);
    await client.add(1, 1);
    await ticks.return();
    expect(peers.size).to.equal(2);
  });

  it('do not go beside streams where they are in other bytes, or not as many as they like', async () => {
    for (const options of [
      { protocol: 'compact' },
      { transport: 'header', zlib: true },
      { connections: { inFlight: 2 } },
    ] as const) {
      const { client, peers } = await mixing(options);
      const ticks = await streaming(client);
      await client.add(1, 1);
      await ticks.return();
      expect(peers.size).to.equal(2);
    }
  });

  it('are not held up by a stream that nobody reads', async () => {
    const { client, peers } = await mixing();
    const ticks = await streaming(client);
    // Its window is full by now, and it stays that way.
    await settle(50);
    for (let i = 0; i < 100; i++) expect(await client.add(i, i)).to.equal(2 * i);
    await ticks.return();
    expect(peers.size).to.equal(1);
  });

  it('have metadata both ways, where other plain calls have', async () => {
    const { client, peers } = await mixing({ transport: 'header' });
    const ticks = await streaming(client);
    let said: Metadata | undefined;
    const onHeaders = (metadata: Metadata) => {
      said = metadata;
    };
    expect(await client.greet('Ann', { metadata: { greeting: 'hello' }, onHeaders })).to.equal('hello Ann');
    expect([...said!]).to.deep.equal([['said', 'Ann']]);
    const thrower = () => {
      throw new Error('no');
    };
    expect(String(await rejection(client.greet('Ann', { onHeaders: thrower })))).to.equal('Error: no');
    const plain = await mixing();
    const others = await streaming(plain.client);
    expect(await rejection(plain.client.greet('Ann', { metadata: { greeting: 'a' } }))).to.match(
      /TypeError.*have no headers/,
    );
    await Promise.all([ticks.return(), others.return()]);
    expect(peers.size).to.equal(1);
  });

  it('are tried again, where that does no harm', async () => {
    const { client, peers } = await mixing({ retry: { attempts: 2 } as never });
    const ticks = await streaming(client);
    expect(await client.again('a')).to.equal('a');
    await ticks.return();
    expect(peers.size).to.equal(1);
  });

  it('are told when they are given up: their handlers are, too', async () => {
    const { client, running, aborted, reported, peers } = await mixing();
    const ticks = await streaming(client);
    const controller = new AbortController();
    const waits = client.wait('a', { signal: controller.signal });
    await until(() => running.has('a'));
    controller.abort(new Error('enough'));
    expect(await rpcError(waits)).to.include({ code: 'CANCELLED', phase: 'sent' });
    await until(() => aborted.has('a'));
    expect(aborted.get('a')).to.include({ code: 'CANCELLED' });
    const late = await rpcError(client.wait('b', { timeout: 30 }));
    expect(late).to.include({ code: 'DEADLINE_EXCEEDED' });
    await until(() => aborted.has('b'));
    expect(aborted.get('b')).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(await client.add(1, 1)).to.equal(2);
    expect(reported).to.deep.equal([]);
    await ticks.return();
    expect(peers.size).to.equal(1);
  });

  it('wait for a place as all calls do, and in vain as all calls do', async () => {
    const concurrency = { max: 2, queue: 1, queueTimeout: 60 };
    const { client, running, aborted } = await mixing({}, { concurrency });
    const ticks = await streaming(client);
    const first = client.wait('a');
    await until(() => running.has('a'));
    const controller = new AbortController();
    const second = client.wait('b', { signal: controller.signal });
    await settle();
    expect(await rpcError(client.add(1, 1))).to.include({
      code: 'RESOURCE_EXHAUSTED',
      message: 'the server is busy: 2 calls run and 1 wait (concurrency)',
    });
    controller.abort();
    expect(await rpcError(second)).to.include({ code: 'CANCELLED' });
    expect(await rpcError(client.wait('c'))).to.include({
      code: 'RESOURCE_EXHAUSTED',
      message: 'Mixed.wait: not begun within 60 ms, the server is busy (concurrency.queueTimeout)',
    });
    const third = client.wait('d');
    running.get('a')!();
    expect(await first).to.equal('a');
    await until(() => running.has('d'));
    running.get('d')!();
    expect(await third).to.equal('d');
    expect([...aborted.keys()]).to.deep.equal([]);
    await ticks.return();
  });

  it('are as many as the limits let be under way', async () => {
    const { client, running } = await mixing({}, { limits: { pending: 3 } });
    const ticks = await streaming(client);
    const waits = ['a', 'b', 'c'].map(name => client.wait(name));
    await until(() => running.size === 3);
    const error = await rpcError(client.add(1, 1));
    expect(error.code).to.equal('RESOURCE_EXHAUSTED');
    expect(error.message).to.equal('Mixed.add: 3 calls are under way on this connection (limits.pending)');
    expect(error.details).to.deep.equal({ retryAfter: 0 });
    for (const finish of running.values()) finish();
    await Promise.all(waits);
    await ticks.return();
  });

  it('are served no faster than their answers are read', async () => {
    const { client, reported, peers } = await mixing();
    const ticks = await streaming(client);
    const answers = await Promise.all(Array.from({ length: 500 }, () => client.blob(200_000)));
    expect(answers.every(({ length }) => length === 200_000)).to.equal(true);
    expect(reported).to.deep.equal([]);
    await ticks.return();
    expect(peers.size).to.equal(1);
  });

  it('go elsewhere when they are too large for a frame', async () => {
    const { client, peers } = await mixing({ limits: { frame: 50_000 } });
    const ticks = await streaming(client);
    await client.add(1, 1);
    expect(await client.echo(new Uint8Array(60_000))).to.have.length(60_000);
    await client.add(1, 1);
    expect(peers.size).to.equal(2);
    await ticks.return();
  });

  it('end with their connection, and the next go over one of their own', async () => {
    const { client, server, running, address } = await mixing();
    await streaming(client);
    const waits = client.wait('a');
    await until(() => running.has('a'));
    await server.close({ grace: 0 });
    expect(await rpcError(waits)).to.include({ code: 'UNAVAILABLE', phase: 'sent' });
    expect(await rpcError(client.add(1, 1))).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    const handler = { add: (a: number, b: number) => a + b };
    const next = closing(makeServer(loaded.Mixed, handler, { partial: true }));
    await next.listen(address);
    expect(await client.add(2, 2)).to.equal(4);
  });

  it('are not begun when their server leaves, and go elsewhere', async () => {
    const { client, server, running } = await mixing();
    const ticks = await streaming(client);
    const waits = client.wait('a');
    await until(() => running.has('a'));
    const closed = server.close();
    // What has come by then does not know of it.
    const [refused, oneway] = [rpcError(client.add(1, 1)), client.note('a')];
    expect(await refused).to.include({
      code: 'UNAVAILABLE',
      message: 'the server is closing this connection: the call was not begun',
    });
    await oneway;
    expect(await rpcError(client.add(1, 1))).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    running.get('a')!();
    expect(await waits).to.equal('a');
    await ticks.return();
    await closed;
  });

  it('are finished, or cut off, when their client closes', async () => {
    const { client, running, connect } = await mixing();
    const ticks = await streaming(client);
    const waits = client.wait('a');
    await until(() => running.has('a'));
    await ticks.return();
    const closed = client.$close();
    running.get('a')!();
    expect(await waits).to.equal('a');
    await closed;
    expect(await rpcError(client.add(1, 1))).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
    const other = connect();
    await streaming(other);
    const cut = rpcError(other.wait('b'));
    await until(() => running.has('b'));
    await other.$close({ grace: 0 });
    expect(await cut).to.include({ code: 'CANCELLED', phase: 'sent' });
  });

  /** A client that is ours as far as it says. */
  async function stranger(capabilities: string, own: ServerOptions = {}) {
    const mixed = await mixing({}, own);
    const raw = await RawClient.connect(mixed.address);
    const { socket } = raw;
    const told = { 'x-lt-caps': capabilities };
    socket.write(writeStreamFrame({ kind: 'meta', sid: 0, method: '', texts: told }));
    const send = (payload: Uint8Array, sid = 1, kind: StreamFrame['kind'] = 'header') =>
      socket.write(writeStreamFrame({ kind, sid, method: 'add', payload }));
    const frames = async (count: number) => {
      const all: StreamFrame[] = [];
      while (all.length < count) {
        const size = (await raw.read(4)).readInt32BE(0);
        const frame = readStreamFrame(await raw.read(size));
        if (frame.sid !== 0) all.push(frame);
      }
      return all;
    };
    return { ...mixed, socket, send, frames };
  }
  const sum = hex('080001 00000001 080002 00000002 00');

  it('are one frame each way', async () => {
    const { send, frames } = await stranger('fc,ka,ex,mix');
    send(message(CALL, 'add', 7, sum), 7);
    const [answer] = await frames(1);
    expect(answer).to.deep.include({ kind: 'trailer', sid: 7 });
    expect(toHex(answer!.payload)).to.equal(toHex(message(REPLY, 'add', 7, '080000 00000003 00')));
  });

  it('are answered, and go on, where they cannot be served', async () => {
    const { send, frames } = await stranger('mix');
    send(message(CALL, 'nobody', 1));
    send(message(CALL, 'ticks', 2), 2);
    send(message(REPLY, 'add', 3), 3);
    send(message(CALL, 'add', 4, '080001 0000'), 4);
    send(message(CALL, 'add', 5, sum), 5);
    const answers = await frames(5);
    expect(answers.map(({ sid, payload }) => [sid, payload[3]])).to.deep.equal([
      [1, EXCEPTION],
      [2, EXCEPTION],
      [3, EXCEPTION],
      [4, EXCEPTION],
      [5, REPLY],
    ]);
  });

  it('end their connection where they are none, or are there already', async () => {
    const first = await stranger('mix');
    first.send(hex('00'));
    await once(first.socket, 'close');
    expect(String(first.reported)).to.include('sent what is no frame of a stream');
    const second = await stranger('mix');
    const wait = message(CALL, 'wait', 1, texts({ 1: 'a' }));
    second.send(wait);
    second.send(wait);
    await once(second.socket, 'close');
    expect(String(second.reported)).to.include('there is a call 1 already');
    expect(second.aborted.get('a')).to.include({ code: 'INVALID_ARGUMENT' });
  });

  it('fail alone where what answers them is none', async () => {
    const answers: readonly (readonly [StreamFrame['kind'], Uint8Array, string])[] = [
      ['trailer', Buffer.alloc(0), 'sent a message that does not fit'],
      ['trailer', message(CALL, 'add', 2), 'a message of type 1 is no reply'],
      ['trailer', message(REPLY, 'greet', 2), 'the reply to "add" is named "greet"'],
      ['trailer', message(REPLY, 'add', 2, '0800'), 'sent a reply that does not fit'],
      ['header', Buffer.alloc(0), 'stands in a Trailer frame'],
      ['data', sum, 'stands in a Trailer frame'],
      ['rst', Buffer.alloc(0), 'stands in a Trailer frame'],
    ];
    let nth = 0;
    const server = await fakeServer(socket => {
      const say = (kind: StreamFrame['kind'], sid: number, payload: Uint8Array, pairs = {}) =>
        socket.write(writeStreamFrame({ kind, sid, method: '', payload, texts: pairs }));
      socket.once('data', () => {
        say('meta', 0, Buffer.alloc(0), { 'x-lt-caps': 'fc,mix' });
        say('header', 1, Buffer.alloc(0));
        say('data', 1, hex('080000 00000007 00'));
        socket.on('data', chunk => {
          // The frame's stream id, behind its length, magic and flags.
          const [kind, payload] = answers[nth++]!;
          say(kind, chunk.readInt32BE(8), payload);
        });
      });
    });
    const client = closing(makeClient(loaded.Mixed, server.address));
    const ticks = await streaming(client);
    for (const [, , told] of answers) {
      const error = await rpcError(client.add(1, 1));
      expect(error).to.include({ code: 'INTERNAL', phase: 'answered' });
      expect(error.message).to.include(told);
    }
    expect(server.sockets).to.have.length(1);
    await client.$close({ grace: 0 });
    expect((await rpcError(ticks.next())).code).to.equal('CANCELLED');
  });

  it('are none where the client never said that it mixes', async () => {
    const { send, frames } = await stranger('fc,ka,ex');
    send(message(CALL, 'nobody', 1));
    // The frame opens a stream of `add`, as it would with Kitex.
    send(sum, 1, 'data');
    const [head] = await frames(1);
    expect(head).to.deep.include({ kind: 'header', sid: 1 });
  });

  it('name nobody who is not there', async () => {
    const { client, address } = await mixing();
    const ticks = await streaming(client);
    const other = makeClient(loaded.Unknown, client.$channel);
    const beside = await rpcError(other.missing());
    const alone = await rpcError(closing(makeClient(loaded.Unknown, address)).missing());
    expect(beside).to.include({ code: 'UNIMPLEMENTED', message: alone.message });
    await ticks.return();
  });

  it('end as they end on a connection of their own, whatever they are', async () => {
    const { client, connect, notes } = await mixing();
    const alone = connect();
    await alone.nothing();
    const ticks = await streaming(client);
    type Caller = typeof client;
    const word = fc.string({ minLength: 1 });
    const code = fc.constantFrom('NOT_FOUND', 'ABORTED', 'UNAVAILABLE', 'INTERNAL', 'UNAUTHENTICATED', 'ODD');
    const calls: fc.Arbitrary<(caller: Caller) => Promise<unknown>> = fc.oneof(
      fc.tuple(fc.integer(), fc.integer()).map(
        ([a, b]) =>
          (caller: Caller) =>
            caller.add(a, b),
      ),
      fc.integer({ min: -3, max: 3 }).map(id => (caller: Caller) => caller.find(id)),
      fc.uint8Array({ maxLength: 5000 }).map(bytes => (caller: Caller) => caller.echo(bytes)),
      fc.anything().map(value => (caller: Caller) => caller.echo(value as Uint8Array)),
      fc.tuple(code, word).map(
        ([name, text]) =>
          (caller: Caller) =>
            caller.fail(name, text),
      ),
      word.map(text => (caller: Caller) => caller.note(text)),
      fc.constantFrom('slip', 'lack', 'nothing').map(name => (caller: Caller) => caller[name as 'slip']()),
      fc.constantFrom(0, -1).map(timeout => (caller: Caller) => caller.slip({ timeout })),
    );
    const outcome = (called: Promise<unknown>) =>
      called.then(
        value => ({ value }),
        error =>
          error instanceof RpcError
            ? { code: error.code, message: error.message, phase: error.phase, details: error.details }
            : { error: String(error), fields: { ...error } },
      );
    await fc.assert(
      fc.asyncProperty(calls, async call => {
        expect(await outcome(call(client))).to.deep.equal(await outcome(call(alone)));
      }),
      { numRuns: 500 },
    );
    await until(() => notes.length % 2 === 0);
    await ticks.return();
  });
});
