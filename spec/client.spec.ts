import { expect } from 'chai';
import {
  type Address,
  connect,
  loadSource,
  makeClient,
  makeServer,
  type Service,
  type TcpAddress,
} from '../src/index.ts';
import { rejection, rpcError } from './support/errors.ts';
import { closeAll, closing, fakeServer, settle } from './support/peers.ts';
import { loaded, waitingHandler } from './support/services.ts';

const { PingPong, Other } = loaded;

afterEach(closeAll);

const odd = [
  '__proto__',
  'constructor',
  'toString',
  'then',
  'hasOwnProperty',
  'valueOf',
  'close',
  'inspect',
  'apply',
];
const oddModule = loadSource(`service Odd { ${odd.map(name => `string ${name}(1: string a)`).join(', ')} }`);

describe('a client', () => {
  let address: TcpAddress;

  beforeEach(async () => {
    const server = closing(makeServer(PingPong, waitingHandler().handler));
    server.add(Other, { ping: () => 'other ping', other: () => 'other', shared: () => 'shared' });
    address = await server.listen({ port: 0 });
  });

  it('has the methods of its service, and nothing else that does not begin with $, but close', () => {
    const client = closing(makeClient(PingPong, address));
    const inherited = Object.getPrototypeOf(client);
    expect(Reflect.ownKeys(inherited)).to.deep.equal([]);
    expect(Object.getPrototypeOf(inherited)).to.equal(null);
    expect(Object.isFrozen(client)).to.equal(true);
    const methods = ['ping', 'login', 'wait', 'find', 'findVoid', 'nothing', 'note', 'echo', 'count'];
    const own = ['$close', '$with', '$call', '$ready', '$channel'];
    expect(Object.keys(client)).to.have.members([...methods, 'close', ...own]);
  });

  it('of a service with inherited methods has them too', async () => {
    const { Child, Parent } = loadSource(`
      service Parent { string a() }
      service Child extends Parent { string b() }`);
    const server = closing(makeServer(Child, { a: () => 'A', b: () => 'B' }));
    const at = await server.listen({ port: 0 });
    const child = closing(makeClient(Child, at));
    expect([await child.a(), await child.b()]).to.deep.equal(['A', 'B']);
    expect(await closing(makeClient(Parent, at)).a()).to.equal('A');
  });

  it('takes any name for a method; those that would be in the way are called by $call', async () => {
    const handler = Object.fromEntries(odd.map(name => [name, (a: string) => `${name} ${a}`]));
    const at = await closing(makeServer(oddModule.Odd, handler)).listen({ port: 0 });
    const client = makeClient(oddModule.Odd, at);
    for (const name of odd.filter(name => name !== 'then'))
      expect(await client[name]('x')).to.equal(`${name} x`);
    expect('then' in client).to.equal(false);
    expect(await client).to.equal(client);
    for (const name of odd) expect(await client.$call(name, ['x'])).to.equal(`${name} x`);
    await client.$close();
    expect(await rpcError(client.$call('then', ['x']))).to.include({
      code: 'UNAVAILABLE',
    });
  });

  it('waits for nothing before its first call', async () => {
    const peer = await fakeServer(() => {});
    const client = closing(makeClient(PingPong, peer.address));
    await settle();
    expect(peer.sockets).to.have.length(0);
    await client.$ready();
    await client.$ready();
    await settle();
    expect(peer.sockets).to.have.length(1);
  });

  it('is ready in time or says that it is not', async () => {
    const client = closing(makeClient(PingPong, 'no-such-host.invalid:1'));
    const error = await rpcError(client.$ready(0));
    expect(error.code).to.be.oneOf(['DEADLINE_EXCEEDED', 'UNAVAILABLE']);
    expect(error.message).to.match(/no-such-host\.invalid:1/);
  });

  it('takes an address in any form', async () => {
    const { host, port } = address;
    const forms: Address[] = [
      address,
      `${host}:${port}`,
      `thrift://${host}:${port}`,
      new URL(`thrift://${host}:${port}`),
    ];
    for (const form of forms) {
      const client = closing(makeClient(PingPong, form));
      expect(client.$channel.peer).to.equal(`${host}:${port}`);
      expect(await client.ping()).to.equal('pong');
    }
    expect(() => makeClient(PingPong, 'nonsense:x')).to.throw(TypeError, 'is no address');
  });

  it('refuses what is no service', () => {
    for (const service of [undefined, null, {}, 'PingPong', loaded.NotFound]) {
      expect(() => makeClient(service as unknown as Service, address)).to.throw(
        TypeError,
        'expected a service of a loaded module',
      );
    }
  });

  it('refuses options that do not exist, and values that are none', () => {
    const make = (options: object) => () => makeClient(PingPong, address, options);
    expect(make({ timout: 5 })).to.throw(
      TypeError,
      'makeClient: there is no option "timout"; there are protocol, transport, ',
    );
    expect(make({ timeout: Number.NaN })).to.throw(TypeError, 'timeout: expected ms as a number, got NaN');
    expect(make({ timeout: '5' })).to.throw(TypeError, 'timeout: expected ms as a number, got 5');
    expect(make({ transport: 'http' })).to.throw(
      TypeError,
      "transport: expected one of 'buffered', 'framed', 'header', 'ttheader'; got 'http'",
    );
    expect(make({ protocol: 'xml' })).to.throw(TypeError, "protocol: expected one of 'binary', 'compact'");
    expect(make({ limits: { frames: 5 } })).to.throw(TypeError, 'limits.frames is not a limit');
    expect(make({ limits: { frame: 0 } })).to.throw(
      TypeError,
      'limits.frame: expected a number above 0, got 0',
    );
    expect(() => connect(address, { timeout: 5 } as object)).to.throw(
      TypeError,
      'connect: there is no option "timeout"',
    );
    const channel = closing(connect(address));
    expect(() => makeClient(PingPong, channel, { transport: 'framed' })).to.throw(
      TypeError,
      'there is no option "transport"',
    );
  });
});

