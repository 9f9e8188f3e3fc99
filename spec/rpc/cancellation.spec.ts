import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { type Context, makeClient, type RpcError } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, fakeServer, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

describe('the signal of a call', () => {
  it('ends it at once, and not the others; the late reply is dropped', async () => {
    const { client, running, finish } = await served();
    const controller = new AbortController();
    const reason = new Error('enough');
    const cancelled = rpcError(client.wait('a', { signal: controller.signal }));
    const other = client.wait('b');
    await until(() => running.length === 2);
    controller.abort(reason);
    const error = await cancelled;
    expect(error).to.include({ code: 'CANCELLED', phase: 'sent', method: 'PingPong.wait', cause: reason });
    expect(error.message).to.match(/^PingPong\.wait: cancelled before the reply of .*: enough$/);
    finish('a');
    finish('b');
    expect(await other).to.equal('b');
    expect(await client.ping()).to.equal('pong');
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });

  it('that has aborted sends nothing', async () => {
    const { client, notes } = await served();
    const error = await rpcError(client.note('x', { signal: AbortSignal.abort('why') }));
    expect(error).to.include({ code: 'CANCELLED', phase: 'unsent', cause: 'why' });
    expect(await client.ping()).to.equal('pong');
    expect(notes).to.deep.equal([]);
  });

  it('leaves no listener behind, however the call ends', async () => {
    const { client } = await served();
    const { signal } = new AbortController();
    await client.ping({ signal });
    await rejection(client.find(-1, { signal }));
    await rejection(client.wait('x', { signal, timeout: 1 }));
    await rejection(client.count('x' as unknown as number, { signal }));
    await client.note('x', { signal });
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });

  it('may be that of any number of calls at once: nothing looks like a leak, and each ends', async () => {
    const { address, running } = await served();
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const controller = new AbortController();
    const { signal } = controller;
    const plain = closing(makeClient(loaded.PingPong, address));
    const around = closing(
      makeClient(loaded.PingPong, address, {
        interceptors: [(call, next) => (call.method === 'PingPong.ping' ? new Promise(() => {}) : next())],
      }),
    );
    const calls = Array.from({ length: 12 }, () => [
      plain.wait('a', { signal }),
      around.wait('a', { signal }),
      around.ping({ signal }),
    ]).flat();
    const ended = Promise.all(calls.map(rpcError));
    await until(() => running.length === 24);
    expect(getEventListeners(signal, 'abort')).to.have.length(1);
    controller.abort();
    for (const { code } of await ended) expect(code).to.equal('CANCELLED');
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
    process.off('warning', listen);
    expect(warnings).to.deep.equal([]);
  });

  it('ends a call before there is a connection: nothing of it is sent', async () => {
    const { address } = await served();
    const client = closing(makeClient(loaded.PingPong, address));
    const controller = new AbortController();
    const cancelled = rpcError(client.login('a', 'b', { signal: controller.signal }));
    const kept = client.ping();
    controller.abort();
    expect(await cancelled).to.include({ code: 'CANCELLED', phase: 'unsent' });
    expect(await kept).to.equal('pong');
  });

  it('of a client counts as well as that of the call', async () => {
    const { client } = await served();
    const [first, second] = [new AbortController(), new AbortController()];
    const all = client.$with({ signal: first.signal });
    const calls = [all.wait('a', { signal: second.signal }), all.wait('b')].map(rpcError);
    second.abort('second');
    expect(await calls[0]).to.include({ cause: 'second' });
    first.abort('first');
    expect(await calls[1]).to.include({ cause: 'first' });
    expect(await rpcError(all.ping())).to.include({ code: 'CANCELLED', phase: 'unsent' });
  });

  it('over HTTP closes the request, of which its handler learns', async () => {
    const contexts: Context[] = [];
    const { address } = await served({
      wait(_name, context) {
        contexts.push(context);
        return new Promise(() => {});
      },
    });
    const client = closing(makeClient(loaded.PingPong, `http://127.0.0.1:${address.port}/`));
    const controller = new AbortController();
    const cancelled = rpcError(client.wait('a', { signal: controller.signal }));
    await until(() => contexts.length === 1);
    controller.abort();
    expect(await cancelled).to.include({ code: 'CANCELLED' });
    await until(() => contexts[0]!.signal.aborted);
  });

  it('is refused when it is none', async () => {
    const { client } = await served();
    const error = await rejection(client.ping({ signal: {} as AbortSignal }));
    expect(String(error)).to.equal('TypeError: PingPong.ping: signal: expected an AbortSignal, got {}');
  });
});

