import { expect } from 'chai';
import { loadSource, makeClient, makeServer, RpcError, type Service } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { CALL, EXCEPTION, hex, message, ONEWAY, REPLY, text, texts, toHex } from '../support/hex.ts';
import { closeAll, closing, RawClient, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded, type PingPongHandler } from '../support/services.ts';

const pong = message(REPLY, 'ping', 0, '0b 00 00 00 00 00 04 70 6f 6e 67 00');
const ping = message(CALL, 'ping', 0);

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
      // Without what names a service.
      const header = message(EXCEPTION, name.slice(name.indexOf(':') + 1), 1, '');
      expect(toHex(await peer.read(header.length))).to.equal(toHex(header));
      await peer.read(7);
      await until(() => peer.unread.subarray(-8).equals(hex('08 00 02 00 00 00 01 00')));
      await peer.read(peer.unread.length);
    }
  });
});
