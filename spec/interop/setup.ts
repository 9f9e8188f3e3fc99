import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runAll } from './matrix.ts';
import { printTable } from './table.ts';

/** Compiles the peers before the first spec. A package that is missing fails the run; nothing is skipped. */
export function mochaGlobalSetup(): void {
  execFileSync('bash', [fileURLToPath(new URL('build.sh', import.meta.url))], { stdio: 'inherit' });
}

let all: Promise<void>;

/** All cells are begun here, some at a time; each test waits for its own. */
export const mochaHooks = {
  beforeAll(): void {
    all = runAll();
    all.catch(() => {});
  },

  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(0);
    await all;
    await printTable();
  },
};
