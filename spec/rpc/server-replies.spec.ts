import { expect } from 'chai';
import {
  type ErrorContext,
  loadSource,
  makeClient,
  makeServer,
  RpcError,
  type ServerOptions,
  type Service,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import {
  CALL,
  EXCEPTION,
  framed,
  hex,
  i32,
  message,
  ONEWAY,
  oldMessage,
  REPLY,
  text,
  texts,
  toHex,
} from '../support/hex.ts';
import { closeAll, closing, RawClient, settle, until } from '../support/peers.ts';
import { loaded, type PingPongHandler, waitingHandler } from '../support/services.ts';

interface Reported {
  readonly error: unknown;
  readonly context: ErrorContext;
}

async function served(own: Partial<PingPongHandler> = {}, options: ServerOptions = {}) {
  const reported: Reported[] = [];
  const waiting = waitingHandler(own);
  const server = closing(
    makeServer(loaded.PingPong, waiting.handler, {
      onError: (error, context) => reported.push({ error, context }),
      ...options,
    }),
  );
  const address = await server.listen({ port: 0 });
  const client = closing(makeClient(loaded.PingPong, address));
  return { ...waiting, server, address, client, reported, raw: () => RawClient.connect(address) };
}

const pong = message(REPLY, 'ping', 0, '0b 00 00 00 00 00 04 70 6f 6e 67 00');
const ping = message(CALL, 'ping', 0);
const done = (name: string, seqid: number) =>
  message(REPLY, 'wait', seqid, Buffer.concat([hex('0b 00 00'), text(name), hex('00')]));

afterEach(closeAll);

describe('what a handler gives', () => {
  it('is the result, at once or later', async () => {
    for (const ping of [
      () => 'a',
      async () => 'a',
      // biome-ignore lint/suspicious/noThenProperty: it is what this test is about
      () => ({ then: (give: (v: string) => void) => give('a') }),
    ]) {
      const { client } = await served({ ping: ping as PingPongHandler['ping'] });
      expect(await client.ping()).to.equal('a');
    }
  });

  it('is refused when it does not fit: the caller learns no more than that, the operator all', async () => {
    const { client, reported } = await served({ count: () => 2 ** 31 });
    const error = await rpcError(client.count(1));
    expect(error).to.include({
      code: 'INTERNAL',
      message: 'PingPong.count: internal error',
      applicationType: 6,
    });
    expect(String(reported[0]!.error)).to.match(/^ValueError: PingPong\.count.*2147483648/);
    expect(reported[0]!.context).to.include({ method: 'PingPong.count' });
    expect(await client.ping()).to.equal('pong');
  });

  it('is a missing result (type 5) when it is nothing where something is declared', async () => {
    for (const nothing of [undefined, null]) {
      const { client, reported } = await served({ ping: () => nothing as unknown as string });
      const error = await rpcError(client.ping());
      expect(error).to.include({ code: 'INTERNAL', applicationType: 5 });
      expect(error.message).to.equal('PingPong.ping: the handler returned nothing, expected string');
      expect(reported).to.have.length(1);
    }
  });

  it('is of no interest where the method is void', async () => {
    const { client } = await served({ nothing: () => 'something' as unknown as undefined });
    expect(await client.nothing()).to.equal(undefined);
  });

  it('too large for the limits reaches the caller as RESOURCE_EXHAUSTED, and the operator', async () => {
    const { client, reported } = await served({ ping: () => 'x'.repeat(200) }, { limits: { message: 200 } });
    const error = await rpcError(client.ping());
    expect(error.code).to.equal('RESOURCE_EXHAUSTED');
    expect(error.message).to.equal(
      'PingPong.ping: the message takes 224 bytes, the limit is 200 (limits.message)',
    );
    expect(reported).to.have.length(1);
    expect(await client.count(1)).to.equal(2);
  });
});

describe('what a handler throws', () => {
  it('reaches the caller when it is an RpcError, with its code', async () => {
    for (const [code, type] of [
      ['NOT_FOUND', 1005],
      ['UNIMPLEMENTED', 1],
      ['INTERNAL', 6],
      ['INVALID_ARGUMENT', 7],
    ] as const) {
      const { client, reported } = await served({
        ping() {
          throw new RpcError(code, 'as I said');
        },
      });
      expect(await rpcError(client.ping())).to.include({ code, message: 'as I said', applicationType: type });
      expect(reported).to.deep.equal([]);
    }
  });

  const anything: readonly (readonly [string, () => unknown, string])[] = [
    ['an Error', () => new TypeError('secret'), 'TypeError: secret'],
    ['a text', () => 'secret', 'secret'],
    ['nothing', () => undefined, 'undefined'],
    ['a symbol', () => Symbol('secret'), 'Symbol(secret)'],
    ['an object that is no text', () => Object.create(null), '[Object: null prototype] {}'],
    [
      'an undeclared exception',
      () => new loaded.Undeclared({ why: 'secret' }),
      "Undeclared: Undeclared { why: 'secret' }",
    ],
    ['half a surrogate pair', () => new Error('\ud800'), 'Error: \ufffd'],
  ];
  for (const [what, make, exposed] of anything) {
    it(`is INTERNAL without its text when it is ${what}, thrown or rejected; and all of it is reported`, async () => {
      for (const exposeErrors of [false, true]) {
        const errors = [make(), make()];
        const { client, reported } = await served(
          {
            ping() {
              throw errors[0];
            },
            login: () => Promise.reject(errors[1]),
          },
          { exposeErrors },
        );
        const [first, second] = [await rpcError(client.ping()), await rpcError(client.login('a', 'b'))];
        expect(first).to.include({ code: 'INTERNAL', applicationType: 6 });
        expect(first.message).to.equal(`PingPong.ping: ${exposeErrors ? exposed : 'internal error'}`);
        expect(second.message).to.equal(`PingPong.login: ${exposeErrors ? exposed : 'internal error'}`);
        expect(reported.map(({ error }) => error)).to.deep.equal(errors);
        expect(reported.map(({ context }) => context.method)).to.deep.equal([
          'PingPong.ping',
          'PingPong.login',
        ]);
      }
    });
  }

  it('from its `then` is as good as thrown', async () => {
    const { client, reported } = await served({
      ping: () =>
        ({
          // biome-ignore lint/suspicious/noThenProperty: it is what this test is about
          get then(): never {
            throw new Error('odd');
          },
        }) as unknown as string,
    });
    expect(await rpcError(client.ping())).to.include({ code: 'INTERNAL' });
    expect(reported.map(({ error }) => String(error))).to.deep.equal(['Error: odd']);
  });

  it('of an invalid status still reaches the caller as an error', async () => {
    const { client } = await served({
      ping() {
        throw new RpcError('NO_SUCH_CODE' as 'NOT_FOUND', 'odd', { applicationType: 1.5 });
      },
    });
    expect(await rpcError(client.ping())).to.include({ code: 'INTERNAL', message: 'odd' });
  });

  it('as a declared exception that does not fit is an internal error', async () => {
    const { client, reported } = await served({
      find() {
        throw new loaded.NotFound({ id: 'x' as unknown as number });
      },
    });
    expect(await rpcError(client.find(1))).to.include({ code: 'INTERNAL' });
    expect(String(reported[0]!.error)).to.match(/ValueError: .*expected i32, got string "x"/);
  });

  it('as a class derived from a declared exception is that exception', async () => {
    class Gone extends loaded.NotFound {}
    const { client } = await served({ find: () => Promise.reject(new Gone({ id: 4 })) });
    const error = await rejection(client.find(1));
    expect(error).to.be.instanceOf(loaded.NotFound).and.to.include({ id: 4 });
  });

  it('from a oneway handler is reported, thrown or rejected, and nobody is answered', async () => {
    for (const note of [
      () => {
        throw new loaded.NotFound({ id: 1 });
      },
      () => Promise.reject(undefined),
    ]) {
      const { raw, reported } = await served({ note });
      const peer = await raw();
      peer.send(message(ONEWAY, 'note', 0, texts({ 1: 'x' })), ping);
      expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
      await until(() => reported.length === 1);
      expect(reported[0]!.context.method).to.equal('PingPong.note');
    }
  });

  it('does no harm by an onError that throws or rejects', async () => {
    const logged: unknown[][] = [];
    const { error: original } = console;
    console.error = (...args: unknown[]) => logged.push(args);
    try {
      for (const onError of [
        () => {
          throw new Error('in onError');
        },
        async () => {
          throw new Error('in onError');
        },
      ]) {
        const { client } = await served({ ping: () => Promise.reject(new Error('first')) }, { onError });
        expect(await rpcError(client.ping())).to.include({ code: 'INTERNAL' });
        expect(await client.count(1)).to.equal(2);
      }
    } finally {
      console.error = original;
    }
    expect(logged.map(args => String(args[1]))).to.deep.equal(['Error: in onError', 'Error: in onError']);
  });
});

describe('whether a message is answered', () => {
  it('is told by the IDL, for old peers send a call where they mean oneway', async () => {
    const { raw, notes } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'note', 3, texts({ 1: 'x' })), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(notes).to.deep.equal(['x']);
  });

  it('is told by the message, when it says oneway of a method that is not', async () => {
    const asked: number[] = [];
    const { raw } = await served({
      count(value) {
        asked.push(value);
        return value;
      },
    });
    const peer = await raw();
    peer.send(
      message(ONEWAY, 'count', 3, '08 00 01 00 00 00 05 00'),
      message(ONEWAY, 'nope', 4),
      message(ONEWAY, 'count', 5, '08 00 01'),
    );
    peer.send(hex('00 00 00 05 00'), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(asked).to.deep.equal([5, 5]);
  });

  it('is decided for other types of message: they are no calls (type 2)', async () => {
    const { raw } = await served();
    for (const type of [REPLY, EXCEPTION, 9]) {
      const peer = await raw();
      peer.send(message(type, 'ping', 1));
      const header = message(EXCEPTION, 'ping', 1, '');
      expect(toHex(await peer.read(header.length))).to.equal(toHex(header));
      const body = Buffer.concat([
        texts({ 1: `ping: expected a call, got a message of type ${type}` }).subarray(0, -1),
        hex('08 00 02 00 00 00 02 00'),
      ]);
      expect(toHex(await peer.read(body.length))).to.equal(toHex(body));
    }
  });
});

describe('old messages, without a version', () => {
  it('are answered in kind', async () => {
    const { raw } = await served();
    for (const wrap of [(bytes: Buffer) => bytes, framed]) {
      const peer = await raw();
      const expected = wrap(oldMessage(REPLY, 'ping', 5, '0b 00 00 00 00 00 04 70 6f 6e 67 00'));
      peer.send(wrap(oldMessage(CALL, 'ping', 5)));
      expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
    }
  });
});

describe('arguments that do not fit', () => {
  const badText = Buffer.concat([
    hex('0b 00 01'),
    i32(2),
    hex('c3 28'),
    hex('0b 00 02'),
    text('x'.repeat(50)),
    hex('00'),
  ]);
  const failed = (seqid: number) => message(EXCEPTION, 'login', seqid, '');

  for (const [framing, wrap] of [
    ['buffered', (bytes: Buffer) => bytes],
    ['framed', framed],
  ] as const) {
    it(`are answered once with type 7, and the connection goes on (${framing})`, async () => {
      for (const cut of [0, 30, 45]) {
        const { raw, reported } = await served();
        const peer = await raw();
        const request = wrap(message(CALL, 'login', 6, badText));
        peer.send(request.subarray(0, cut));
        if (cut > 0) await settle();
        peer.send(request.subarray(cut));
        const why = 'PingPong.login.username: invalid UTF-8';
        await peer.read(wrap(failed(6)).length);
        const length = peer.unread.readInt32BE(3);
        const body = await peer.read(7 + length + 8);
        expect(body.toString('utf8', 7, 7 + length)).to.include(why.slice(0, 24));
        expect(toHex(body.subarray(-8))).to.equal('0800020000000700');
        peer.send(wrap(ping));
        expect(toHex(await peer.read(wrap(pong).length))).to.equal(toHex(wrap(pong)));
        expect(reported).to.deep.equal([]);
      }
    });
  }

  it('are answered, then the connection is closed, when their end cannot be found', async () => {
    const { raw, reported } = await served();
    const peer = await raw();
    peer.send(ping, message(CALL, 'login', 6, hex('63 00 01 00')));
    const bytes = await peer.readToEnd();
    expect(toHex(bytes.subarray(0, pong.length))).to.equal(toHex(pong));
    expect(toHex(bytes.subarray(pong.length, pong.length + failed(6).length))).to.equal(toHex(failed(6)));
    expect(toHex(bytes.subarray(-8))).to.equal('0800020000000700');
    expect(reported).to.have.length(1);
  });

  it('end nothing where the frame says where they end', async () => {
    const { raw } = await served();
    const peer = await raw();
    peer.send(
      framed(message(CALL, 'login', 6, hex('63 00 01 00'))),
      framed(message(CALL, 'nope', 7, '63')),
      framed(ping),
    );
    await until(() => peer.unread.subarray(-pong.length).equals(pong));
    expect(peer.unread.includes(Buffer.from('nope: there is no such method here'))).to.equal(true);
  });

  it('of a oneway call are reported, for nobody can be answered', async () => {
    const { raw, reported } = await served();
    const peer = await raw();
    peer.send(message(ONEWAY, 'note', 6, badText), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(reported.map(({ context }) => context.method)).to.deep.equal(['PingPong.note']);
  });
});

describe('the order of answers', () => {
  it('is that in which the handlers finish, when the calls are numbered', async () => {
    const { raw, running, finish } = await served();
    const peer = await raw();
    peer.send(message(CALL, 'wait', 1, texts({ 1: 'a' })), message(CALL, 'wait', 2, texts({ 1: 'b' })), ping);
    expect(toHex(await peer.read(pong.length))).to.equal(toHex(pong));
    expect(running).to.deep.equal(['a', 'b']);
    finish('b');
    expect(toHex(await peer.read(done('b', 2).length))).to.equal(toHex(done('b', 2)));
    finish('a');
    expect(toHex(await peer.read(done('a', 1).length))).to.equal(toHex(done('a', 1)));
  });

  it('is that of the calls, when they all have one number', async () => {
    const { raw, running, finish } = await served();
    const peer = await raw();
    const nope = message(CALL, 'nope', 0);
    const bad = message(CALL, 'login', 0, '0b 00 01 00 00 00 02 c3 28 00');
    peer.send(
      message(CALL, 'wait', 0, texts({ 1: 'a' })),
      nope,
      message(CALL, 'wait', 0, texts({ 1: 'b' })),
      bad,
      ping,
    );
    await until(() => running.length === 1);
    await settle();
    expect(running).to.deep.equal(['a']);
    expect(peer.unread).to.have.length(0);
    finish('a');
    await until(() => running.length === 1);
    expect(toHex(await peer.read(done('a', 0).length))).to.equal(toHex(done('a', 0)));
    await until(() => peer.unread.includes(Buffer.from('no such method')));
    await settle();
    expect(peer.unread.includes(pong)).to.equal(false);
    finish('b');
    await until(() => peer.unread.subarray(-pong.length).equals(pong));
    expect(peer.unread.includes(done('b', 0))).to.equal(true);
  });
});

describe('a handler object', () => {
  it('is `this`, and methods get the declared arguments and then a context', async () => {
    class Pingers {
      readonly greeting = 'hi';
      readonly seen: unknown[] = [];
      ping(...args: unknown[]): string {
        this.seen.push(...args);
        return this.greeting;
      }
    }
    const module = loadSource<{ S: Service<{ ping(a: string, b: string): string }> }>(
      'service S { string ping(1: string a, 5: string b) }',
    );
    const handler = new Pingers();
    const server = closing(makeServer(module.S, handler));
    const client = closing(makeClient(module.S, await server.listen({ port: 0 })));
    expect(await client.ping('x', undefined as unknown as string)).to.equal('hi');
    expect(handler.seen.slice(0, 2)).to.deep.equal(['x', undefined]);
    expect(handler.seen[2]).to.include({ method: 'S.ping' });
    expect(handler.seen).to.have.length(3);
  });

  const odd = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
  it('serves names that every object has only where it defines them itself', async () => {
    const module = loadSource(`service S { ${odd.map(name => `string ${name}()`).join(', ')} }`);
    expect(() => makeServer(module.S, {})).to.throw(
      TypeError,
      `the handler of S has no function for ${odd.join(', ')}`,
    );
    expect(() => makeServer(module.S, new (class {})())).to.throw(TypeError, 'constructor');
    const handler = Object.fromEntries(odd.map(name => [name, () => `my ${name}`]));
    const server = closing(makeServer(module.S, handler));
    const client = closing(makeClient(module.S, await server.listen({ port: 0 })));
    for (const name of odd) expect(await client[name]()).to.equal(`my ${name}`);
  });

  it('may be a service named like a property of every object', async () => {
    const module = loadSource<{ constructor: Service<{ then(): string }> }>(
      'service constructor { string then() }',
    );
    // biome-ignore lint/suspicious/noThenProperty: it is what this test is about
    const server = closing(makeServer(module.constructor, { then: () => 'now' }));
    const peer = await RawClient.connect(await server.listen({ port: 0 }));
    for (const name of ['constructor:then', 'then']) {
      const expected = message(REPLY, 'then', 1, Buffer.concat([hex('0b 00 00'), text('now'), hex('00')]));
      peer.send(message(CALL, name, 1));
      expect(toHex(await peer.read(expected.length))).to.equal(toHex(expected));
    }
    for (const name of [
      '__proto__',
      'constructor',
      'toString',
      'constructor:toString',
      '__proto__:then',
      ':',
      '',
    ]) {
      peer.send(message(CALL, name, 1));
      const header = message(EXCEPTION, name, 1, '');
      expect(toHex(await peer.read(header.length))).to.equal(toHex(header));
      await peer.read(7);
      await until(() => peer.unread.subarray(-8).equals(hex('08 00 02 00 00 00 01 00')));
      await peer.read(peer.unread.length);
    }
  });
});
