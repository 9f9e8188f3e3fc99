import { AsyncLocalStorage } from 'node:async_hooks';
import { type Channel, channel, tracingChannel } from 'node:diagnostics_channel';
import { expect } from 'chai';
import {
  type ClientCallMessage,
  type ConnectionMessage,
  loadSource,
  makeClient,
  RpcError,
  type ServerCallMessage,
  type TcpAddress,
} from '../../../src/index.ts';
import { rejection, rpcError } from '../../support/errors.ts';
import { freePort } from '../../support/free-port.ts';
import { closeAll, closing, settle, until } from '../../support/peers.ts';
import { all, chatting, lines, loaded } from './chat.ts';

const phases = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'] as const;
const OK = 'start end asyncStart asyncEnd';
const FAILED = 'start end error asyncStart asyncEnd';

let stops: (() => void)[] = [];

afterEach(async () => {
  await closeAll();
  for (const stop of stops) stop();
  stops = [];
});

function subscribe(to: Channel, listener: (message: unknown) => void): void {
  to.subscribe(listener);
  stops.push(() => to.unsubscribe(listener));
}

interface Told<Message> {
  readonly phase: string;
  readonly message: Message;
}

/** What the calls of one end tell, in order. */
function told<Message extends ClientCallMessage | ServerCallMessage>(
  end: 'client' | 'server',
): Told<Message>[] {
  const found: Told<Message>[] = [];
  const channels = tracingChannel(`livethrift:${end}:call`);
  for (const phase of phases)
    subscribe(channels[phase], message => found.push({ phase, message: message as Message }));
  return found;
}

function listen<Message>(name: string): Message[] {
  const found: Message[] = [];
  subscribe(channel(name), message => found.push(message as Message));
  return found;
}

const phasesOf = (found: readonly Told<unknown>[]): string => found.map(({ phase }) => phase).join(' ');

/** Waits until so many calls have ended. */
const ended = (found: readonly Told<unknown>[], count = 1): Promise<void> =>
  until(() => found.filter(({ phase }) => phase === 'asyncEnd').length === count);

interface Text {
  readonly text: string;
}

const handlers = {
  async *listen({ text }: Text) {
    for (const letter of text) yield { text: letter };
  },
  async write(given: AsyncIterable<Text>) {
    let text = '';
    for await (const line of given) text += line.text;
    return { text };
  },
  async *talk(given: AsyncIterable<Text>) {
    for await (const { text } of given) yield { text: `${text}?` };
  },
  numbered: (word: string) => [word.length, lines(...word)],
  async sum(from: number, numbers: AsyncIterable<number>) {
    let sum = BigInt(from);
    for await (const number of numbers) sum += BigInt(number);
    return sum;
  },
};

const passing = [
  ['without interceptors', {}],
  [
    'with interceptors',
    {
      interceptors: [
        async (_call: unknown, next: () => Promise<unknown>) => {
          await settle();
          return next();
        },
      ],
    },
  ],
] as const;

