import { expect } from 'chai';
import {
  type Address,
  type Client,
  type ClientOptions,
  type Interceptor,
  makeClient,
  makeServer,
  type StatusCode,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closing, fakeServer, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded, type TestModule, waitingHandler } from '../support/services.ts';
import { staysHarmless } from './harmless.ts';
import { BadNetwork } from './network.ts';
import { ServerProcess } from './processes.ts';

const open = (address: Address, options: ClientOptions = {}): Client<TestModule['PingPong']> =>
  closing(makeClient(loaded.PingPong, address, options));

type Outcome = StatusCode | 'OK';

/** How a call ends; to be asked for when it begins, or its failure would be nobody's. */
function outcome(call: Promise<unknown>): Promise<Outcome> {
  return call.then(
    () => 'OK',
    error => error.code,
  );
}

/** How many ended how. */
async function tally(outcomes: readonly Promise<Outcome>[]): Promise<Partial<Record<Outcome, number>>> {
  const all: Partial<Record<Outcome, number>> = {};
  for (const code of await Promise.all(outcomes)) all[code] = (all[code] ?? 0) + 1;
  return all;
}

/** Calls until one succeeds: a server that has come back may not be noticed by the first. */
async function recovers(client: Client<TestModule['PingPong']>): Promise<void> {
  for (let i = 0; ; i++) {
    try {
      expect(await client.ping({ timeout: 2000 })).to.equal('pong');
      return;
    } catch (error) {
      if (i === 20) throw error;
    }
  }
}

for (const transport of ['buffered', 'framed', 'header', 'ttheader'] as const) {
  describe(`a server that dies, ${transport}`, () => {
    staysHarmless();

    it('by kill -9, under a thousand calls: all of them settle, and the next server is used', async () => {
      const server = await ServerProcess.start();
      const client = open(server.address, { transport, timeout: 20_000 });
      await client.ping();
      const calls = Array.from({ length: 1000 }, (_, i) =>
        outcome(i % 2 === 0 ? client.find(i) : client.wait('x')),
      );
      await client.ping();
      await server.kill();
      const all = await tally(calls);
      expect(all.UNAVAILABLE).to.be.at.least(500);
      expect((all.OK ?? 0) + all.UNAVAILABLE!).to.equal(1000);
      expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
      const again = await ServerProcess.start(server.address.port);
      await recovers(client);
      await again.kill();
    });

    it('and stands still by kill -STOP: calls end with their time, and go on when it does', async () => {
      const server = await ServerProcess.start();
      const client = open(server.address, { transport });
      await client.ping();
      server.stop();
      const calls = Array.from({ length: 50 }, () => outcome(client.ping({ timeout: 50 })));
      const all = await tally(calls);
      expect(Object.keys(all)).to.deep.equal(['DEADLINE_EXCEEDED']);
      server.goOn();
      await recovers(client);
      await server.kill();
    });
  });

  describe(`a connection that breaks, ${transport}`, () => {
    staysHarmless();

    for (const fate of ['reset', 'drop'] as const) {
      for (const direction of ['up', 'down'] as const) {
        it(`after every byte of a call (${direction}, ${fate}): the call settles, the next one succeeds`, async () => {
          const { address } = await served();
          const proxy = await BadNetwork.before(address);
          const expected = fate === 'reset' ? ['UNAVAILABLE'] : ['DEADLINE_EXCEEDED', 'UNAVAILABLE'];
          for (let after = 0; after < 24; after += 3) {
            proxy.rule = { direction, after, fate };
            const client = open(proxy.address, { transport });
            const error = await rpcError(
              client.login('ada', 'secret', { timeout: fate === 'drop' ? 60 : 5000 }),
            );
            expect(error.code).to.be.oneOf(expected);
            proxy.rule = undefined;
            await recovers(client);
            await client.$close({ grace: 0 });
          }
        });
      }
    }
  });
}

describe('a network that loses everything', () => {
  staysHarmless();

  it('without a word: calls end with their time, and with it being back a new connection is made', async () => {
    const { address } = await served();
    const proxy = await BadNetwork.before(address);
    const client = open(proxy.address);
    await client.ping();
    proxy.rule = { direction: 'down', after: 0, fate: 'drop' };
    for (let i = 0; i < 5; i++) {
      const { code } = await rpcError(client.ping({ timeout: 40 }));
      expect(code).to.be.oneOf(['DEADLINE_EXCEEDED', 'UNAVAILABLE']);
    }
    proxy.rule = undefined;
    await recovers(client);
    expect(proxy.count).to.be.at.least(2);
  });
});

