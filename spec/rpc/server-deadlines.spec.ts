import { expect } from 'chai';
import { type Context, context, makeClient } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { headerFrame, pairs } from '../support/frames.ts';
import { CALL, hex, message } from '../support/hex.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

describe('the time that a handler has', () => {
  it('is what the server gives: then its caller is answered, and its signal aborts', async () => {
    const contexts: Context[] = [];
    const { client, running } = await served(
      {
        wait(name, context) {
          contexts.push(context);
          running.push(name);
          return new Promise(() => {});
        },
      },
      { timeout: 20 },
    );
    const before = Date.now();
    const error = await rpcError(client.wait('a'));
    expect(error).to.include({ code: 'DEADLINE_EXCEEDED', phase: 'answered' });
    expect(error.message).to.equal('PingPong.wait: not done within 20 ms');
    const [served0] = contexts;
    expect(served0!.signal.aborted).to.equal(true);
    expect(served0!.signal.reason).to.include({ code: 'DEADLINE_EXCEEDED' });
    expect(served0!.deadline).to.be.within(before + 20, Date.now() + 20);
    expect(await client.ping()).to.equal('pong');
  });

  it('has no end unless somebody says so', async () => {
    let deadline = 0;
    const { client } = await served({
      ping(context: Context) {
        deadline = context.deadline;
        return 'pong';
      },
    });
    await client.ping();
    expect(deadline).to.equal(Number.POSITIVE_INFINITY);
  });

  for (const transport of ['header', 'ttheader', 'http'] as const) {
    it(`is what the client waits, where that is less: ${transport}`, async () => {
      const deadlines: number[] = [];
      const { address } = await served(
        {
          ping(context: Context) {
            deadlines.push(context.deadline - Date.now());
            return 'pong';
          },
        },
        { timeout: 100_000 },
      );
      const client =
        transport === 'http'
          ? closing(makeClient(loaded.PingPong, `http://127.0.0.1:${address.port}/`))
          : closing(makeClient(loaded.PingPong, address, { transport }));
      await client.ping({ timeout: 50_000 });
      await client.ping({ timeout: 200_000 });
      await client.ping({ timeout: Number.POSITIVE_INFINITY });
      expect(deadlines[0]).to.be.within(10_000, 50_000);
      expect(deadlines[1]).to.be.within(60_000, 100_000);
      expect(deadlines[2]).to.be.within(60_000, 100_000);
    });
  }

  it('that is over does not end what goes on: a late result is dropped, a late failure too', async () => {
    const finish: ((fail: boolean) => void)[] = [];
    const { client, reported } = await served(
      {
        wait: () =>
          new Promise((resolve, reject) => {
            finish.push(fail => (fail ? reject(new Error('late')) : resolve('late')));
          }),
      },
      { timeout: 10 },
    );
    await Promise.all([rejection(client.wait('a')), rejection(client.wait('b'))]);
    finish[0]!(false);
    finish[1]!(true);
    expect(await client.ping()).to.equal('pong');
    expect(reported).to.deep.equal([]);
  });

  it('ends a oneway call too: its signal aborts', async () => {
    const contexts: Context[] = [];
    const { client } = await served(
      {
        note(_text, context) {
          contexts.push(context);
          return new Promise(() => {}) as unknown as undefined;
        },
      },
      { timeout: 10 },
    );
    await client.note('x');
    await until(() => contexts[0]?.signal.aborted === true);
    expect(await client.ping()).to.equal('pong');
  });

  it('is no option when it is no number', async () => {
    const made = served({}, { timeout: 'x' as unknown as number });
    expect(String(await rejection(made))).to.equal('TypeError: timeout: expected ms as a number, got x');
  });
});

describe('client_timeout', () => {
  for (const [text, isTimed] of [
    ['5000', true],
    ['0', false],
    ['soon', false],
    ['-5', false],
  ] as const) {
    it(`${isTimed ? 'sets' : 'does not set'} the deadline, and is no metadata: ${text}`, async () => {
      const contexts: Context[] = [];
      const { raw } = await served({
        ping(context: Context) {
          contexts.push(context);
          return 'pong';
        },
      });
      const client = await raw();
      const header = pairs(1, [
        ['client_timeout', text],
        ['a', 'b'],
      ]);
      client.send(headerFrame(message(CALL, 'ping', 7), { header: Buffer.concat([hex('00 00'), header]) }));
      await until(() => contexts.length === 1);
      expect(contexts[0]!.deadline < Number.POSITIVE_INFINITY).to.equal(isTimed);
      expect([...contexts[0]!.metadata]).to.deep.equal([['a', 'b']]);
    });
  }
});

describe('context()', () => {
  it('gives the context of the call that is served, anywhere below its handler', async () => {
    const seen: unknown[] = [];
    const { client } = await served(
      {
        async login(_username, _password, own) {
          await new Promise(setImmediate);
          seen.push(context() === own, context()?.method);
          return 'x';
        },
      },
      { propagate: true },
    );
    await client.login('a', 'b');
    expect(seen).to.deep.equal([true, 'PingPong.login']);
    expect(context()).to.equal(undefined);
  });

  it('is not there without propagate', async () => {
    const seen: unknown[] = [];
    const { client } = await served({
      ping() {
        seen.push(context());
        return 'pong';
      },
    });
    await client.ping();
    expect(seen).to.deep.equal([undefined]);
  });
});
