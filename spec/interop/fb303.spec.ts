import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { fb303, idl, loadFrom, makeClient, makeServer, RpcError } from '../../src/index.ts';
import { rpcError } from '../support/errors.ts';
import { answerOf, ENV, generate, PYTHON, program } from './generated.ts';

const dialects = [
  ['binary buffered', { protocol: 'binary', transport: 'buffered' }],
  ['compact framed', { protocol: 'compact', transport: 'framed' }],
  ['compact header', { protocol: 'compact', transport: 'header' }],
] as const;

const { service: FacebookService } = fb303();

describe('fb303, with code that the Apache compiler generates from our text of it', () => {
  let generated: string;
  let server: ChildProcess | undefined;

  before(() => {
    generated = generate(FacebookService);
  });
  after(() => rmSync(generated, { recursive: true }));
  afterEach(() => {
    server?.kill('SIGKILL');
    server = undefined;
  });

  for (const [dialect, channel] of dialects) {
    it(`answers Python in ${dialect}`, async () => {
      const { Own } = idl('service Own { string own() }');
      const asked: string[] = [];
      const options = new Map([['level', 'info']]);
      const ours = makeServer(Own, { own: () => 'own' }).add(
        fb303({
          version: '7',
          status: 'WARNING',
          statusDetails: 'größer',
          counters: () => ({ calls: 2n ** 62n }),
          options,
          setOption(key, value) {
            if (key === 'locked') throw new RpcError('PERMISSION_DENIED', 'it is locked');
            options.set(key, value);
          },
          cpuProfile: seconds => `${seconds} s`,
          reinitialize: () => asked.push('reinitialize'),
          shutdown: () => asked.push('shutdown'),
        }),
      );
      const { port } = await ours.listen({ port: 0 });
      try {
        const stdout = await answerOf('fb303_client.py', generated, dialect, String(port));
        const { since, calls, counter, ...answers } = JSON.parse(
          stdout.replaceAll(String(2n ** 62n), '"2^62"'),
        );
        expect(Number(since)).to.be.within(Date.now() / 1000 - 60, Date.now() / 1000);
        expect([calls, counter]).to.deep.equal(['2^62', '2^62']);
        expect(answers).to.deep.equal({
          name: 'Own',
          version: '7',
          status: 5,
          details: 'größer',
          none: 0,
          profile: '2 s',
          refused: [1007, 'it is locked'],
          option: 'debug',
          options: { level: 'debug' },
          afterwards: 5,
        });
        expect(asked).to.deep.equal(['reinitialize', 'shutdown']);
      } finally {
        await ours.close({ grace: 0 });
      }
    });

    it(`asks Python in ${dialect}`, async () => {
      const args = [program('fb303_server.py'), generated, dialect];
      server = spawn(PYTHON, args, { env: ENV, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(createInterface(server.stdout!), 'line');
      const address = `127.0.0.1:${line.split(' ')[1]}`;
      const client = makeClient(FacebookService, address, channel);
      try {
        expect(await client.getName()).to.equal('base');
        expect(await client.getVersion()).to.equal('0.1');
        expect(await client.getStatus()).to.equal(5);
        expect(await client.getCounters()).to.deep.equal(new Map([['calls', 2n ** 62n]]));
        expect(await client.getCounter('calls')).to.equal(2n ** 62n);
        await client.setOption('mode', 'fast');
        expect(await client.getOption('mode')).to.equal('fast');
        expect(await client.getOptions()).to.deep.equal(
          new Map([
            ['level', 'info'],
            ['mode', 'fast'],
          ]),
        );
        expect(await client.getCpuProfile(3)).to.equal('3 s');
        expect(await client.aliveSince()).to.equal(1234567890n);
        await client.reinitialize();
        await client.shutdown();
        expect(await client.getStatusDetails()).to.equal('reinitialize, shutdown');
      } finally {
        await client.$close({ grace: 0 });
      }
      // It serves one connection at a time.
      const error = await rpcError(loadFrom(address, channel));
      expect(error.code).to.equal('UNIMPLEMENTED');
      expect(error.message).to.include('does not tell its IDL');
    });
  }
});
