import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Server as NetServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeClient, makeServer, type ServerOptions, type ServerView, type Service } from '../src/index.ts';
import { rejection, rpcError } from './support/errors.ts';
import { CALL, EXCEPTION, hex, message, REPLY, texts, toHex } from './support/hex.ts';
import { closeAll, closing, RawClient, settle, until } from './support/peers.ts';
import { loaded, type PingPongHandler, waitingHandler } from './support/services.ts';

const { PingPong, Other, Third } = loaded;
const make = (own: Partial<PingPongHandler> = {}, options: ServerOptions = {}) =>
  closing(makeServer(PingPong, waitingHandler(own).handler, options));

afterEach(closeAll);

describe('makeServer', () => {
  it('throws at once when a declared method has no function', () => {
    const { ping, login, ...rest } = waitingHandler().handler;
    const odd = { ...rest, ping: 'pong', login: null };
    for (const [handler, names] of [
      [rest, 'ping, login'],
      [odd, 'ping (there is string "pong"), login (there is null)'],
    ] as const) {
      expect(() => makeServer(PingPong, handler as unknown as PingPongHandler)).to.throw(
        TypeError,
        `the handler of PingPong has no function for ${names}; { partial: true } serves it without, callers get UNIMPLEMENTED`,
      );
    }
  });

  it('refuses what is no handler, no service, no option, and a service twice', () => {
    for (const handler of [undefined, null, 'x', () => {}])
      expect(() => makeServer(PingPong, handler as unknown as PingPongHandler)).to.throw(
        TypeError,
        'the handler of PingPong: expected an object',
      );
    expect(() => makeServer({} as Service, {})).to.throw(TypeError, 'expected a service');
    expect(() => make({}, { onerror() {} } as object)).to.throw(
      TypeError,
      'makeServer: there is no option "onerror"',
    );
    expect(() => make({}, { limits: { pending: -1 } })).to.throw(TypeError, 'limits.pending');
    expect(() => make().add(PingPong, waitingHandler().handler)).to.throw(
      TypeError,
      'the server has a service PingPong already',
    );
    expect(() => make().add(Other, {} as never)).to.throw(TypeError, 'no function for ping, other, shared');
    expect(() => make().add(Other, {}, { partial: true, x: 1 } as never)).to.throw(
      TypeError,
      'add: there is no option "x"',
    );
  });

  it('serves a part of a service when it is told to', async () => {
    const server = closing(makeServer(PingPong, { ping: () => 'pong' }, { partial: true }));
    const client = closing(makeClient(PingPong, await server.listen({ port: 0 })));
    expect(await client.ping()).to.equal('pong');
    const error = await rpcError(client.login('a', 'b'));
    expect(error).to.include({
      code: 'UNIMPLEMENTED',
      applicationType: 1,
      message: 'login: the method is declared, and not served here',
    });
    await client.note('nobody answers, nobody hears');
    expect(await client.ping()).to.equal('pong');
  });
});

describe('a service that brings its handler', () => {
  it('is added alone; what makes the handler is shown the server', async () => {
    const server = make();
    const views: ServerView[] = [];
    const handler = (view: ServerView) => {
      views.push(view);
      return { shared: () => `${view.services.map(({ name }) => name)} ${view.isClosing}` };
    };
    server.add({ service: Third, handler });
    server.add(Other, { ping: () => '', other: () => '', shared: () => '' });
    const client = closing(makeClient(Third, await server.listen({ port: 0 }), { serviceName: 'Third' }));
    expect(await client.shared()).to.equal('PingPong,Third,Other false');
    await server.close({ grace: 0 });
    expect(views.map(({ isClosing }) => isClosing)).to.deep.equal([true]);
  });

  it('may have it made', async () => {
    const server = make().add({ service: Third, handler: { shared: () => 'made' } });
    expect(await closing(makeClient(Third, await server.listen({ port: 0 }))).shared()).to.equal('made');
  });

  it('has all methods, like any other', () => {
    expect(() => make().add({ service: Third, handler: () => ({}) as never })).to.throw(
      TypeError,
      'the handler of Third has no function for shared',
    );
    for (const none of [{}, { service: 'x' }, null, undefined])
      expect(() => make().add(none as never)).to.throw(TypeError, 'expected a service');
  });
});

