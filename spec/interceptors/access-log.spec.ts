import { expect } from 'chai';
import {
  type AccessLogOptions,
  type AccessRecord,
  type Context,
  type Interceptor,
  makeClient,
  RpcError,
} from '../../src/index.ts';
import { accessLog } from '../../src/interceptors/access-log.ts';
import { rejection } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

type Line = AccessRecord & Readonly<Record<string, unknown>>;

afterEach(closeAll);

/** A server and a client that both log, into one array. */
async function logging(
  own: Parameters<typeof served>[0] = {},
  timeout?: number,
  options: AccessLogOptions = {},
) {
  const lines: Line[] = [];
  const interceptors: Interceptor[] = [accessLog({ ...options, write: line => lines.push(line) })];
  const all = await served(own, { interceptors, ...(timeout === undefined ? {} : { timeout }) });
  const client = closing(makeClient(loaded.PingPong, all.address, { interceptors }));
  return { ...all, lines, client };
}

describe('accessLog', () => {
  it('writes a record of each call, on either end', async () => {
    const { lines, client, address } = await logging();
    const before = Date.now();
    await client.login('ada', 'secret');
    await until(() => lines.length === 2);
    const [server, own] = lines as [Line, Line];
    expect(own).to.include({ side: 'client', method: 'PingPong.login', code: 'OK' });
    expect(own.peer).to.equal(`127.0.0.1:${address.port}`);
    expect(server).to.include({ side: 'server', method: 'PingPong.login', code: 'OK' });
    expect(server.peer).to.match(/^127\.0\.0\.1:\d+$/);
    for (const { time, ms } of lines) {
      expect(Date.parse(time)).to.be.within(before, Date.now());
      expect(ms).to.be.within(0, 10_000);
    }
    expect(Object.keys(own)).to.deep.equal(['time', 'side', 'method', 'peer', 'code', 'ms']);
    expect(JSON.stringify(lines)).not.to.include('secret');
  });

  it('names the user, and what else is asked for', async () => {
    const { lines, client } = await logging(
      {
        ping(context: Context) {
          context.user = 'ada';
          return 'pong';
        },
      },
      undefined,
      { fields: ({ descriptor }) => ({ method: descriptor.name, answer: 42 }) },
    );
    await client.ping();
    await until(() => lines.length === 2);
    expect(lines[0]).to.include({ side: 'server', user: 'ada', method: 'ping', answer: 42 });
    expect(lines[1]).not.to.have.property('user');
  });

  const outcomes: readonly (readonly [string, () => unknown, string, string])[] = [
    ['a declared exception', () => new loaded.NotFound({ id: 1 }), 'NotFound', 'NotFound'],
    ['a status', () => new RpcError('PERMISSION_DENIED', 'no'), 'PERMISSION_DENIED', 'PERMISSION_DENIED'],
    ['an exception that is not declared', () => new loaded.Undeclared({ why: 'x' }), 'INTERNAL', 'INTERNAL'],
    ['any other error', () => new RangeError('x'), 'INTERNAL', 'INTERNAL'],
    [
      'the failure of another call',
      () => new RpcError('UNAVAILABLE', 'down', { peer: 'db:1' }),
      'INTERNAL',
      'INTERNAL',
    ],
    ['a status that is none', () => new RpcError('TEAPOT' as 'UNKNOWN', 'x'), 'INTERNAL', 'INTERNAL'],
  ];
  for (const [what, error, atServer, atClient] of outcomes) {
    it(`tells how a call ended: ${what}`, async () => {
      const { lines, client } = await logging({
        find() {
          throw error();
        },
      });
      await rejection(client.find(1));
      await until(() => lines.length === 2);
      expect(lines.map(({ side, code }) => [side, code])).to.deep.equal([
        ['server', atServer],
        ['client', atClient],
      ]);
    });
  }

  it('says DEADLINE_EXCEEDED of calls whose time was over, whatever their handlers did later', async () => {
    const { lines, client, finish } = await logging({}, 20);
    await rejection(client.wait('late'));
    finish('late');
    await until(() => lines.length === 2);
    expect(lines.map(({ code }) => code)).to.deep.equal(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
  });

  it('says CANCELLED of calls whose client has left', async () => {
    let signal: AbortSignal | undefined;
    let finish: (text: string) => void = () => {};
    const { lines, address } = await logging({
      wait: (_name, context) => {
        signal = context.signal;
        return new Promise(resolve => {
          finish = resolve;
        });
      },
    });
    const leaving = makeClient(loaded.PingPong, address);
    const result = rejection(leaving.wait('left'));
    await until(() => signal !== undefined);
    await leaving.$close({ grace: 0 });
    await result;
    await until(() => signal!.aborted);
    finish('too late');
    await until(() => lines.length === 1);
    expect(lines[0]!.code).to.equal('CANCELLED');
  });

  it('says INVALID_ARGUMENT of values that do not fit, which no server sees', async () => {
    const { lines, client } = await logging();
    await rejection(client.count('x' as unknown as number));
    expect(lines.map(({ side, code }) => [side, code])).to.deep.equal([['client', 'INVALID_ARGUMENT']]);
  });

  it('writes lines of JSON, unless told otherwise', async () => {
    const { log } = console;
    const lines: unknown[] = [];
    console.log = (line: unknown) => lines.push(line);
    try {
      const { address } = await served();
      const client = closing(makeClient(loaded.PingPong, address, { interceptors: [accessLog()] }));
      await client.ping();
    } finally {
      console.log = log;
    }
    expect(lines).to.have.length(1);
    expect(JSON.parse(lines[0] as string)).to.include({
      side: 'client',
      method: 'PingPong.ping',
      code: 'OK',
    });
  });

  const unwritable: readonly (readonly [string, () => unknown])[] = [
    [
      'write, and warns',
      () => {
        throw new Error('the disk is full');
      },
    ],
    ['write later, and warns', () => Promise.reject(new Error('the disk is full'))],
  ];
  for (const [what, write] of unwritable) {
    it(`leaves calls alone when it cannot ${what}`, async () => {
      const warnings: string[] = [];
      const listen = ({ message }: Error) => warnings.push(message);
      process.on('warning', listen);
      const { address } = await served();
      const client = closing(makeClient(loaded.PingPong, address, { interceptors: [accessLog({ write })] }));
      expect(await client.ping()).to.equal('pong');
      await until(() => warnings.length > 0);
      process.off('warning', listen);
      expect(warnings).to.deep.equal([
        'accessLog: PingPong.ping could not be logged: Error: the disk is full',
      ]);
    });
  }

  it('refuses options that make no sense', () => {
    expect(() => accessLog({ write: 'x' as unknown as () => void })).to.throw(
      TypeError,
      'accessLog.write: expected a function, got x',
    );
    expect(() => accessLog({ format: 'json' } as AccessLogOptions)).to.throw(TypeError, 'no option "format"');
  });
});