describe("a client's streams on diagnostics channels", () => {
  for (const [name, options] of passing) {
    it(`are told of from the call to the end of the stream, with the same object: ${name}`, async () => {
      const { client, address } = await chatting(handlers, options);
      const found = told<ClientCallMessage>('client');
      const replies = client.talk(lines('a', 'b'), { timeout: 5000 });
      expect(phasesOf(found)).to.equal('start end');
      const first = await replies.next();
      expect(first.value).to.include({ text: 'a?' });
      expect(await all(replies)).to.deep.equal(['b?']);
      expect(phasesOf(found)).to.equal(OK);
      const { message } = found[0]!;
      expect(found.every(other => other.message === message)).to.equal(true);
      expect(message).to.include({
        method: 'Chat.talk',
        peer: `127.0.0.1:${(address as TcpAddress).port}`,
        timeout: 5000,
        isDeclared: false,
      });
      expect(message.args).to.deep.equal([]);
      expect(message.messages).to.deep.equal({ sent: 2, received: 2 });
      expect(message).to.not.have.any.keys('result', 'error');
    });

    it(`have the declared arguments, and the answer where that is no stream: ${name}`, async () => {
      const { client } = await chatting(handlers, options);
      const found = told<ClientCallMessage>('client');
      await all(client.listen({ text: 'abc' }));
      expect(found[0]!.message.args).to.deep.equal([{ text: 'abc' }]);
      expect(found[0]!.message.messages).to.deep.equal({ sent: 0, received: 3 });
      const written = await client.write(lines('a', 'b'));
      expect(found[4]!.message.result).to.equal(written);
      expect(found[4]!.message.args).to.deep.equal([]);
      expect(await client.sum(1, [2, 3])).to.equal(6n);
      expect(found[8]!.message).to.include({ result: 6n });
      expect(found[8]!.message.args).to.deep.equal([1]);
      expect(found[8]!.message.messages).to.deep.equal({ sent: 2, received: 0 });
      const [, stream] = await client.numbered('ab');
      await all(stream);
      expect(found[12]!.message).to.not.have.property('result');
      expect(found[12]!.message.messages).to.deep.equal({ sent: 0, received: 2 });
      expect(phasesOf(found)).to.equal(`${OK} ${OK} ${OK} ${OK}`);
    });

    it(`fail with what their callers get: ${name}`, async () => {
      const { client } = await chatting(
        {
          async *listen() {
            yield { text: 'a' };
            throw new loaded.Rude({ word: 'no' });
          },
          write: () => Promise.reject(new RpcError('NOT_FOUND', 'nobody')),
        },
        options,
      );
      const found = told<ClientCallMessage>('client');
      const [, thrown] = await all(client.listen({ text: 'x' }));
      expect(thrown).to.be.instanceOf(loaded.Rude);
      await ended(found);
      expect(found[0]!.message).to.include({ error: thrown, isDeclared: true });
      const refused = await rejection(client.write([]));
      expect(found.at(-1)!.message).to.include({ error: refused, isDeclared: false });
      expect(phasesOf(found)).to.equal(`${FAILED} ${FAILED}`);
    });

    it(`end when their caller wants no more, and fail when they are given up: ${name}`, async () => {
      const { client } = await chatting(
        {
          async *listen() {
            for (;;) {
              await settle();
              yield { text: 'a' };
            }
          },
        },
        options,
      );
      const found = told<ClientCallMessage>('client');
      for await (const _line of client.listen({ text: 'x' })) break;
      await ended(found);
      expect(phasesOf(found)).to.equal(OK);
      const aborting = new AbortController();
      const given = client.listen({ text: 'x' }, { signal: aborting.signal });
      await given.next();
      aborting.abort();
      await ended(found, 2);
      expect(phasesOf(found)).to.equal(`${OK} ${FAILED}`);
      expect(found.at(-1)!.message.error).to.include({ code: 'CANCELLED' });
    });
  }

  it('are told of once, where nothing is sent', async () => {
    const { client } = await chatting(handlers);
    const found = told<ClientCallMessage>('client');
    await all(client.listen({ text: 'a' }, { timeout: 0 }));
    expect(phasesOf(found)).to.equal(FAILED);
    expect(found[0]!.message.error).to.include({ code: 'DEADLINE_EXCEEDED' });
    await all(client.listen({ text: 'a' }, { signal: AbortSignal.abort() }));
    expect(phasesOf(found)).to.equal(`${FAILED} ${FAILED}`);
  });

  it('fail where interceptors do', async () => {
    const broken = new Error('broken');
    const { client } = await chatting(handlers, {
      interceptors: [() => Promise.reject(broken)],
    });
    const found = told<ClientCallMessage>('client');
    expect(await all(client.talk([]))).to.deep.equal([broken]);
    expect(await rejection(client.write([]))).to.equal(broken);
    expect(phasesOf(found)).to.equal(`${FAILED} ${FAILED}`);
    expect(found.every(({ message }) => message.error === broken || message.error === undefined)).to.equal(
      true,
    );
  });
});

