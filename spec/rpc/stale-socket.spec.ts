import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { removeStaleSocket } from '../../src/rpc/server/stale-socket.ts';

describe('a socket file that a killed process left', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const leave = (path: string) => {
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(spawnSync(process.execPath, ['-e', script]).signal).to.equal('SIGKILL');
  };

  it('is removed, also where its name is as long as it can be', async () => {
    const path = join(folder, 'x'.repeat(106 - folder.length));
    leave(path);
    await removeStaleSocket(path);
    expect(readdirSync(folder)).to.deep.equal([]);
    await removeStaleSocket(path);
  });

  it('is removed once, and never what another listens to by then', async () => {
    for (let i = 0; i < 5; i++) {
      const path = join(folder, `${i}.sock`);
      leave(path);
      const server = createServer();
      const first = removeStaleSocket(path).then(() => server.listen(path));
      const others = Array.from({ length: 20 }, async (_, nth) => {
        for (let turn = 0; turn < nth; turn++) await new Promise(setImmediate);
        await removeStaleSocket(path);
      });
      await Promise.all([first, ...others]);
      if (!server.listening) await once(server, 'listening');
      const client = connect(path);
      await once(client, 'connect');
      client.destroy();
      await new Promise(resolve => server.close(resolve));
    }
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