describe('a server that is restarted', () => {
  staysHarmless();

  it('in every phase of calls, again and again: each settles, and with the right status', async () => {
    let server = await ServerProcess.start();
    const { port } = server.address;
    const client = open(server.address, { timeout: 5000 });
    const calls: Promise<Outcome>[] = [];
    let isOver = false;
    const caller = (async () => {
      while (!isOver) {
        calls.push(outcome(client.wait('x')), outcome(client.ping()));
        await new Promise(resolve => setTimeout(resolve, 1));
      }
    })();
    for (let i = 0; i < 3; i++) {
      await new Promise(resolve => setTimeout(resolve, 30));
      await server.kill();
      server = await ServerProcess.start(port);
      await recovers(client);
    }
    isOver = true;
    await caller;
    const all = await tally(calls);
    expect(Object.keys(all).sort()).to.deep.equal(['OK', 'UNAVAILABLE']);
    await server.kill();
  });
});

describe('a server that never reads', () => {
  staysHarmless();

  it('costs no more memory than the limits say: calls beyond them are refused', async () => {
    const silent = await fakeServer(socket => socket.pause());
    const client = open(silent.address, { limits: { unsent: 1 << 20 } });
    const value = new Uint8Array(1 << 18);
    const calls = Array.from({ length: 64 }, async () => {
      await new Promise(resolve => setTimeout(resolve, Math.random() * 20));
      return outcome(client.echo(value, { timeout: 200 }));
    });
    const all = await tally(calls);
    expect(Object.keys(all).sort()).to.deep.equal(['DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED']);
  });
});

describe('code of users that throws', () => {
  staysHarmless();
  const oops = () => {
    throw new Error('oops');
  };

  it('in a hook of a client fails that call alone', async () => {
    const { address } = await served();
    const plain = open(address, { transport: 'header' });
    const thrown = await Promise.all([
      rejection(plain.ping({ onHeaders: oops })),
      rejection(open(address, { interceptors: [oops] }).ping()),
      rejection(open(address, { transport: 'header', headers: oops }).ping()),
      rejection(
        plain.login(
          {
            get length() {
              return oops();
            },
          } as unknown as string,
          'x',
        ),
      ),
    ]);
    expect(thrown.map(String).slice(0, 3)).to.deep.equal(['Error: oops', 'Error: oops', 'Error: oops']);
    expect(await plain.ping()).to.equal('pong');
  });

  it('in a hook of a server fails that call alone', async () => {
    const interceptors: Interceptor[] = [(call, next) => (call.method.endsWith('login') ? oops() : next())];
    const { handler } = waitingHandler({ find: oops, count: async () => oops() });
    const server = closing(makeServer(loaded.PingPong, handler, { interceptors, onError() {} }));
    const client = open(await server.listen({ port: 0 }));
    const all = await tally(
      [client.login('a', 'b'), client.find(1), client.count(1), client.ping()].map(outcome),
    );
    expect(all).to.deep.equal({ INTERNAL: 3, OK: 1 });
  });

  it('in a listener for aborted calls is told to the process, and breaks nothing here', async () => {
    const listeners = process.rawListeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const uncaught: unknown[] = [];
    process.on('uncaughtException', error => uncaught.push(error));
    try {
      const { client, address } = await served(
        {
          wait(_name, context) {
            context.signal.addEventListener('abort', oops);
            return new Promise(() => {});
          },
        },
        { timeout: 10 },
      );
      expect(await rpcError(client.wait('x'))).to.include({ code: 'DEADLINE_EXCEEDED' });
      expect(await open(address).ping()).to.equal('pong');
      await until(() => uncaught.length === 1);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener as () => void);
    }
  });
});

describe('times', () => {
  staysHarmless();

  for (const timeout of [0, -1, Number.NEGATIVE_INFINITY]) {
    it(`that are over send nothing: ${timeout}`, async () => {
      const { client, notes } = await served();
      expect(await rpcError(client.note('x', { timeout }))).to.include({
        code: 'DEADLINE_EXCEEDED',
        phase: 'unsent',
      });
      await client.ping();
      expect(notes).to.deep.equal([]);
    });
  }

  for (const timeout of [2 ** 31, 2 ** 53, Number.MAX_VALUE, Number.POSITIVE_INFINITY]) {
    it(`beyond what timers take are waited for: ${timeout}`, async () => {
      const { address, running, finish } = await served();
      for (const transport of ['buffered', 'header', 'ttheader'] as const) {
        const client = open(address, { transport });
        const call = client.wait('x', { timeout });
        await until(() => running.length === 1);
        finish('x');
        expect(await call).to.equal('x');
      }
    });
  }

  it('that are none are refused', async () => {
    const { client } = await served();
    for (const timeout of [Number.NaN, '5', null]) {
      expect(await rejection(client.ping({ timeout: timeout as number }))).to.be.instanceOf(TypeError);
    }
  });
});