describe("a server's streams on diagnostics channels", () => {
  it('are told of from the handler to the end of the stream, with the same object', async () => {
    const { client } = await chatting(handlers);
    const found = told<ServerCallMessage>('server');
    expect(await all(client.talk(lines('a', 'b')))).to.deep.equal(['a?', 'b?']);
    await ended(found);
    expect(phasesOf(found)).to.equal(OK);
    const { message } = found[0]!;
    expect(found.every(other => other.message === message)).to.equal(true);
    expect(message).to.include({ method: 'Chat.talk', protocol: 'binary', transport: 'ttheader' });
    expect(message.peer).to.match(/^127\.0\.0\.1:\d+$/);
    expect(message.context).to.include({ method: 'Chat.talk', peer: message.peer });
    expect(message.args).to.deep.equal([]);
    expect(message.messages).to.deep.equal({ sent: 2, received: 2 });
    expect(message).to.not.have.any.keys('result', 'error');
  });

  it('have the declared arguments, and the answer where that is no stream', async () => {
    const { client } = await chatting(handlers);
    const found = told<ServerCallMessage>('server');
    expect(await client.sum(1, [2, 3])).to.equal(6n);
    expect(phasesOf(found)).to.equal(OK);
    expect(found[0]!.message).to.include({ result: 6n });
    expect(found[0]!.message.args).to.deep.equal([1]);
    expect(found[0]!.message.messages).to.deep.equal({ sent: 0, received: 2 });
  });

  it('have what the caller is not told, and say of an exception that it is declared', async () => {
    const broken = new Error('broken');
    const { client } = await chatting({
      async *listen() {
        yield { text: 'a' };
        throw broken;
      },
      write: () => Promise.reject(new loaded.Rude({ word: 'no' })),
      talk: () => [1],
    });
    const found = told<ServerCallMessage>('server');
    await all(client.listen({ text: 'x' }));
    expect(found.at(-1)!.message).to.include({ error: broken, isDeclared: false });
    await rejection(client.write([]));
    expect(found.at(-1)!.message).to.include({ isDeclared: true });
    await all(client.talk([]));
    expect(found.at(-1)!.message.error).to.include({ name: 'ValueError' });
    expect(phasesOf(found)).to.equal(`${FAILED} ${FAILED} ${FAILED}`);
  });

  it('fail once when their time is over, or nobody is there any more', async () => {
    const { client } = await chatting({
      async *listen({ text }: Text, { signal }: { signal: AbortSignal }) {
        yield { text };
        await new Promise(resolve => signal.addEventListener('abort', resolve));
      },
    });
    const found = told<ServerCallMessage>('server');
    for await (const _line of client.listen({ text: 'x' })) break;
    await ended(found);
    expect(found[0]!.message.error).to.include({ code: 'CANCELLED' });
    await all(client.listen({ text: 'x' }, { timeout: 50 }));
    await ended(found, 2);
    expect(phasesOf(found)).to.equal(`${FAILED} ${FAILED}`);
  });

  it('are refused where no handler gets them', async () => {
    const { client } = await chatting({});
    const found = told<ServerCallMessage>('server');
    const refused = listen<{ name: string; peer: string; error: unknown }>('livethrift:server:call:refused');
    await all(client.listen({ text: 'a' }));
    expect(refused).to.have.lengthOf(1);
    expect(refused[0]).to.include({ name: 'listen' });
    expect(refused[0]!.peer).to.match(/^127\.0\.0\.1:\d+$/);
    expect(refused[0]!.error).to.include({ code: 'UNIMPLEMENTED' });
    expect(found).to.deep.equal([]);
  });

  it('are refused where what opens them does not fit', async () => {
    const { address } = await chatting(handlers);
    const found = told<ServerCallMessage>('server');
    const refused = listen<{ name: string; error: unknown }>('livethrift:server:call:refused');
    const other = loadSource('service Chat { i32 talk(1: i32 a) (streaming.mode = "bidirectional") }');
    // biome-ignore lint/suspicious/noExplicitAny: a service without a type of its own
    const mistaken: any = closing(makeClient(other.Chat, address));
    await all(mistaken.talk([1]));
    expect(refused).to.have.lengthOf(1);
    expect(refused[0]).to.include({ name: 'talk' });
    expect(refused[0]!.error).to.include({ code: 'INVALID_ARGUMENT' });
    expect(found).to.deep.equal([]);
  });
});

