import { expect } from 'chai';
import {
  type ClientOptions,
  type Interceptor,
  makeClient,
  metrics,
  type RetryOptions,
  RpcError,
  type Server,
  type TcpAddress,
} from '../../src/index.ts';
import { accessLog } from '../../src/interceptors/access-log.ts';
import { authenticate } from '../../src/interceptors/authenticate.ts';
import { bearer } from '../../src/interceptors/bearer.ts';
import { hedge } from '../../src/interceptors/hedge.ts';
import { retry } from '../../src/interceptors/retry.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, fakeServer, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const { PingPong } = loaded;
const fast: RetryOptions = { attempts: 4, backoff: { initial: 1, max: 1 } };

afterEach(closeAll);

const clientOf = (address: TcpAddress, options: ClientOptions) =>
  closing(makeClient(PingPong, address, options));

/** Where nothing listens. */
async function nowhere(): Promise<TcpAddress> {
  const peer = await fakeServer(() => {});
  await peer.close();
  return peer.address;
}

describe('a client that tries again', () => {
  it('reaches a server that comes up while it tries', async () => {
    const address = await nowhere();
    const { server } = await served();
    const starting: Promise<TcpAddress>[] = [];
    const late: Interceptor = async (_call, next) => {
      try {
        return await next();
      } catch (error) {
        if (starting.length === 0) starting.push((server as Server).listen(address));
        await starting[0];
        throw error;
      }
    };
    const client = clientOf(address, { interceptors: [retry(fast), late] });
    expect(await client.ping()).to.equal('pong');
  });

  it('tries as the innermost interceptor, in the time of the whole call, and tells the stack of the caller', async () => {
    const seen: string[] = [];
    const outer: Interceptor = async (call, next) => {
      seen.push(call.method);
      return next();
    };
    const client = clientOf(await nowhere(), { interceptors: [outer], retry: fast });
    async function caller(): Promise<string> {
      return await client.ping();
    }
    const error = await rpcError(caller());
    expect(error).to.include({ code: 'UNAVAILABLE', attempts: 4 });
    expect(error.message).to.match(/\(ECONNREFUSED\); tried 4 times$/);
    expect(error.stack).to.match(
      /RpcError: PingPong\.ping: cannot connect .*tried 4 times\n[\s\S]*at .*caller/,
    );
    expect((error.cause as AggregateError).errors[0]).to.have.nested.property('cause.code', 'ECONNREFUSED');
    expect(seen).to.deep.equal(['PingPong.ping']);
  });

  it('has sensible rules of its own, with `true`', async () => {
    const client = clientOf(await nowhere(), { retry: true });
    expect((await rpcError(client.ping())).attempts).to.equal(3);
    const once = clientOf(await nowhere(), { retry: false });
    expect((await rpcError(once.ping())).attempts).to.equal(undefined);
  });

  it('tries a call once that says so, and all of a client that $with says so of', async () => {
    const client = clientOf(await nowhere(), { retry: fast });
    for (const error of [
      await rpcError(client.ping({ retry: false })),
      await rpcError(client.$with({ retry: false }).ping()),
    ]) {
      expect(error.attempts).to.equal(undefined);
      expect(error.message).to.match(/\(ECONNREFUSED\)$/);
    }
    const wrong = { retry: true } as unknown as { retry: false };
    expect(String(await rejection(client.ping(wrong)))).to.equal(
      'TypeError: PingPong.ping: retry: expected false (how calls are tried again is an option of makeClient), got true',
    );
    expect(() => clientOf({ host: 'x', port: 1 }, { retry: { tries: 1 } as RetryOptions })).to.throw(
      TypeError,
      'retry: there is no option "tries"',
    );
  });

  it('tries calls again whose connection broke, if they are idempotent', async () => {
    const peer = await fakeServer(socket => socket.once('data', () => socket.destroy()));
    const client = clientOf(peer.address, { retry: fast });
    expect((await rpcError(client.ping())).attempts).to.equal(undefined);
    expect(peer.sockets).to.have.length(1);
    expect((await rpcError(client.ping({ idempotent: true }))).attempts).to.equal(4);
    expect(peer.sockets).to.have.length(5);
  });

  it('sends a oneway call again that was not sent', async () => {
    const client = clientOf(await nowhere(), { retry: fast });
    expect((await rpcError(client.note('x'))).attempts).to.equal(4);
  });

  it('comes back to a server that has too much to do when it is told to, whatever the transport', async () => {
    for (const transport of ['buffered', 'header', 'ttheader'] as const) {
      let asked = 0;
      const { address } = await served({
        ping() {
          if (++asked < 3) {
            throw new RpcError('RESOURCE_EXHAUSTED', 'too much to do', { details: { retryAfter: 1 } });
          }
          return 'pong';
        },
      });
      expect(await clientOf(address, { transport, retry: fast }).ping()).to.equal('pong');
      expect(asked).to.equal(3);
    }
  });

  it('does not try what a closed client cannot send', async () => {
    const { address } = await served();
    const client = clientOf(address, { retry: fast });
    await client.$close();
    const error = await rpcError(client.ping());
    expect(error.message).to.equal('PingPong.ping: the client is closed; nothing was sent');
    expect(error.attempts).to.equal(undefined);
  });

  it('does not go beyond the timeout of the call', async () => {
    const options: RetryOptions = {
      attempts: Number.POSITIVE_INFINITY,
      backoff: { initial: 5, multiplier: 1 },
    };
    const client = clientOf(await nowhere(), { retry: options });
    const error = await rpcError(client.ping({ timeout: 100 }));
    // The time may also be over while one of the attempts is on its way.
    expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).to.include(error.code);
    expect(error.attempts).to.be.greaterThan(1);
  });

  it('ends when the caller gives up', async () => {
    const client = clientOf(await nowhere(), { retry: { backoff: { initial: 60_000, max: 60_000 } } });
    const controller = new AbortController();
    const handles = process.getActiveResourcesInfo().filter(type => type === 'Timeout').length;
    const result = rpcError(client.ping({ signal: controller.signal, timeout: Number.POSITIVE_INFINITY }));
    await until(() => process.getActiveResourcesInfo().filter(type => type === 'Timeout').length > handles);
    await settle();
    controller.abort();
    expect((await result).code).to.equal('CANCELLED');
    const left = process.getActiveResourcesInfo().filter(type => type === 'Timeout');
    expect(left).to.have.lengthOf.at.most(handles);
  });
});