describe('the arguments of a call', () => {
  let client: ReturnType<typeof makeClient<typeof PingPong>>;
  let calls: number;

  beforeEach(async () => {
    calls = 0;
    const { handler } = waitingHandler({
      login: (...args) => {
        calls++;
        return args.slice(0, 2).join();
      },
      wait: () => new Promise(() => {}),
    });
    const address = await closing(makeServer(PingPong, handler)).listen({ port: 0 });
    client = closing(makeClient(PingPong, address));
  });

  it('are followed by its options, exactly', async () => {
    expect(await client.login('a', 'b', { timeout: 1000 })).to.equal('a,b');
    expect(await client.login('a', 'b', {})).to.equal('a,b');
    expect(await client.login('a', 'b', undefined)).to.equal('a,b');
    expect(await rpcError(client.wait('x', { timeout: 1 }))).to.include({ code: 'DEADLINE_EXCEEDED' });
  });

  const refused: readonly (readonly [readonly unknown[], string])[] = [
    [
      ['a', 'b', { timout: 1 }],
      'PingPong.login: the call options behind its 2 arguments: there is no option "timout"; there are timeout',
    ],
    [
      ['a', 'b', 'c'],
      'PingPong.login: the call options behind its 2 arguments: expected an object of options (timeout, signal, ',
    ],
    [['a', 'b', null], 'parent), got null'],
    [['a', 'b', { timeout: 'x' }], 'PingPong.login: timeout: expected ms as a number, got x'],
    [
      ['a', 'b', {}, {}],
      'PingPong.login(username, password) takes 2 arguments, then call options; got 4 in all',
    ],
    [['a', 'b', undefined, undefined], 'got 4 in all'],
    [['a', { timeout: 1 }], 'PingPong.login.password: expected string, got object'],
  ];
  for (const [args, told] of refused) {
    it(`that are wrong reject the call, and never throw: ${JSON.stringify(args)}`, async () => {
      const promise = (client.login as (...args: readonly unknown[]) => Promise<string>)(...args);
      const error = await rejection(promise);
      expect(error).to.be.instanceOf(TypeError);
      expect((error as Error).message).to.include(told);
      expect(calls).to.equal(0);
    });
  }

  it('may be fewer than declared: the others are not sent', async () => {
    expect(await (client.login as unknown as (a: string) => Promise<string>)('a')).to.equal('a,');
  });

  it('are given to $call as a list', async () => {
    expect(await client.$call('login', ['a', 'b'])).to.equal('a,b');
    expect(await client.$call('login', ['a'])).to.equal('a,');
    expect(await rpcError(client.$call('wait', ['x'], { timeout: 1 }))).to.include({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(await rejection(client.$call('nope', [])))
      .to.be.instanceOf(TypeError)
      .and.to.include({
        message:
          '$call: there is no method "nope"; there are ping, login, wait, find, findVoid, nothing, note, echo, count',
      });
    for (const name of ['__proto__', 'constructor', 'toString'])
      expect(await rejection(client.$call(name, []))).to.be.instanceOf(TypeError);
    expect(await rejection(client.$call('login', ['a', 'b', {}]))).to.be.instanceOf(TypeError);
    expect(await rejection(client.$call('login', undefined as never))).to.be.instanceOf(TypeError);
  });
});

describe('$with', () => {
  it('gives the same client with another timeout', async () => {
    const peer = await fakeServer(() => {});
    const own = { timeout: Number.POSITIVE_INFINITY, connections: { max: 1 } };
    const client = closing(makeClient(PingPong, peer.address, own));
    const hasty = client.$with({ timeout: 5 });
    expect((await rpcError(hasty.ping())).message).to.include('within 5 ms');
    expect((await rpcError(hasty.$with({}).ping())).message).to.include('within 5 ms');
    expect((await rpcError(hasty.ping({ timeout: 7 }))).message).to.include('within 7 ms');
    expect(hasty.$channel).to.equal(client.$channel);
    expect(() => client.$with({ timout: 5 } as object)).to.throw(
      TypeError,
      '$with: there is no option "timout"',
    );
    expect(peer.sockets).to.have.length(1);
  });
});

describe('a channel', () => {
  it('is shared by clients of several services, on one connection, and outlives them', async () => {
    const peers = new Set<string>();
    const server = makeServer(Other, {
      ping: context => `other ${peers.add(context.peer).size}`,
      other: context => `other ${peers.add(context.peer).size}`,
      shared: () => '',
    });
    closing(server).add(
      PingPong,
      waitingHandler({ login: (_, __, { peer }) => String(peers.add(peer).size) }).handler,
    );
    const channel = closing(connect(await server.listen({ port: 0 }), { transport: 'framed' }));
    const [one, two] = [makeClient(Other, channel), makeClient(PingPong, channel, { timeout: 1000 })];
    expect(await Promise.all([one.other(), two.login('', '')])).to.deep.equal(['other 1', '1']);
    await one.close();
    await two.close();
    expect(await one.other()).to.equal('other 1');
    await channel.close();
    expect(await rpcError(one.other())).to.include({ code: 'UNAVAILABLE' });
  });
});