describe('connections of streams on diagnostics channels', () => {
  it('are told of by a client: opening, opened, closed', async () => {
    const { client, address } = await chatting(handlers);
    const found: (readonly [string, ConnectionMessage])[] = [];
    for (const event of ['opening', 'opened', 'closed'])
      subscribe(channel(`livethrift:client:connection:${event}`), about =>
        found.push([event, about as ConnectionMessage]),
      );
    await all(client.listen({ text: 'a' }));
    expect(found.map(([event]) => event)).to.deep.equal(['opening', 'opened']);
    await client.close();
    expect(found.map(([event]) => event)).to.deep.equal(['opening', 'opened', 'closed']);
    expect(new Set(found.map(([, { connection }]) => connection))).to.have.lengthOf(1);
    expect(found.every(([, { peer }]) => peer === `127.0.0.1:${(address as TcpAddress).port}`)).to.equal(
      true,
    );
    expect(found[2]![1]).to.include({ error: undefined });
  });

  it('say why they were never made', async () => {
    const port = await freePort();
    // biome-ignore lint/suspicious/noExplicitAny: a service without a type of its own
    const client: any = closing(makeClient(loaded.Chat, { host: '127.0.0.1', port }));
    const opened = listen('livethrift:client:connection:opened');
    const closed = listen<{ error: unknown }>('livethrift:client:connection:closed');
    expect((await rpcError(client.write([]))).code).to.equal('UNAVAILABLE');
    expect(opened).to.deep.equal([]);
    expect(closed).to.have.lengthOf(1);
    expect(closed[0]).to.have.nested.property('error.code', 'ECONNREFUSED');
  });

  it('are told of by a server', async () => {
    const { client } = await chatting(handlers);
    const opened = listen<ConnectionMessage>('livethrift:server:connection:opened');
    const closed = listen<ConnectionMessage>('livethrift:server:connection:closed');
    await all(client.listen({ text: 'a' }));
    expect(opened).to.have.lengthOf(1);
    await client.close();
    await until(() => closed.length === 1);
    expect(closed[0]!.connection).to.equal(opened[0]!.connection);
  });
});

describe('what is stored for those who listen', () => {
  for (const end of ['client', 'server'] as const) {
    it(`is there below a stream, ${end}`, async () => {
      const storage = new AsyncLocalStorage<string>();
      const seen: (string | undefined)[] = [];
      const note = () => void seen.push(storage.getStore());
      const { client } = await chatting(
        {
          async *talk(given: AsyncIterable<Text>) {
            if (end === 'server') note();
            for await (const line of given) {
              if (end === 'server') note();
              yield line;
            }
          },
        },
        {
          interceptors: [
            async (_call, next) => {
              await settle();
              if (end === 'client') note();
              return next();
            },
          ],
        },
      );
      const { start } = tracingChannel(`livethrift:${end}:call`);
      start.bindStore(storage, message => (message as ClientCallMessage).method);
      stops.push(() => start.unbindStore(storage));
      await all(client.talk(lines('a', 'b')));
      expect(seen).to.deep.equal(new Array(end === 'server' ? 3 : 1).fill('Chat.talk'));
    });
  }
});
