import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeServer, type TcpAddress } from '../../src/index.ts';
import { closeAll, closing, fakeServer } from '../support/peers.ts';
import { loaded, waitingHandler } from '../support/services.ts';
import { chatting } from './streaming/chat.ts';

const root = new URL('../../', import.meta.url);
const prelude = `
  import { connect, makeClient, makeServer } from '${new URL('src/index.ts', root)}';
  import { loaded, waitingHandler } from '${new URL('spec/support/services.ts', root)}';
  import { loaded as streaming } from '${new URL('spec/rpc/streaming/chat.ts', root)}';
  const [address] = process.argv.slice(1);
`;

/** Runs a script in a process of its own, and gives what it printed when it has ended by itself. */
function run(script: string, address = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = ['--import', 'tsx', '--input-type=module', '-e', prelude + script, address];
    const child = spawn(process.execPath, args, { cwd: fileURLToPath(root) });
    let [out, err] = ['', ''];
    child.stdout.on('data', chunk => {
      out += chunk;
    });
    child.stderr.on('data', chunk => {
      err += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 8000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(out.trim());
      else reject(new Error(`the process ended with ${signal ?? code}: ${out}${err}`));
    });
  });
}

const text = ({ host, port }: TcpAddress) => `${host}:${port}`;

afterEach(closeAll);

