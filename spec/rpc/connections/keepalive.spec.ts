import { expect } from 'chai';
import { type ClientOptions, fb303, makeClient, makeServer, type Service } from '../../../src/index.ts';
import { rpcError } from '../../support/errors.ts';
import { closeAll, closing, fakeServer, until } from '../../support/peers.ts';
import { serialPeer } from '../../support/serial.ts';
import { loaded, waitingHandler } from '../../support/services.ts';

const { PingPong } = loaded;
const soon = { service: PingPong, method: 'ping', interval: 15, timeout: 25 };

afterEach(closeAll);

describe('keepalive', () => {
  it('asks a silent server, and leaves one that answers alone', async () => {
    let asked = 0;
    const { handler } = waitingHandler({ ping: () => `${++asked}` });
    const server = closing(makeServer(PingPong, handler));
    const client = closing(makeClient(PingPong, await server.listen({ port: 0 }), { keepalive: soon }));
    await client.$ready();
    await until(() => asked >= 3);
    expect(client.$channel.state).to.equal('ready');
  });

  it('takes any answer for one: fb303, or that there is no such method', async () => {
    const { handler } = waitingHandler();
    const server = closing(makeServer(PingPong, handler));
    const address = await server.listen({ port: 0 });
    const keepalive = { ...soon, service: fb303().service, method: 'getStatus' };
    const client = closing(makeClient(PingPong, address, { keepalive }));
    await client.$ready();
    await new Promise(resolve => setTimeout(resolve, 80));
    expect(client.$channel.state).to.equal('ready');
    server.add(fb303());
    expect(await client.ping()).to.equal('pong');
  });

  it('ends a connection whose server does not answer; a call gets another one', async () => {
    const server = await fakeServer(socket => socket.resume());
    const client = closing(makeClient(PingPong, server.address, { keepalive: soon }));
    await client.$ready();
    await until(() => client.$channel.state === 'idle');
    const call = rpcError(client.ping({ timeout: 2000 }));
    await until(() => server.sockets.length === 2);
    for (const socket of server.sockets) socket.destroy();
    expect((await call).code).to.equal('UNAVAILABLE');
  });

  it('does not ask a server that is at a call, and may answer in order', async () => {
    const peer = await serialPeer();
    const client = closing(makeClient(PingPong, peer.address, { transport: 'framed', keepalive: soon }));
    const call = client.wait('long');
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(peer.begun).to.deep.equal([['wait']]);
    peer.finish(0);
    expect(await call).to.equal('wait');
    await until(() => peer.begun[0]!.includes('ping'));
  });

  it('is no use of a connection: one that only keepalive asks on is idle, and closed', async () => {
    const peer = await serialPeer();
    const options: ClientOptions = { transport: 'framed', keepalive: soon, connections: { idle: 100 } };
    const client = closing(makeClient(PingPong, peer.address, options));
    await client.login('a', 'b');
    await until(() => peer.ended.length === 1);
    expect(peer.begun).to.have.length(1);
    expect(peer.begun[0]!.slice(0, 2)).to.deep.equal(['login', 'ping']);
    await until(() => client.$channel.state === 'idle');
  });

  const refused: readonly (readonly [options: object, told: string])[] = [
    [{ service: {} }, 'expected a service of a loaded module'],
    [{ service: PingPong }, "PingPong has no such method without arguments, and with an answer: 'getStatus'"],
    [{ ...soon, method: 'login' }, "with an answer: 'login'"],
    [{ ...soon, method: 'note' }, "with an answer: 'note'"],
    [{ ...soon, interval: 0 }, 'keepalive.interval: expected ms above 0, got 0'],
    [{ ...soon, timeout: 'x' }, 'keepalive.timeout: expected ms as a number, got x'],
    [{ ...soon, every: 1 }, 'keepalive: there is no option "every"'],
  ];
  for (const [keepalive, told] of refused) {
    it(`is refused when it makes no sense: ${told}`, () => {
      const options = { keepalive } as ClientOptions;
      expect(() => makeClient(PingPong as Service, 'localhost:1', options)).to.throw(TypeError, told);
    });
  }

  it('is not for HTTP', () => {
    expect(() => makeClient(PingPong, 'http://localhost:1/', { keepalive: soon })).to.throw(
      TypeError,
      'keepalive: over http://',
    );
  });
});
