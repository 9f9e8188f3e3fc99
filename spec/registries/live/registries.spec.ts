import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Registration } from '../../../src/registries/registration.ts';
import type { Watch } from '../../../src/rpc/balance/resolver.ts';
import { Told } from '../told.ts';
import { type Kind, kinds, type Registry, startServer } from './kinds.ts';
import { killed, type RegistryServer, until } from './servers.ts';

const a = '127.0.0.1:9001';
const b = '127.0.0.1:9002';
const c = '127.0.0.1:9003';

for (const kind of Object.keys(kinds) as Kind[]) {
  describe(`${kind}, the real one`, () => {
    let server: RegistryServer;
    let registry: Registry;
    let name: string;
    let told: Told;
    let nth = 0;
    const watches: Watch[] = [];
    const registrations: Registration[] = [];
    const processes: ChildProcess[] = [];

    before(async () => {
      server = await startServer[kind]();
    });

    after(() => server.close());

    beforeEach(() => {
      registry = kinds[kind](server.port);
      name = `orders${nth++}`;
      told = new Told();
    });

    afterEach(async () => {
      for (const watch of watches.splice(0)) watch.close();
      await Promise.all(registrations.splice(0).map(registration => registration.close()));
      await Promise.all(processes.splice(0).map(killed));
      await registry.close();
    });

    function watching(of = told): Watch {
      const watch = registry.resolver(name).watch(of);
      watches.push(watch);
      return watch;
    }

    async function registered(address: string, weight = 10): Promise<Registration> {
      const registration = registry.register(name, { address, weight, onError: () => {} });
      registrations.push(registration);
      await registration.ready();
      return registration;
    }

    function run(program: string, ...args: readonly string[]): ChildProcess {
      const path = fileURLToPath(new URL(program, import.meta.url));
      const command = ['--import', 'tsx', path, kind, `${server.port}`, name, ...args];
      const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
      processes.push(child);
      return child;
    }

    function sees(...addresses: readonly string[]): Promise<void> {
      return until(() => told.last?.join() === addresses.join());
    }

    it('has nobody under a name that nobody took, which is an answer', async () => {
      watching();
      await sees();
      expect(told).to.deep.include({ updates: [[]], failures: [] });
    });

    it('tells of servers that appear, change and disappear', async () => {
      watching();
      await sees();
      const first = await registered(a, 5);
      await sees(a);
      expect(told.weights.at(-1)).to.deep.equal([5]);
      await registered(b, 10);
      await sees(a, b);
      const second = await registered(a, 7);
      await until(() => told.weights.at(-1)?.toSorted().join() === '10,7');
      // What it entered is no longer there.
      await first.close();
      await registered(c);
      await sees(a, b, c);
      await second.close();
      await sees(b, c);
      expect(told.failures).to.deep.equal([]);
    });

    it('tells those who begin to watch of all that is there', async () => {
      await registered(a);
      await registered(b);
      watching();
      await sees(a, b);
      expect(told.updates).to.have.lengthOf(1);
    });

    it('loses none of many that come while it begins to watch', async () => {
      const addresses = Array.from({ length: 200 }, (_, i) => `127.0.0.1:${10_000 + i}`);
      const putting = Promise.all(addresses.map(address => registry.put(name, address, address)));
      watching();
      await putting;
      await sees(...addresses);
    });

    it('does not mistake one name for another that begins like it', async () => {
      await registry.put(`${name}2`, b, b);
      await registered(a);
      watching();
      await sees(a);
    });

    it('skips what cannot be read, names it, and takes it when it can be', async () => {
      await registry.put(name, 'strange', '{"leader":true}');
      await registry.put(name, a, a);
      watching();
      await sees(a);
      expect(told.failures).to.have.lengthOf(1);
      expect(told.failures[0]).to.include(`${name}/strange" does not say where a server is`);
      await registry.put(name, 'strange', b);
      await sees(a, b);
      await registry.delete(name, a);
      await sees(b);
    });

    it('loses the entry of a process that is killed', async () => {
      watching();
      const child = run('server-process.ts', a);
      await once(child.stdout!, 'data');
      await sees(a);
      await killed(child);
      await sees();
      expect(told.failures).to.deep.equal([]);
    });

    it('keeps the list while the registry is down, and goes on when it is back', async () => {
      await registry.put(name, a, a);
      watching();
      await sees(a);
      await server.kill();
      await until(() => told.failures.length >= 2);
      expect(told.failures[0]).to.include('the servers known before still count');
      expect(told.updates).to.deep.equal([[a]]);
      await server.start();
      await registered(b);
      await sees(a, b);
      await registered(c);
      await sees(a, b, c);
      expect(told.updates.filter(update => !update.includes(a))).to.deep.equal([]);
    });

    it('is begun to be watched and entered while it is down', async () => {
      await server.kill();
      watching();
      const registration = registry.register(name, { address: a, onError: () => {} });
      registrations.push(registration);
      await until(() => told.failures.length >= 1);
      await server.start();
      await sees(a);
    });

    it('has the entry again when it came back and knows nothing', async () => {
      await registered(a);
      watching();
      await sees(a);
      await server.kill();
      server.forget();
      await server.start();
      await until(() => told.failures.length > 0);
      await until(async () => {
        const later = new Told();
        const watch = registry.resolver(name).watch(later);
        await until(() => later.updates.length > 0);
        watch.close();
        return later.last?.join() === a;
      });
      await sees(a);
    });

    it('is noticed to be silent, and to speak again', async () => {
      await registered(a);
      const watch = watching();
      await sees(a);
      server.signal('SIGSTOP');
      const asking = setInterval(() => watch.refresh(), 500);
      await until(() => told.failures.length > 0);
      clearInterval(asking);
      expect(told.updates).to.deep.equal([[a]]);
      server.signal('SIGCONT');
      await registered(b);
      await sees(a, b);
    });

    for (const state of ['there', 'down', 'silent'] as const) {
      it(`leaves nothing behind in a process that is done with it, while it is ${state}`, async () => {
        if (state === 'down') await server.kill();
        if (state === 'silent') server.signal('SIGSTOP');
        try {
          const child = run('passing-process.ts', ...(state === 'there' ? [] : ['unanswered']));
          const [[text], [code]] = await Promise.all([once(child.stdout!, 'data'), once(child, 'exit')]);
          expect(`${text}`.trim()).to.equal('silent');
          expect(code).to.equal(0);
        } finally {
          if (state === 'down') await server.start();
          if (state === 'silent') server.signal('SIGCONT');
        }
      });
    }
  });
}