describe('several services on a server', () => {
  const result = (name: string, text: string) => message(REPLY, name, 1, texts({ 0: text }));
  const unknown = (name: string) =>
    message(
      EXCEPTION,
      name.slice(name.indexOf(':') + 1),
      1,
      Buffer.concat([
        texts({ 1: `${name}: there is no such method here` }).subarray(0, -1),
        hex('08 00 02 00 00 00 01 00'),
      ]),
    );

  it('are told apart by the names of multiplexing clients; replies have the bare name', async () => {
    const server = make().add(Other, {
      ping: () => 'other ping',
      other: () => 'other',
      shared: () => 'of Other',
    });
    server.add(Third, { shared: () => 'of Third' });
    const peer = await RawClient.connect(await server.listen({ port: 0 }));
    for (const [name, expected] of [
      ['PingPong:ping', result('ping', 'pong')],
      ['Other:ping', result('ping', 'other ping')],
      ['Third:shared', result('shared', 'of Third')],
      ['ping', result('ping', 'pong')],
      ['other', result('other', 'other')],
      // Two that are not the first have it: nothing says which is meant.
      ['shared', unknown('shared')],
      ['Third:ping', unknown('Third:ping')],
      ['Nope:ping', unknown('Nope:ping')],
      ['Other:', unknown('Other:')],
      ['Other:ping:x', unknown('Other:ping:x')],
    ] as const) {
      peer.send(message(CALL, name, 1));
      expect(toHex(await peer.read(expected.length)), name).to.equal(toHex(expected));
    }
  });
});

describe('listening', () => {
  it('gives the bound address: 127.0.0.1 and a free port unless named', async () => {
    const server = make();
    const [one, two] = [await server.listen({ port: 0 }), await server.listen('localhost:0')];
    expect(one.host).to.equal('127.0.0.1');
    expect(one.port).to.be.greaterThan(0);
    for (const address of [one, two])
      expect(await closing(makeClient(PingPong, address)).ping()).to.equal('pong');
    const again = await rejection(make().listen(one));
    expect(again).to.include({ code: 'EADDRINUSE' });
  });

  const hasV6 = Object.values(networkInterfaces())
    .flat()
    .some(net => net?.address === '::1');
  (hasV6 ? it : it.skip)(`is for IPv6 too${hasV6 ? '' : ' (skipped: this host has no ::1)'}`, async () => {
    const address = await make().listen('[::1]:0');
    expect(address).to.include({ host: '::1' });
    const client = closing(makeClient(PingPong, address));
    expect(await client.ping()).to.equal('pong');
    expect(client.$channel.peer).to.match(/^\[::1\]:\d+$/);
  });

  it('on all interfaces gives an address that can be called', async () => {
    const address = await make().listen({ host: '0.0.0.0', port: 0 });
    expect(address.host).to.equal('0.0.0.0');
    expect(await closing(makeClient(PingPong, address)).ping()).to.equal('pong');
  });

  it('rejects for what is no address, and after the server was closed', async () => {
    const server = make();
    for (const address of [undefined, null, 9000, 'x:y', { port: -1 }, { port: 1.5 }, { host: '', port: 1 }])
      expect(await rejection(server.listen(address as never))).to.be.instanceOf(TypeError);
    expect(await rejection(server.listen('no-such-host.invalid:1'))).to.have.property('code');
    await server.close();
    expect(await rejection(server.listen({ port: 0 }))).to.include({ message: 'the server was closed' });
  });

  it('is undone when the server is closed meanwhile', async () => {
    const server = make();
    const listening = rejection(server.listen({ port: 0 }));
    await server.close();
    expect(await listening).to.include({ message: 'the server was closed' });
  });
});

describe('a Unix socket', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is listened to and called, and its file is gone afterwards', async () => {
    const path = join(folder, 'a.sock');
    const peers: string[] = [];
    const server = make({ ping: ({ peer }) => `pong ${peers.push(peer)}` });
    expect(await server.listen({ path })).to.deep.equal({ path });
    for (const form of [{ path }, `unix:${path}`]) {
      const client = closing(makeClient(PingPong, form));
      expect(await client.ping()).to.match(/^pong/);
      await client.close();
    }
    expect(peers).to.deep.equal([`unix:${path}`, `unix:${path}`]);
    await server.close();
    expect(await rejection(closing(makeClient(PingPong, { path })).ping())).to.include({
      code: 'UNAVAILABLE',
    });
  });

  it('whose process is gone is replaced; one in use is not, nor is a file of another kind', async () => {
    const path = join(folder, 'b.sock');
    const first = make();
    await first.listen({ path });
    expect(await rejection(make().listen({ path }))).to.include({ code: 'EADDRINUSE' });
    expect(await closing(makeClient(PingPong, { path })).ping()).to.equal('pong');

    // A file that nobody listens to, as a process leaves it that was killed.
    const stale = join(folder, 'c.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).to.equal('SIGKILL');
    await make().listen({ path: stale });
    expect(await closing(makeClient(PingPong, { path: stale })).ping()).to.equal('pong');

    const file = join(folder, 'd.txt');
    writeFileSync(file, 'precious');
    expect(await rejection(make().listen({ path: file }))).to.include({ code: 'EADDRINUSE' });
  });
});

