import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  closeOnSignals,
  makeClient,
  makeServer,
  type SignalOptions,
  type TcpAddress,
} from '../../src/index.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';

const program = fileURLToPath(new URL('../support/programs/closing-server.ts', import.meta.url));

/** A process that serves, and says so; what else it says follows. */
interface Running {
  readonly child: ChildProcess;
  readonly address: TcpAddress;
  /** The next thing that it says. */
  heard(): Promise<unknown>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

const children: ChildProcess[] = [];

async function run(options: SignalOptions): Promise<Running> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  const said: unknown[] = [];
  let wake = () => {};
  child.on('message', message => {
    said.push(message);
    wake();
  });
  const heard = async () => {
    while (said.length === 0) {
      await new Promise<void>(resolve => {
        wake = resolve;
      });
    }
    return said.shift();
  };
  return { child, address: (await heard()) as TcpAddress, heard, ended };
}

afterEach(async () => {
  await closeAll();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('closeOnSignals', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`lets calls under way finish, then ends the process with 0: ${signal}`, async () => {
      const { child, address, heard, ended } = await run({});
      const client = closing(makeClient(loaded.PingPong, address));
      const call = client.wait('a');
      expect(await heard()).to.equal('a');
      child.kill(signal);
      expect(await heard()).to.equal('closing');
      expect(await rpcError(client.ping())).to.include({ code: 'UNAVAILABLE', phase: 'answered' });
      child.send('finish');
      expect(await call).to.equal('a');
      expect(await ended).to.equal(0);
    });
  }

  it('ends the process at once by a second signal', async () => {
    const { child, address, heard, ended } = await run({ grace: 1e9 });
    const client = closing(makeClient(loaded.PingPong, address));
    const call = rpcError(client.wait('a'));
    await heard();
    child.kill('SIGTERM');
    expect(await heard()).to.equal('closing');
    child.kill('SIGTERM');
    expect(await ended).to.equal('SIGTERM');
    expect(await call).to.include({ code: 'UNAVAILABLE' });
  });

  it('cuts off what takes longer than the grace', async () => {
    const { child, address, heard, ended } = await run({ grace: 1, signals: ['SIGUSR2'] });
    const call = rpcError(closing(makeClient(loaded.PingPong, address)).wait('a'));
    await heard();
    child.kill('SIGUSR2');
    expect(await call).to.include({ code: 'UNAVAILABLE' });
    expect(await ended).to.equal(0);
  });

  it('gives notice, in which calls are served', async () => {
    const { child, address, heard } = await run({ notice: 1e9 });
    const client = closing(makeClient(loaded.PingPong, address));
    await client.ping();
    child.kill('SIGTERM');
    expect(await heard()).to.equal('closing');
    expect(await client.ping()).to.equal('pong');
  });

  it('leaves the process alone where it is told to, and then listens no longer', async () => {
    const { child, heard, ended } = await run({ exit: false });
    child.kill('SIGTERM');
    expect(await heard()).to.equal('closing');
    expect(await heard()).to.equal('closed');
    child.kill('SIGTERM');
    expect(await ended).to.equal('SIGTERM');
  });

  it('waits for all that is to be closed, and exits with 1 where that fails', async () => {
    const { child, ended } = await run({ fails: true } as SignalOptions);
    child.kill('SIGTERM');
    expect(await ended).to.equal(1);
  });

  it('can be undone', () => {
    const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
    const before = process.listenerCount('SIGTERM');
    const undo = closeOnSignals([server]);
    expect(process.listenerCount('SIGTERM')).to.equal(before + 1);
    undo();
    expect(process.listenerCount('SIGTERM')).to.equal(before);
  });

  it('refuses what makes no sense', async () => {
    const server = closing(makeServer(loaded.PingPong, waitingHandler().handler));
    for (const [servers, options, why] of [
      [{}, {}, 'closeOnSignals: expected a server, or an array of them, got {}'],
      [[server, null], {}, 'closeOnSignals: expected a server, or an array of them, got null'],
      [
        server,
        { signals: ['TERM'] },
        "closeOnSignals: signals: expected names such as 'SIGTERM', got [ 'TERM' ]",
      ],
      [server, { grace: 'x' }, 'closeOnSignals: grace: expected ms as a number, got x'],
      [server, { wait: 1 }, 'closeOnSignals: there is no option "wait"'],
    ] as const) {
      const made = (async () => closeOnSignals(servers as never, options as never))();
      expect(String(await rejection(made))).to.include(`TypeError: ${why}`);
    }
  });
});
