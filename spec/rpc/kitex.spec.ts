import { expect } from 'chai';
import { type Context, makeClient, makeServer, RpcError, type TcpAddress } from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { medium, ttFrame } from '../support/frames.ts';
import {
  applicationException,
  CALL,
  EXCEPTION,
  hex,
  i32,
  message,
  ONEWAY,
  REPLY,
  text,
  texts,
  toHex,
} from '../support/hex.ts';
import { KitexClient, type KitexFrame, key, kitexServer, writeFrame } from '../support/kitex.ts';
import { closeAll, closing, fakeServer, RawClient, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const { PingPong, Other, NotFound } = loaded;

afterEach(closeAll);

const clientOf = (address: TcpAddress, headers?: Readonly<Record<string, string>>) =>
  closing(
    makeClient(PingPong, address, { transport: 'ttheader', ...(headers === undefined ? {} : { headers }) }),
  );

const ping = message(CALL, 'ping', 7);

/** A result that holds a text. */
const result = (value: string) => Buffer.concat([hex('0b 00 00'), text(value), hex('00')]);

describe('a client of a Kitex server', () => {
  for (const framed of [false, true]) {
    it(`reads its answers, be they ${framed ? 'behind a length' : 'bare'}, out of order, and full of what it does not know`, async () => {
      const server = await kitexServer(({ name, seqid }, socket) => {
        const answer = {
          body: result(`${name} ${seqid}`),
          framed,
          token: 'a token',
          numbers: { 4096: 'x', [key.transportType]: framed ? 'framed' : 'unframed' },
          texts: { ti: '1', RPC_BACKWARD_a: 'b', crrst: '1' },
        };
        if (name === 'ping') return answer;
        setImmediate(() => socket.write(writeFrame({ type: REPLY, name, seqid, ...answer })));
        return undefined;
      });
      const client = clientOf(server.address);
      const answers = await Promise.all([client.login('a', 'b'), client.ping(), client.ping()]);
      expect(answers).to.deep.equal(['login 1', 'ping 2', 'ping 3']);
      expect(server.violations).to.deep.equal([]);
    });
  }

  it('names service and method to it, and passes headers on', async () => {
    const server = await kitexServer(() => ({ body: result('x') }));
    const client = clientOf(server.address, { RPC_PERSIST_a: 'ä', lower: 'l' });
    await client.login('root', 'pwd');
    const [request] = server.requests;
    expect(Object.fromEntries(request!.texts)).to.deep.equal({
      isn: 'PingPong',
      RPC_PERSIST_a: 'ä',
      lower: 'l',
    });
    expect([...request!.numbers]).to.deep.equal([
      [key.toMethod, 'login'],
      [key.rpcTimeout, '30000'],
    ]);
    expect(toHex(request!.body)).to.equal(toHex(texts({ 1: 'root', 2: 'pwd' })));
    expect(server.violations).to.deep.equal([]);
  });

  it('may know the service by another name', async () => {
    const server = await kitexServer(() => ({ body: result('x') }));
    await clientOf(server.address, { isn: 'Alias' }).ping();
    expect(Object.fromEntries(server.requests[0]!.texts)).to.deep.equal({ isn: 'Alias' });
  });

  it('sends oneway calls and is not answered', async () => {
    const server = await kitexServer(({ name }) => (name === 'note' ? undefined : { body: result('pong') }));
    const client = clientOf(server.address);
    await client.note('x');
    expect(await client.ping()).to.equal('pong');
    expect(server.requests.map(({ type, name }) => `${type} ${name}`)).to.deep.equal([
      `${ONEWAY} note`,
      '1 ping',
    ]);
  });

  it('throws what the method declares, and what it does not', async () => {
    const server = await kitexServer(({ name }) =>
      name === 'find'
        ? { body: Buffer.concat([hex('0c 00 01 08 00 01'), i32(-5), hex('00 00')]) }
        : { type: EXCEPTION, body: applicationException('biz error: boom', 6) },
    );
    const client = clientOf(server.address);
    expect(await rejection(client.find(-5)))
      .to.be.instanceOf(NotFound)
      .and.include({ id: -5 });
    expect(await rpcError(client.ping())).to.include({
      code: 'INTERNAL',
      message: 'biz error: boom',
      applicationType: 6,
    });
    expect(server.violations).to.deep.equal([]);
  });

  it('learns of it when the server closes on what it reads', async () => {
    const server = await kitexServer(() => {
      throw new Error('of its own accord');
    });
    const error = await rpcError(clientOf(server.address).ping());
    expect(error.code).to.equal('UNAVAILABLE');
    expect(error.message).to.include('closed the connection before the reply came');
  });

  it('is not disturbed by the frame that says the server will close', async () => {
    const server = await kitexServer((_, socket) => {
      const header = Buffer.concat([hex('00 00 01 00 01'), medium('crrst'), medium('1')]);
      socket.write(ttFrame(hex('00'), { seqid: 0, header }));
      return { body: result('pong') };
    });
    expect(await clientOf(server.address).ping()).to.equal('pong');
  });

  it('says what it found when an answer is of another protocol, or of a stream', async () => {
    for (const [bytes, told] of [
      [
        '00000010 1000 0000 00000001 0001 02 00 00 00 00 00',
        'expected the protocol id 0 (Thrift binary), got 2',
      ],
      [
        '0000001e 1000 0002 00000001 0005 10 00 10 0002 001b 0001 34 0009 0004 4563686f 0000',
        'answered in Thrift streams (TTHeader Streaming), which is for methods that stream',
      ],
    ] as const) {
      const { address } = await fakeServer(socket => socket.once('data', () => socket.write(hex(bytes))));
      const error = await rpcError(clientOf(address).ping());
      expect(error.code).to.equal('INTERNAL');
      expect(error.message).to.include(told);
    }
  });
});

describe('a server of Kitex clients', () => {
  for (const framed of [false, true]) {
    it(`answers in kind: ${framed ? 'behind a length' : 'bare'}`, async () => {
      const { address, notes, reported } = await served();
      const client = await KitexClient.connect(address);
      client.send('PingPong', 'note', texts({ 1: 'n' }), { type: ONEWAY, framed });
      const answer = await client.call('PingPong', 'login', texts({ 1: 'root', 2: 'pwd' }), { framed });
      expect({ ...answer, body: toHex(answer.body) }).to.include({
        type: REPLY,
        name: 'login',
        framed,
        body: toHex(result('hello root')),
      });
      expect(notes).to.deep.equal(['n']);
      expect(reported).to.deep.equal([]);
    });
  }

  it('returns none of the headers of a request: they would mean something else in an answer', async () => {
    const { address } = await served();
    const client = await KitexClient.connect(address);
    const answer = await client.call('PingPong', 'ping', '00', {
      texts: { 'biz-status': '5', crrst: '1' },
      token: 'secret',
    });
    expect(answer.texts.size + answer.numbers.size).to.equal(0);
    expect(answer.token).to.equal(undefined);
  });

  it('gives handlers the texts of a request as metadata, the token too', async () => {
    const seen: Context[] = [];
    const { address } = await served({
      ping(context) {
        seen.push(context);
        return 'pong';
      },
    });
    const client = await KitexClient.connect(address);
    await client.call('PingPong', 'ping', '00', { texts: { K: 'v' }, token: 'secret' });
    expect(Object.fromEntries(seen[0]!.metadata)).to.deep.equal({
      isn: 'PingPong',
      RPC_PERSIST_zone: 'north',
      rip: '10.0.0.1',
      K: 'v',
      'gdpr-token': 'secret',
    });
  });

  it('answers calls in the order in which they are done', async () => {
    const { address, running, finish } = await served();
    const client = await KitexClient.connect(address);
    client.send('PingPong', 'wait', texts({ 1: 'a' }));
    client.send('PingPong', 'wait', texts({ 1: 'b' }), { framed: true });
    await until(() => running.length === 2);
    finish('b');
    const first: KitexFrame = await client.receive();
    finish('a');
    const second = await client.receive();
    expect([first, second].map(({ seqid, framed }) => `${seqid} ${framed}`)).to.deep.equal([
      '2 true',
      '1 false',
    ]);
  });

  it('answers with what the method declares, and with application exceptions', async () => {
    const { address } = await served({
      login() {
        throw new RpcError('NOT_FOUND', 'nobody');
      },
    });
    const client = await KitexClient.connect(address);
    const declared = await client.call(
      'PingPong',
      'find',
      Buffer.concat([hex('08 00 01'), i32(-5), hex('00')]),
    );
    expect(declared.type).to.equal(REPLY);
    expect(toHex(declared.body)).to.equal(`0c0001080001${toHex(i32(-5))}0000`);
    const unknown = await client.call('PingPong', 'nope', '00');
    expect(unknown).to.include({ type: EXCEPTION, name: 'nope' });
    expect(toHex(unknown.body)).to.equal(
      toHex(applicationException('nope: there is no such method here', 1)),
    );
    const status = await client.call('PingPong', 'login', '00');
    expect(status).to.include({ type: REPLY, name: 'login' });
    expect(toHex(status.body)).to.equal('00');
    expect([...status.texts]).to.deep.equal([
      ['biz-status', '5'],
      ['biz-message', 'nobody'],
    ]);
  });

  it('asks the service that a call names; any, where it names one that is not here', async () => {
    const { handler } = waitingHandler();
    const other = { ping: () => 'other pong', other: () => 'other', shared: () => 'shared' };
    const address = await closing(makeServer(PingPong, handler).add(Other, other)).listen({ port: 0 });
    const client = await KitexClient.connect(address);
    for (const [service, name, expected] of [
      ['PingPong', 'ping', result('pong')],
      ['Other', 'ping', result('other pong')],
      ['Other', 'other', result('other')],
      ['Unheard', 'ping', result('pong')],
      ['Unheard', 'other', result('other')],
      ['PingPong', 'other', applicationException('other: there is no such method here', 1)],
      ['Other', 'count', applicationException('count: there is no such method here', 1)],
    ] as const) {
      const { body } = await client.call(service, name, '00');
      expect(toHex(body), `${service} ${name}`).to.equal(toHex(expected));
    }
  });

  it('closes on what Kitex closes on, and tells the operator', async () => {
    const { address, reported } = await served();
    const stranger = await RawClient.connect(address);
    stranger.send(ttFrame(ping, { header: '00 00 12 00' }));
    expect(toHex(await stranger.readToEnd())).to.equal('');
    expect(reported.map(({ error }) => (error as Error).message.replace(/^\S+/, 'peer'))).to.deep.equal([
      'peer sent what is no message; the connection was closed: there is no block of headers with the id 18 (at byte 12)',
    ]);
  });
});