describe('closing a server', () => {
  it('lets running calls finish, takes no more, and may be done twice', async () => {
    const { handler, running, finish } = waitingHandler();
    const server = makeServer(PingPong, handler);
    const address = await server.listen({ port: 0 });
    const busy = closing(makeClient(PingPong, address));
    const idle = await RawClient.connect(address);
    const call = busy.wait('a');
    await until(() => running.length === 1);
    const ends = [server.close(), server.close(), server[Symbol.asyncDispose]()];
    await idle.readToEnd();
    expect(await rpcError(closing(makeClient(PingPong, address)).ping())).to.include({ code: 'UNAVAILABLE' });
    let closed = false;
    const all = Promise.all(ends).then(() => {
      closed = true;
    });
    await settle();
    expect(closed).to.equal(false);
    finish('a');
    expect(await call).to.equal('a');
    await all;
    await server.close();
  });

  it('from within a handler still answers that call, whether it is sync or not', async () => {
    for (const later of [false, true]) {
      let end: Promise<void> | undefined;
      const server = makeServer(PingPong, {
        ...waitingHandler().handler,
        ping() {
          end = server.close();
          return later ? Promise.resolve('bye') : 'bye';
        },
      });
      const client = closing(makeClient(PingPong, await server.listen({ port: 0 })));
      expect(await client.ping()).to.equal('bye');
      await end;
    }
  });

  it('cuts off what takes longer than the grace; a later, shorter grace counts', async () => {
    const { handler, running } = waitingHandler();
    const server = makeServer(PingPong, handler);
    const client = closing(makeClient(PingPong, await server.listen({ port: 0 })));
    const call = rpcError(client.wait('a'));
    await until(() => running.length === 1);
    const patient = server.close({ grace: Number.POSITIVE_INFINITY });
    await server.close({ grace: 1 });
    await patient;
    expect(await call).to.include({ code: 'UNAVAILABLE' });
    expect(await rejection(server.close({ grace: Number.NaN }))).to.be.instanceOf(TypeError);
  });

  it('is announced, where there is a notice: until it is over everything goes on', async () => {
    const { handler } = waitingHandler();
    const server = makeServer(PingPong, handler);
    const address = await server.listen({ port: 0 });
    const client = closing(makeClient(PingPong, address));
    await client.ping();
    const announced = server.close({ notice: Number.POSITIVE_INFINITY });
    await settle();
    expect(await client.ping()).to.equal('pong');
    expect(await closing(makeClient(PingPong, address)).ping()).to.equal('pong');
    await server.close();
    await announced;
    expect(await rpcError(closing(makeClient(PingPong, address)).ping())).to.include({ code: 'UNAVAILABLE' });
    expect(await rejection(server.close({ notice: Number.NaN }))).to.be.instanceOf(TypeError);
  });

  it('ends by itself when the notice is over', async () => {
    const server = make();
    await server.listen({ port: 0 });
    await server.close({ notice: 1 });
  });

  it('loses no reply that is still on its way', async () => {
    const large = new Uint8Array(6_000_000);
    const server = makeServer(PingPong, waitingHandler({ echo: async () => large }).handler);
    const address = await server.listen({ port: 0 });
    const client = closing(makeClient(PingPong, address));
    const call = client.echo(new Uint8Array(1));
    await client.ping();
    const end = server.close();
    expect(await call).to.have.length(large.length);
    await end;
  });

  it('that never listened is done at once', async () => {
    await make().close();
  });
});

describe('an error of the listener', () => {
  it('after it began to listen is reported, and ends nothing', async () => {
    const errors: unknown[] = [];
    const { listen } = NetServer.prototype;
    let listener: NetServer | undefined;
    NetServer.prototype.listen = function (this: NetServer, ...args: never[]) {
      listener = this;
      return (listen as (...args: never[]) => NetServer).apply(this, args);
    };
    try {
      const server = make({}, { onError: error => errors.push(error) });
      const address = await server.listen({ port: 0 });
      listener!.emit('error', new Error('EMFILE'));
      expect(String(errors[0])).to.equal('Error: EMFILE');
      expect(await closing(makeClient(PingPong, address)).ping()).to.equal('pong');
    } finally {
      NetServer.prototype.listen = listen;
    }
  });
});