describe('a client that hedges', () => {
  it('is not held up by one slow answer, and cancels it', async () => {
    let asked = 0;
    const { address, running } = await served({
      async find(id) {
        if (++asked > 1) return `found ${id}`;
        running.push('slow');
        return new Promise(() => {});
      },
    });
    const client = clientOf(address, { interceptors: [hedge({ delay: 1 })] });
    expect(await client.find(7, { idempotent: true })).to.equal('found 7');
    expect(asked).to.equal(2);
  });

  it('tells the stack of the caller when all attempts fail', async () => {
    const client = clientOf(await nowhere(), { interceptors: [hedge({ delay: 1 })] });
    async function caller(): Promise<string> {
      return await client.ping({ idempotent: true });
    }
    const error = await rpcError(caller());
    expect(error.attempts).to.equal(2);
    expect(error.stack).to.include('caller');
  });

  it('stands around retry: an attempt that was cancelled is not made again', async () => {
    let asked = 0;
    const { address } = await served({
      ping: () => (++asked === 1 ? new Promise(() => {}) : 'pong'),
    });
    const client = clientOf(address, { interceptors: [hedge({ delay: 1 })], retry: fast });
    expect(await client.ping({ idempotent: true })).to.equal('pong');
    await settle();
    expect(asked).to.equal(2);
  });
});

describe('interceptors', () => {
  it('for one side say so on the other', async () => {
    const { client, reported } = await served({}, { interceptors: [retry()], exposeErrors: true });
    const text = "retry is an interceptor for clients, and stands around a server's PingPong.ping";
    expect((await rpcError(client.ping())).message).to.include(text);
    expect(reported.map(({ error }) => (error as Error).message)).to.deep.equal([text]);
    const { address } = await served();
    const wrong = clientOf(address, { interceptors: [authenticate(() => ({}))] });
    expect(String(await rejection(wrong.ping()))).to.equal(
      "TypeError: authenticate is an interceptor for servers, and stands around a client's PingPong.ping",
    );
    for (const interceptor of [bearer('x'), hedge({ delay: 1 })]) {
      const { client } = await served({}, { interceptors: [interceptor], onError() {} });
      expect((await rpcError(client.ping())).code).to.equal('INTERNAL');
    }
  });

  it('that narrow the time, or cancel, do so for all inside them', async () => {
    const { address, running, finish } = await served();
    const controller = new AbortController();
    const within =
      (options: { timeout?: number; signal?: AbortSignal }): Interceptor =>
      (_call, next) =>
        next(options);
    const client = clientOf(address, {
      interceptors: [
        within({ timeout: 20, signal: controller.signal }),
        within({ timeout: 60_000, signal: new AbortController().signal }),
        within({}),
      ],
    });
    expect((await rpcError(client.wait('late'))).code).to.equal('DEADLINE_EXCEEDED');
    finish('late');
    const patient = clientOf(address, {
      interceptors: [within({ signal: controller.signal }), within({ signal: new AbortController().signal })],
    });
    const cancelled = rpcError(patient.wait('cancelled'));
    await until(() => running.length === 1);
    controller.abort();
    expect((await cancelled).code).to.equal('CANCELLED');
  });

  it('that throw are counted and logged as what they throw, on either side', async () => {
    const codes: string[] = [];
    const log = accessLog({ write: ({ side, code }) => codes.push(`${side} ${code}`) });
    const counted = metrics();
    const throwing =
      (error: unknown): Interceptor =>
      () => {
        throw error;
      };
    const refusal = new RpcError('PERMISSION_DENIED', 'not you');
    const { address } = await served({}, { interceptors: [log, counted.interceptor, throwing(refusal)] });
    const refused = clientOf(address, { interceptors: [log, counted.interceptor] });
    expect((await rpcError(refused.ping())).code).to.equal('PERMISSION_DENIED');
    const broken = clientOf(address, {
      interceptors: [log, counted.interceptor, throwing(new RangeError('mine'))],
    });
    expect(String(await rejection(broken.ping()))).to.equal('RangeError: mine');
    expect(codes).to.deep.equal(['server PERMISSION_DENIED', 'client PERMISSION_DENIED', 'client UNKNOWN']);
    expect(counted.snapshot().running.map(({ count }) => count)).to.deep.equal([0, 0]);
  });
});
