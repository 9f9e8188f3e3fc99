import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Folder } from './run.ts';

describe('what is watched', () => {
  it('is watched before that is said: no change after it is missed', async () => {
    const folder = new Folder({ 'a.thrift': 'struct A {}' });
    const program = fileURLToPath(new URL('../support/programs/watching.ts', import.meta.url));
    const args = ['--import', 'tsx', program, `${folder.path}/a.thrift`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const giveUp = setTimeout(() => child.kill(), 20_000);
    try {
      expect((await text(child.stdout)).trim()).to.equal('seen');
    } finally {
      clearTimeout(giveUp);
      child.kill();
      folder.remove();
    }
  });
});
