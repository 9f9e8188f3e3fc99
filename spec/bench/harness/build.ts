import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository: every command of the bench runs here. */
export const root: string = fileURLToPath(new URL('../../..', import.meta.url));

/** Builds the package and the files that the processes run: nothing that is measured is stale, or transpiled. */
export function build(): void {
  run('npm', ['run', '--silent', 'build']);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'spec/bench/tsconfig.json']);
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}`);
}
