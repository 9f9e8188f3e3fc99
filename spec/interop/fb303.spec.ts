import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { describe as describeLoaded, fb303, idl, makeClient, makeServer, RpcError } from '../../src/index.ts';
import { homeOf } from '../../src/schema/link.ts';

const program = (name: string): string => fileURLToPath(new URL(`peers/python/${name}`, import.meta.url));
// Debian's modules belong to this interpreter, whatever python3 comes first on the PATH.
const PYTHON = '/usr/bin/python3';
const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' };

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
    generated = mkdtempSync(join(tmpdir(), 'livethrift-fb303-'));
    const file = join(generated, 'fb303.thrift');
    writeFileSync(file, homeOf(describeLoaded(FacebookService)).source);
    execFileSync('thrift', ['-strict', '--gen', 'py', '-out', generated, file]);
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
        const args = [program('fb303_client.py'), generated, dialect, String(port)];
        const { stdout } = await promisify(execFile)(PYTHON, args, { env });
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
      server = spawn(PYTHON, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(createInterface(server.stdout!), 'line');
      const client = makeClient(FacebookService, `127.0.0.1:${line.split(' ')[1]}`, channel);
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
    });
  }
});
