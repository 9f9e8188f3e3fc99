import { AsyncLocalStorage } from 'node:async_hooks';
import { type Channel, channel, tracingChannel } from 'node:diagnostics_channel';
import { expect } from 'chai';
import {
  type ClientCallMessage,
  type ClientOptions,
  type ClosedConnectionMessage,
  type ConnectionMessage,
  type Context,
  makeClient,
  RpcError,
  type ServerCallMessage,
  ValueError,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { CALL, hex, message, ONEWAY } from '../support/hex.ts';
import { closeAll, closing, settle, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

const ends = ['client', 'server'] as const;
const phases = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'] as const;

let stops: (() => void)[] = [];

afterEach(async () => {
  await closeAll();
  for (const stop of stops) stop();
  stops = [];
});

function listen<Message>(name: string, listener: (message: Message) => void): void {
  subscribe(channel(name), listener as (message: unknown) => void);
}

function subscribe(to: Channel, listener: (message: unknown) => void): void {
  to.subscribe(listener);
  stops.push(() => to.unsubscribe(listener));
}

interface Told<Message> {
  readonly phase: (typeof phases)[number];
  readonly message: Message;
}

/** What a call's channel tells, in order. */
function told<Message extends ClientCallMessage | ServerCallMessage>(
  end: (typeof ends)[number],
): Told<Message>[] {
  const all: Told<Message>[] = [];
  const channels = tracingChannel(`livethrift:${end}:call`);
  for (const phase of phases)
    subscribe(channels[phase], message => all.push({ phase, message: message as Message }));
  return all;
}

const phasesOf = (all: readonly Told<unknown>[]): string => all.map(({ phase }) => phase).join(' ');

const OK = 'start end asyncStart asyncEnd';
const FAILED = 'start end error asyncStart asyncEnd';

describe("a client's calls on diagnostics channels", () => {
  it('are told of from start to end, with the same object', async () => {
    const { client, address } = await served();
    const all = told<ClientCallMessage>('client');
    await client.login('root', 'pwd', { timeout: 5000 });
    expect(phasesOf(all)).to.equal(OK);
    const { message } = all[0]!;
    expect(all.every(other => other.message === message)).to.equal(true);
    expect(message).to.include({
      method: 'PingPong.login',
      peer: `127.0.0.1:${address.port}`,
      timeout: 5000,
      result: 'hello root',
      isDeclared: false,
    });
    expect(message.args).to.deep.equal(['root', 'pwd']);
    expect(message.descriptor).to.include({ name: 'login', service: 'PingPong' });
    expect(message).to.not.have.property('error');
  });

  it('say of an exception that it is declared', async () => {
    const { client } = await served();
    const all = told<ClientCallMessage>('client');
    const error = await rejection(client.find(-1));
    expect(phasesOf(all)).to.equal(FAILED);
    expect(all[0]!.message).to.include({ error, isDeclared: true });
    expect(error).to.be.instanceOf(loaded.NotFound);
  });

  it('have failures, whether something was sent or not', async () => {
    const { client } = await served({
      ping() {
        throw new Error('broken');
      },
    });
    const all = told<ClientCallMessage>('client');
    expect(await rejection(client.ping())).to.equal(all[0]!.message.error);
    expect(all[0]!.message.error).to.be.instanceOf(RpcError).with.property('code', 'INTERNAL');
    expect(await rejection(client.count('one' as never))).to.equal(all.at(-1)!.message.error);
    expect(all.at(-1)!.message.error).to.be.instanceOf(ValueError);
    expect(all.at(-1)!.message.isDeclared).to.equal(false);
    expect(phasesOf(all)).to.equal(`${FAILED} ${FAILED}`);
  });

  it('end when they are handed over, where nothing answers them', async () => {
    const { client, notes } = await served();
    const all = told<ClientCallMessage>('client');
    await client.note('hello');
    expect(phasesOf(all)).to.equal(OK);
    expect(all[0]!.message.descriptor.oneway).to.equal(true);
    await until(() => notes.length === 1);
  });

  it('are told of once, however often interceptors try', async () => {
    const { address } = await served();
    const client = closing(
      makeClient(loaded.PingPong, address, {
        interceptors: [
          async (_call, next) => {
            await next();
            return next();
          },
        ],
      }),
    );
    const all = told<ClientCallMessage>('client');
    expect(await client.ping()).to.equal('pong');
    expect(phasesOf(all)).to.equal(OK);
  });
});

describe("a server's calls on diagnostics channels", () => {
  const answered = async (all: readonly Told<unknown>[], count = 1) =>
    until(() => all.filter(({ phase }) => phase === 'asyncEnd').length === count);

  it('are told of from start to end, with the same object', async () => {
    let context: Context | undefined;
    const { address } = await served({
      login(username, _password, given) {
        context = given;
        return username;
      },
    });
    const all = told<ServerCallMessage>('server');
    for (const options of [{}, { protocol: 'compact', transport: 'header' }] as ClientOptions[]) {
      await closing(makeClient(loaded.PingPong, address, options)).login('root', 'pwd');
    }
    await answered(all, 2);
    expect(phasesOf(all)).to.equal(`${OK} ${OK}`);
    const [first, second] = [all[0]!.message, all[4]!.message];
    expect(all.slice(0, 4).every(({ message }) => message === first)).to.equal(true);
    expect(first).to.include({
      method: 'PingPong.login',
      protocol: 'binary',
      transport: 'buffered',
      result: 'root',
      isDeclared: false,
    });
    expect(first.peer).to.match(/^127\.0\.0\.1:\d+$/);
    expect(first.args).to.deep.equal(['root', 'pwd']);
    expect(first).to.not.have.property('error');
    expect(second).to.include({ protocol: 'compact', transport: 'header', context });
  });

  it('wait for the answer of handlers that give promises', async () => {
    const { client, running, finish } = await served();
    const all = told<ServerCallMessage>('server');
    const call = client.wait('w');
    await until(() => running.length === 1);
    expect(phasesOf(all)).to.equal('start end');
    finish('w');
    expect(await call).to.equal('w');
    expect(phasesOf(all)).to.equal(OK);
    expect(all[0]!.message.result).to.equal('w');
  });

  it('say of an exception that it is declared', async () => {
    const { client } = await served();
    const all = told<ServerCallMessage>('server');
    await rejection(client.findVoid(-1));
    expect(phasesOf(all)).to.equal(FAILED);
    expect(all[0]!.message).to.include({ isDeclared: true });
    expect(all[0]!.message.error).to.be.instanceOf(loaded.NotFound);
  });

  it('have what the caller is not told', async () => {
    const broken = new Error('broken');
    const { client } = await served({
      ping() {
        throw broken;
      },
      login: () => 1 as never,
    });
    const all = told<ServerCallMessage>('server');
    expect((await rpcError(client.ping())).code).to.equal('INTERNAL');
    expect(all[0]!.message).to.include({ error: broken, isDeclared: false });
    expect((await rpcError(client.login('a', 'b'))).code).to.equal('INTERNAL');
    expect(all.at(-1)!.message.error).to.be.instanceOf(ValueError);
    expect(all.at(-1)!.message).to.not.have.property('result');
    expect(phasesOf(all)).to.equal(`${FAILED} ${FAILED}`);
  });

  it('fail when their time is over, and once alone', async () => {
    const { client, running, finish } = await served({}, { timeout: 20 });
    const all = told<ServerCallMessage>('server');
    expect((await rpcError(client.wait('w'))).code).to.equal('DEADLINE_EXCEEDED');
    expect(phasesOf(all)).to.equal(FAILED);
    expect(all[0]!.message.error).to.be.instanceOf(RpcError).with.property('code', 'DEADLINE_EXCEEDED');
    expect(running).to.deep.equal(['w']);
    finish('w');
    await settle();
    expect(phasesOf(all)).to.equal(FAILED);
  });

  it('end without an answer, where there is none, or nobody for it', async () => {
    const { client, raw, running, finish } = await served({
      note() {
        throw new Error('broken');
      },
    });
    const all = told<ServerCallMessage>('server');
    await client.note('n');
    await answered(all);
    expect(phasesOf(all)).to.equal(FAILED);
    const leaving = await raw();
    leaving.send(message(CALL, 'wait', 1, '0b 0001 00000001 77 00'));
    await until(() => running.length === 1);
    leaving.socket.destroy();
    await until(() => all.at(-1)!.message.context.signal.aborted);
    finish('w');
    await answered(all, 2);
    expect(phasesOf(all)).to.equal(`${FAILED} ${OK}`);
  });

  it('are refused where no handler gets them', async () => {
    const { client, raw } = await served();
    const all = told<ServerCallMessage>('server');
    const refused: object[] = [];
    listen<object>('livethrift:server:call:refused', about => refused.push(about));
    const other = await raw();
    other.send(message(CALL, 'nowhere', 1, '00'));
    other.send(message(ONEWAY, 'note', 2, '0b 0001 00000001 ff 00'));
    await until(() => refused.length === 2);
    expect(refused[0]).to.include({ name: 'nowhere' });
    expect(refused[0])
      .to.have.property('peer')
      .that.matches(/^127\.0\.0\.1:\d+$/);
    expect(refused[0]).to.have.nested.property('error.code', 'UNIMPLEMENTED');
    expect(refused[1]).to.include({ name: 'note' });
    expect(refused[1]).to.have.nested.property('error.code', 'INVALID_ARGUMENT');
    expect(all).to.deep.equal([]);
    expect(await client.ping()).to.equal('pong');
  });
});

describe('what is stored for those who listen', () => {
  for (const end of ends) {
    it(`is there below a call, ${end}`, async () => {
      const storage = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const { address } = await served({
        async ping() {
          await settle();
          if (end === 'server') seen.push(storage.getStore());
          return 'pong';
        },
      });
      const client = closing(
        makeClient(loaded.PingPong, address, {
          interceptors: [
            async (_call, next) => {
              await settle();
              if (end === 'client') seen.push(storage.getStore());
              return next();
            },
          ],
        }),
      );
      const { start } = tracingChannel(`livethrift:${end}:call`);
      start.bindStore(storage, message => (message as ClientCallMessage).method);
      stops.push(() => start.unbindStore(storage));
      expect(await client.ping()).to.equal('pong');
      expect(seen).to.deep.equal(['PingPong.ping']);
    });
  }
});

describe('connections on diagnostics channels', () => {
  it('are told of by a client: opening, opened, closed', async () => {
    const { client, address } = await served();
    const all: (readonly [string, ConnectionMessage])[] = [];
    for (const event of ['opening', 'opened', 'closed'])
      listen<ConnectionMessage>(`livethrift:client:connection:${event}`, about => all.push([event, about]));
    await client.ping();
    expect(all.map(([event]) => event)).to.deep.equal(['opening', 'opened']);
    await client.close();
    expect(all.map(([event]) => event)).to.deep.equal(['opening', 'opened', 'closed']);
    expect(new Set(all.map(([, { connection }]) => connection))).to.have.lengthOf(1);
    expect(all.every(([, { peer }]) => peer === `127.0.0.1:${address.port}`)).to.equal(true);
    expect(all[2]![1]).to.include({ error: undefined });
  });

  it('say why they were never made, or were lost', async () => {
    const { server, address, client } = await served();
    const closed: ClosedConnectionMessage[] = [];
    const opened: ConnectionMessage[] = [];
    listen<ClosedConnectionMessage>('livethrift:client:connection:closed', about => closed.push(about));
    listen<ConnectionMessage>('livethrift:client:connection:opened', about => opened.push(about));
    await server.close();
    await rpcError(client.ping());
    expect(opened).to.deep.equal([]);
    expect(closed).to.have.lengthOf(1);
    expect(closed[0]).to.have.nested.property('error.code', 'ECONNREFUSED');
    expect(closed[0]).to.include({ peer: `127.0.0.1:${address.port}` });
  });

  it('are told of by a server: opened, closed, once whatever they travel in', async () => {
    const { address } = await served();
    const all: (readonly [string, ConnectionMessage])[] = [];
    for (const event of ['opened', 'closed'])
      listen<ConnectionMessage>(`livethrift:server:connection:${event}`, about => all.push([event, about]));
    const client = closing(makeClient(loaded.PingPong, address, { zlib: true }));
    await client.ping();
    await client.close();
    await until(() => all.length > 1);
    expect(all.map(([event]) => event)).to.deep.equal(['opened', 'closed']);
    expect(all[0]![1].connection).to.equal(all[1]![1].connection);
    expect(all[0]![1].peer).to.match(/^127\.0\.0\.1:\d+$/);
    expect(all[1]![1]).to.include({ error: undefined });
  });

  it('are refused when they speak what is not served, or nonsense in it', async () => {
    const { raw, reported } = await served();
    const refused: { readonly peer: string; readonly error: unknown }[] = [];
    listen<(typeof refused)[number]>('livethrift:server:connection:refused', about => refused.push(about));
    (await raw()).send(Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    await until(() => refused.length === 1);
    const other = await raw();
    other.send(message(CALL, 'ping', 1, '00'));
    other.send(hex('80 01 00 01 ff ff ff ff 00 00 00 00 00 00 00 00'));
    await until(() => refused.length === 2);
    expect(refused.map(({ error }) => error)).to.deep.equal(reported.map(({ error }) => error));
    expect(refused.map(({ peer }) => peer)).to.deep.equal(reported.map(({ context }) => context.peer));
  });
});

describe('who listens and throws', () => {
  it('breaks no call: Node reports it as an uncaught exception', async () => {
    const { client } = await served();
    const uncaught: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', error => uncaught.push(error));
    stops.push(() => {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    });
    const names = [
      ...ends.flatMap(end => phases.map(phase => `tracing:livethrift:${end}:call:${phase}`)),
      'livethrift:client:connection:opening',
      'livethrift:client:connection:opened',
      'livethrift:server:connection:opened',
    ];
    for (const name of names)
      listen(name, () => {
        throw new Error(name);
      });
    expect(await client.ping()).to.equal('pong');
    expect(await rejection(client.find(-1))).to.be.instanceOf(loaded.NotFound);
    await until(() => new Set(uncaught.map(error => (error as Error).message)).size === names.length);
  });
});
