import { expect } from 'chai';
import { type Context, fb303, makeClient, type ServerOptions } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import { applicationException, CALL, EXCEPTION, framed, hex, message, texts, toHex } from '../support/hex.ts';
import { closeAll, closing, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const { PingPong } = loaded;
const busy = (max: number, queue: number) =>
  `the server is busy: ${max} calls run and ${queue} wait (concurrency)`;

afterEach(closeAll);

describe('the concurrency of a server', () => {
  it('lets so many calls run, so many wait, over all connections; others are refused at once', async () => {
    const { address, client, running, finish } = await served({}, { concurrency: { max: 2, queue: 1 } });
    const other = closing(makeClient(PingPong, address, { transport: 'header' }));
    const calls = [client.wait('a'), other.wait('b')];
    await until(() => running.length === 2);
    calls.push(client.wait('c'));
    expect((await rpcError(client.wait('d'))).message).to.equal(busy(2, 1));
    const error = await rpcError(other.wait('e'));
    expect(error.message).to.equal(busy(2, 1));
    expect(error).to.include({ code: 'RESOURCE_EXHAUSTED', phase: 'answered', applicationType: 11 });
    expect(error.details).to.deep.equal({ retryAfter: 0 });
    expect(running).to.deep.equal(['a', 'b']);
    finish('b');
    await until(() => running.includes('c'));
    finish('a');
    finish('c');
    expect(await Promise.all(calls)).to.deep.equal(['a', 'b', 'c']);
    expect(await client.ping()).to.equal('pong');
  });

  it('takes as many to wait as may run, unless it is told', async () => {
    const { client, running, finish } = await served({}, { concurrency: { max: 1 } });
    const calls = ['a', 'b'].map(name => client.wait(name));
    expect((await rpcError(client.wait('c'))).message).to.equal(busy(1, 1));
    finish('a');
    await until(() => running.includes('b'));
    finish('b');
    expect(await Promise.all(calls)).to.deep.equal(['a', 'b']);
  });

  for (const kind of ['http', 'ws'] as const) {
    it(`is the same over ${kind}`, async () => {
      const { address, client, running, finish } = await served({}, { concurrency: { max: 1, queue: 1 } });
      const web = closing(makeClient(PingPong, `${kind}://127.0.0.1:${address.port}/`));
      const first = client.wait('a');
      await until(() => running.length === 1);
      const [one, other] = [web.wait('b'), web.wait('c')];
      const why = await Promise.race([rpcError(one), rpcError(other)]);
      expect(why).to.include({ code: 'RESOURCE_EXHAUSTED', message: busy(1, 1) });
      finish('a');
      await first;
      await until(() => running.length === 1);
      const [name] = running;
      finish(name!);
      expect(await (name === 'b' ? one : other)).to.equal(name);
    });
  }

  it('gives connections their turns', async () => {
    const { address, client, running, finish } = await served({}, { concurrency: { max: 1, queue: 9 } });
    const other = closing(makeClient(PingPong, address));
    await other.ping();
    const calls = ['a', 'b', 'c', 'd'].map(name => client.wait(name));
    await until(() => running.length === 1);
    await client.$ready();
    await settle();
    calls.push(other.wait('x'));
    await settle();
    const order: string[] = [];
    while (order.length < 5) {
      await until(() => running.length === 1);
      order.push(running[0]!);
      finish(running[0]!);
    }
    await Promise.all(calls);
    expect(order.join('')).to.equal('abxcd');
  });

  it('counts a handler that fails as done, whether it is sync or not', async () => {
    const fail = (): never => {
      throw new Error('no');
    };
    const { client } = await served(
      { ping: fail, login: async () => fail() },
      { concurrency: { max: 1, queue: 0 }, onError() {} },
    );
    for (let i = 0; i < 3; i++) {
      expect(await rpcError(client.ping())).to.include({ code: 'INTERNAL' });
      expect(await rpcError(client.login('', ''))).to.include({ code: 'INTERNAL' });
    }
    expect(await client.count(1)).to.equal(2);
  });

  it('lets sync handlers run however many come in one chunk', async () => {
    const { client } = await served({}, { concurrency: { max: 1, queue: 0 } });
    const counts = await Promise.all(Array.from({ length: 50 }, (_, i) => client.count(i)));
    expect(counts).to.deep.equal(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('works off what waits behind another also where that is answered at once', async () => {
    const { client, running, finish } = await served({}, { concurrency: { max: 1, queue: 5000 } });
    const first = client.wait('a');
    const counts = Array.from({ length: 5000 }, (_, i) => client.count(i));
    await until(() => running.length === 1);
    finish('a');
    expect(await first).to.equal('a');
    expect((await Promise.all(counts)).at(-1)).to.equal(5000);
  });

  it('counts a handler that runs on beyond its time until it settles', async () => {
    const { client, running, finish } = await served({}, { concurrency: { max: 1, queue: 0 }, timeout: 10 });
    expect(await rpcError(client.wait('a'))).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(await rpcError(client.wait('b'))).to.include({ code: 'RESOURCE_EXHAUSTED' });
    finish('a');
    await settle();
    expect(await client.ping()).to.equal('pong');
    expect(running).to.deep.equal([]);
  });

  it('answers a call whose time is over while it waits, and never begins it', async () => {
    const { client, raw, running, finish } = await served({}, { concurrency: { max: 1 } });
    const patient = client.wait('a');
    await until(() => running.length === 1);
    const hasty = await raw();
    const header = Buffer.concat([hex('00 00'), pairs(1, [['client_timeout', '5']])]);
    hasty.send(headerFrame(message(CALL, 'wait', 7, texts({ 1: 'b' })), { header }));
    const late = applicationException('PingPong.wait: not begun within 5 ms, the server is busy', 1004);
    const answer = headerFrame(message(EXCEPTION, 'wait', 7, late));
    expect(toHex(await hasty.read(answer.length))).to.equal(toHex(answer));
    finish('a');
    expect(await patient).to.equal('a');
    expect(await client.ping()).to.equal('pong');
    expect(running).to.deep.equal([]);
  });

  it('gives a handler what is left of the time, when it has waited', async () => {
    const contexts: Context[] = [];
    const { client, running, finish } = await served(
      {
        async login(_username, _password, context) {
          contexts.push(context);
          return 'x';
        },
      },
      { concurrency: { max: 1 }, timeout: 60_000 },
    );
    const first = client.wait('a');
    await until(() => running.length === 1);
    const before = Date.now();
    const second = client.login('', '');
    await settle();
    finish('a');
    await Promise.all([first, second]);
    expect(contexts[0]!.deadline).to.be.within(before + 59_999, Date.now() + 60_000);
    expect(contexts[0]!.signal.aborted).to.equal(false);
  });

  for (const [what, concurrency, header] of [
    ['the server gives it', { max: 1, queueTimeout: 5 }, undefined],
    ['its client says, if that is less', { max: 1, queueTimeout: 1e9 }, '5'],
  ] as const) {
    it(`lets a call wait no longer than ${what}`, async () => {
      const { client, raw, running, finish } = await served({}, { concurrency });
      const first = client.wait('a');
      await until(() => running.length === 1);
      const peer = await raw();
      const header0 = Buffer.concat([
        hex('00 00'),
        pairs(1, header === undefined ? [] : [['queue_timeout', header]]),
      ]);
      peer.send(headerFrame(message(CALL, 'wait', 7, texts({ 1: 'b' })), { header: header0 }));
      const size = (await peer.read(4)).readInt32BE();
      const answer = (await peer.read(size)).toString('latin1');
      expect(answer).to.include('not begun within 5 ms, the server is busy (concurrency.queueTimeout)');
      expect(answer).to.include('{"retryAfter":0}');
      finish('a');
      await first;
      expect(running).to.deep.equal([]);
    });
  }

  it('never begins the call of a client that has left', async () => {
    const { client, raw, running, finish, server } = await served({}, { concurrency: { max: 1 } });
    const first = client.wait('a');
    await until(() => running.length === 1);
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'b' })));
    await settle();
    await peer.close();
    await settle();
    // Its place in the queue is another's.
    const second = client.login('x', 'y');
    finish('a');
    expect(await Promise.all([first, second])).to.deep.equal(['a', 'hello x']);
    expect(running).to.deep.equal([]);
    await client.close();
    await server.close();
  });

  it('drops oneway calls that it has no room for, and tells the operator once for many', async () => {
    const { client, running, finish, notes, reported } = await served(
      {},
      { concurrency: { max: 1, queue: 1 } },
    );
    const first = client.wait('a');
    await until(() => running.length === 1);
    for (const text of 'xyz') await client.note(text);
    expect(await rpcError(client.ping())).to.include({ code: 'RESOURCE_EXHAUSTED' });
    finish('a');
    await first;
    await until(() => notes.length === 1);
    expect(notes).to.deep.equal(['x']);
    expect(reported.map(({ error }) => (error as Error).message.replace(/127\S+/, 'peer'))).to.deep.equal([
      `PingPong.note: this oneway call of peer was dropped: ${busy(1, 1)}`,
    ]);
  });

  it('answers fb303 at any time', async () => {
    const { server, address, client, running, finish } = await served(
      {},
      { concurrency: { max: 1, queue: 0 } },
    );
    const health = fb303();
    server.add(health);
    const monitor = closing(makeClient(health.service, address));
    const first = client.wait('a');
    await until(() => running.length === 1);
    expect(await rpcError(client.ping())).to.include({ code: 'RESOURCE_EXHAUSTED' });
    expect(await monitor.getStatus()).to.equal(2);
    finish('a');
    await first;
  });

  it('keeps the order of answers for clients that number all calls alike', async () => {
    const { raw, running, finish } = await served({}, { concurrency: { max: 1 } });
    const peer = await raw();
    peer.send(...['a', 'b'].map(name => framed(message(CALL, 'wait', 0, texts({ 1: name })))));
    peer.send(framed(message(CALL, 'ping', 0)));
    await until(() => running.length === 1);
    finish('a');
    await until(() => running.length === 1 && running[0] === 'b');
    finish('b');
    const answers = ['a', 'b'].map(name => framed(message(2, 'wait', 0, texts({ 0: name }))));
    const all = Buffer.concat([...answers, framed(message(2, 'ping', 0, texts({ 0: 'pong' })))]);
    expect(toHex(await peer.read(all.length))).to.equal(toHex(all));
  });

  it('forgets what waits when the server is closed at once', async () => {
    const { client, server, running } = await served({}, { concurrency: { max: 1 } });
    const calls = [rejection(client.wait('a')), rejection(client.wait('b')), client.note('x')];
    await until(() => running.length === 1);
    await server.close({ grace: 0 });
    await Promise.all(calls);
    expect(running).to.deep.equal(['a']);
  });

  it('is refused as an option when it makes no sense', async () => {
    for (const [options, why] of [
      [{ concurrency: {} }, 'concurrency.max: expected a whole number from 1 on, got undefined'],
      [{ concurrency: { max: 0 } }, 'concurrency.max: expected a whole number from 1 on, got 0'],
      [{ concurrency: { max: 1.5 } }, 'concurrency.max: expected a whole number from 1 on, got 1.5'],
      [
        { concurrency: { max: 1, queue: -1 } },
        'concurrency.queue: expected a whole number from 0 on, got -1',
      ],
      [
        { concurrency: { max: 1, queueTimeout: 'x' } },
        'concurrency.queueTimeout: expected ms as a number, got x',
      ],
      [
        { concurrency: { most: 1 } },
        'concurrency: there is no option "most"; there are max, queue, queueTimeout',
      ],
    ] as const) {
      expect(String(await rejection(served({}, options as unknown as ServerOptions)))).to.equal(
        `TypeError: ${why}`,
      );
    }
  });
});