describe('a process', () => {
  it('ends while a client is idle, and not before its calls are answered', async () => {
    const { handler } = waitingHandler({
      wait: name => new Promise(resolve => setTimeout(() => resolve(name), 50)),
    });
    const server = closing(makeServer(loaded.PingPong, handler));
    const printed = await run(
      `
      const client = makeClient(loaded.PingPong, address);
      console.log(await client.ping());
      await client.note('x');
      client.wait('first').then(console.log);
      const channel = connect(address, { transport: 'framed' });
      await channel.ready();
      process.on('exit', () => console.log('end'));
      `,
      text(await server.listen({ port: 0 })),
    );
    expect(printed.split('\n')).to.deep.equal(['pong', 'first', 'end']);
  });

  it('ends while a client has no streams any more, and not before they have ended', async () => {
    const { address } = await chatting({
      async *listen({ text: said }: { text: string }) {
        for (const letter of said) {
          await new Promise(resolve => setTimeout(resolve, 20));
          yield { text: letter };
        }
      },
    });
    const printed = await run(
      `
      const client = makeClient(streaming.Chat, address);
      for await (const { text } of client.listen({ text: 'ab' })) console.log(text);
      for await (const { text } of client.listen({ text: 'c'.repeat(1000) })) break;
      process.on('exit', () => console.log('end'));
      `,
      text(address as TcpAddress),
    );
    expect(printed.split('\n')).to.deep.equal(['a', 'b', 'end']);
  });

  it('ends when the calls to a silent peer have expired', async () => {
    const peer = await fakeServer(() => {});
    const printed = await run(
      `
      const client = makeClient(loaded.PingPong, address, { timeout: 20 });
      client.ping().catch(error => console.log(error.code));
      `,
      text(peer.address),
    );
    expect(printed).to.equal('DEADLINE_EXCEEDED');
  });

  it('ends when nobody waits for the next attempt to connect, and not before those who do have expired', async () => {
    const peer = await fakeServer(() => {});
    await peer.close();
    const printed = await run(
      `
      const client = makeClient(loaded.PingPong, address, { reconnect: { initial: 60_000, max: 60_000 } });
      console.log((await client.ping().catch(error => error)).code);
      console.log((await client.ping({ timeout: 50 }).catch(error => error)).code);
      process.on('exit', () => console.log('end'));
      `,
      text(peer.address),
    );
    expect(printed.split('\n')).to.deep.equal(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'end']);
  });

  it('ends while clients over HTTP and WebSocket are idle, and not before their calls are answered', async () => {
    const { handler } = waitingHandler({
      wait: name => new Promise(resolve => setTimeout(() => resolve(name), 50)),
    });
    const server = closing(makeServer(loaded.PingPong, handler));
    const printed = await run(
      `
      for (const kind of ['http', 'ws']) {
        const client = makeClient(loaded.PingPong, kind + '://' + address);
        await client.$ready();
        console.log(await client.ping());
        await client.wait(kind).then(console.log);
      }
      process.on('exit', () => console.log('end'));
      `,
      text(await server.listen({ port: 0 })),
    );
    expect(printed.split('\n')).to.deep.equal(['pong', 'http', 'pong', 'ws', 'end']);
  });

  it('ends while a client of several servers is idle, and not before calls have learned where they are', async () => {
    const { handler } = waitingHandler();
    const servers = [1, 2].map(() => closing(makeServer(loaded.PingPong, handler)));
    const addresses = await Promise.all(servers.map(server => server.listen({ port: 0 })));
    const printed = await run(
      `
      const addresses = address.split(',');
      const several = makeClient(loaded.PingPong, [...addresses, '127.0.0.1:1']);
      for (let i = 0; i < 10; i++) await several.ping();
      const named = makeClient(loaded.PingPong, 'dns:///' + addresses[0]);
      console.log(await named.ping());
      const registry = {
        name: 'registry',
        watch(watcher) {
          setTimeout(() => watcher.update([{ address: addresses[0] }]), 50).unref();
          return { refresh() {}, close() {} };
        },
      };
      console.log(await makeClient(loaded.PingPong, registry).ping());
      process.on('exit', () => console.log('end'));
      `,
      addresses.map(text).join(),
    );
    expect(printed.split('\n')).to.deep.equal(['pong', 'pong', 'end']);
  });

  it('has nothing left after its server and client are closed', async () => {
    const printed = await run(`
      import { setImmediate } from 'node:timers/promises';
      const { handler } = waitingHandler();
      const server = makeServer(loaded.PingPong, handler);
      const here = await server.listen({ port: 0 });
      const clients = ['buffered', 'framed'].map(transport => makeClient(loaded.PingPong, here, { transport }));
      for (const kind of ['http', 'ws']) clients.push(makeClient(loaded.PingPong, kind + '://127.0.0.1:' + here.port));
      for (const several of [[here, '127.0.0.1:1'], 'dns:///127.0.0.1:' + here.port]) clients.push(makeClient(loaded.PingPong, several));
      for (const client of clients) console.log(await client.ping());
      await Promise.all(clients.map(client => client.close()));
      await server.close();
      for (let i = 0; i < 3; i++) await setImmediate();
      console.log(process.getActiveResourcesInfo().filter(name => !/Pipe|TTY|File|Message/.test(name)).join());
      console.log('end');
    `);
    expect(printed.split('\n')).to.deep.equal([...new Array(6).fill('pong'), '', 'end']);
  });

  it('does not die of handlers that reject, of oneway calls, or of an onError that does', async () => {
    const printed = await run(`
      const { handler } = waitingHandler({
        ping: () => Promise.reject(undefined),
        login: () => Promise.reject(Object.create(null)),
        note: async () => { throw new Error('note'); },
        nothing() { return { get then() { throw 1; } }; },
      });
      const server = makeServer(loaded.PingPong, handler, { exposeErrors: true, async onError() { throw new Error('onError'); } });
      const client = makeClient(loaded.PingPong, await server.listen({ port: 0 }));
      for (const call of [client.ping(), client.login('', ''), client.nothing()]) console.log(await call.catch(error => error.code));
      await client.note('');
      console.log(await client.count(1));
      await client.close();
      await server.close();
    `);
    expect(printed.split('\n')).to.deep.equal(['INTERNAL', 'INTERNAL', 'INTERNAL', '2']);
  });

  const onLinux = process.platform === 'linux';
  const why = onLinux ? '' : ' (skipped: only Linux keeps attempts waiting so)';
  (onLinux ? it : it.skip)(
    `gives an attempt to connect up when nobody waits for it any more${why}`,
    async () => {
      // A stopped process whose backlog is full: the kernel answers to no further attempt.
      const printed = await run(`
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      import { connect as dial } from 'node:net';
      const script = "const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => { process.stdout.write(String(s.address().port)); setTimeout(() => process.kill(process.pid, 'SIGSTOP'), 20); })";
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      const port = Number((await once(child.stdout, 'data'))[0]);
      await new Promise(resolve => setTimeout(resolve, 100));
      const fillers = Array.from({ length: 5 }, () => dial({ port, host: '127.0.0.1' }).on('error', () => {}));
      await new Promise(resolve => setTimeout(resolve, 50));
      const client = makeClient(loaded.PingPong, { host: '127.0.0.1', port }, { timeout: 50 });
      console.log((await client.ping().catch(error => error)).message.replace(String(port), 'port'));
      for (const filler of fillers) filler.destroy();
      child.stdout.destroy();
      child.unref();
      process.on('exit', () => child.kill('SIGKILL'));
    `);
      expect(printed).to.equal('PingPong.ping: no connection to 127.0.0.1:port within 50 ms');
    },
  );
});
