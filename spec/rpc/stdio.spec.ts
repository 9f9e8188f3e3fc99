import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connect, loadSource, makeClient, makeServer, RpcError } from '../../src/index.ts';
import { settle } from '../support/peers.ts';
import { Wire } from '../support/wire.ts';

const { Echo } = loadSource(
  'service Echo { string echo(1: string text) void crash() oneway void note(1: string text) }',
);
const program = fileURLToPath(new URL('../support/programs/stdio-server.ts', import.meta.url));
const command = { command: process.execPath, args: ['--import', 'tsx', program] };

const failure = (call: Promise<unknown>): Promise<RpcError> =>
  call.then(
    () => expect.fail('the call succeeded'),
    error => error,
  );

describe('a service in a subprocess', () => {
  it('is started by the first call, and ends when its client is closed', async () => {
    const client = makeClient(Echo, command);
    expect(await Promise.all(['a', 'b', 'ü'.repeat(100_000)].map(text => client.echo(text)))).to.deep.equal([
      'a',
      'b',
      'ü'.repeat(100_000),
    ]);
    await client.close();
  });

  it('is recognised in every dialect', async () => {
    for (const [protocol, transport] of [
      ['compact', 'framed'],
      ['json', 'buffered'],
      ['binary', 'header'],
    ] as const) {
      await using client = makeClient(Echo, command, { protocol, transport });
      expect(await client.echo(protocol)).to.equal(protocol);
    }
  });

  it('that ends leaves no call waiting, and is started again by the next one', async () => {
    await using client = makeClient(Echo, command);
    const [crashed, waiting] = await Promise.all([failure(client.crash()), failure(client.echo('x'))]);
    for (const error of [crashed, waiting]) {
      expect(error).to.be.instanceOf(RpcError).and.include({ code: 'UNAVAILABLE' });
      expect(error.message).to.include('the process ended with code 3');
    }
    expect(await client.echo('again')).to.equal('again');
  });

  it('that does not exist is said to be so', async () => {
    await using client = makeClient(Echo, { command: '/no/such/program' });
    const error = await failure(client.echo('x'));
    expect(error).to.include({ code: 'UNAVAILABLE', peer: 'process:/no/such/program' });
    expect(error.message).to.include('ENOENT');
  });

  it('takes no options that it has no use for', () => {
    expect(() => connect(command, { tls: true })).to.throw(
      TypeError,
      'tls: a subprocess is spoken to without',
    );
    expect(() => connect({ ...command, shell: true } as never)).to.throw(
      TypeError,
      'there is no option "shell"',
    );
  });
});

describe('a stream that was made elsewhere', () => {
  it('is served, whatever is spoken on it, and told by its name', async () => {
    const peers: string[] = [];
    const server = makeServer(
      Echo,
      { echo: (text: string, context: { peer: string }) => `${peers.push(context.peer)} ${text}` },
      { partial: true },
    );
    const wire = new Wire();
    server.serve(wire, 'a friend');
    wire.feed(Buffer.from('[1,"echo",1,7,{"1":{"str":"x"}}]'), 1);
    expect(String(await wire.answer())).to.equal('[1,"echo",2,7,{"0":{"str":"1 x"}}]');
    expect(peers).to.deep.equal(['a friend']);
    await server.close();
    expect(() => server.serve(new Wire())).to.throw(TypeError, 'the server was closed');
  });

  it('may keep what is written to it, and hand it on later', async () => {
    const server = makeServer(Echo, { echo: (text: string) => text }, { partial: true });
    const kept: Buffer[] = [];
    const keeping = new Duplex({
      read() {},
      write(chunk: Buffer, _encoding, done) {
        kept.push(chunk);
        done();
      },
    });
    server.serve(keeping);
    for (const text of ['one', 'two']) {
      keeping.push(`[1,"echo",1,7,{"1":{"str":"${text}"}}]`);
      await settle();
    }
    expect(kept.map(String)).to.deep.equal(
      ['one', 'two'].map(text => `[1,"echo",2,7,{"0":{"str":"${text}"}}]`),
    );
    await server.close({ grace: 0 });
  });

  it('that ends is answered before it is closed', async () => {
    let finish!: (text: string) => void;
    const server = makeServer(
      Echo,
      {
        echo: () =>
          new Promise<string>(resolve => {
            finish = resolve;
          }),
      },
      { partial: true },
    );
    const wire = new Wire();
    server.serve(wire);
    wire.feed(Buffer.from('[1,"echo",1,7,{"1":{"str":"x"}}]')).feedEnd();
    await settle();
    expect(wire.hasEnded).to.equal(false);
    finish('late');
    expect(String(await wire.answer())).to.equal('[1,"echo",2,7,{"0":{"str":"late"}}]');
    expect(wire.hasEnded).to.equal(true);
    await server.close();
  });
});