describe('a call that is made for another', () => {
  /** Serves `wait` by a call to another server, which is made with what `options` takes of the context. */
  async function chained(options: (context: Context) => object, propagate = false) {
    const inner = await served();
    const outer = await served(
      { wait: (name, context) => inner.client.wait(name, options(context)) },
      { propagate },
    );
    return { inner, outer };
  }

  for (const [how, make] of [
    ['by its parent', () => chained(context => ({ parent: context }))],
    ['by itself, where the server propagates', () => chained(() => ({}), true)],
  ] as const) {
    it(`has no more time than that one: ${how}`, async () => {
      const { inner, outer } = await make();
      const client = closing(makeClient(loaded.PingPong, outer.address, { transport: 'header' }));
      const error = await rpcError(client.wait('a', { timeout: 60 }));
      expect(error.code).to.equal('DEADLINE_EXCEEDED');
      // Whoever is first, the inner call is not waited for any longer.
      await until(() => outer.reported.length + inner.running.length > 0);
      expect(inner.running).to.deep.equal(['a']);
      expect(await outer.client.ping()).to.equal('pong');
    });

    it(`ends with that one: ${how}`, async () => {
      const { inner, outer } = await make();
      const ended: unknown[] = [];
      const first = closing(makeClient(loaded.PingPong, outer.address));
      rejection(first.wait('a')).then(error => ended.push(error));
      await until(() => inner.running.length === 1);
      await first.$close({ grace: 0 });
      await until(() => ended.length === 1);
      expect((ended[0] as RpcError).code).to.equal('CANCELLED');
    });
  }

  it('passes its trace on, where there is room for it', async () => {
    const seen: (string | undefined)[] = [];
    const inner = await served({
      ping({ metadata }: Context) {
        seen.push(metadata.get('traceparent'), metadata.get('tracestate'), metadata.get('other'));
        return 'pong';
      },
    });
    const withHeaders = closing(makeClient(loaded.PingPong, inner.address, { transport: 'header' }));
    const without = inner.client;
    const outer = await served({
      async login(_username, _password, context) {
        return (await withHeaders.ping({ parent: context })) + (await without.ping({ parent: context }));
      },
    });
    const client = closing(makeClient(loaded.PingPong, outer.address, { transport: 'ttheader' }));
    const metadata = { traceparent: '00-1-2-01', tracestate: 'a=b', other: 'x' };
    expect(await client.login('a', 'b', { metadata })).to.equal('pongpong');
    expect(seen).to.deep.equal(['00-1-2-01', 'a=b', undefined, undefined, undefined, undefined]);
  });
});

describe('a call that was given up and is answered by nobody', () => {
  it('settles once: by its signal, and not again by its time', async () => {
    const silent = await fakeServer(socket => socket.resume());
    const client = closing(makeClient(loaded.PingPong, silent.address));
    const controller = new AbortController();
    const call = rpcError(client.ping({ signal: controller.signal, timeout: 30 }));
    await until(() => silent.sockets.length === 1);
    controller.abort();
    expect((await call).code).to.equal('CANCELLED');
    expect((await rpcError(client.ping({ timeout: 60 }))).code).to.equal('DEADLINE_EXCEEDED');
  });
});
