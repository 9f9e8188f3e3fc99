/**
 * Runs the specs under other versions of Node.js than the one at hand: `npm run test:nodes -- [mocha's options]`.
 * Their binaries are npm packages, installed beside this file by `npm ci`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const versions = ['node22', 'node24'];
const binary = (version: string) => `${here}node_modules/${version}/bin/node`;

if (!versions.every(version => existsSync(binary(version)))) run('npm', ['ci', '--prefix', here]);

for (const version of versions) {
  console.log(
    `\n${version}: ${spawnSync(binary(version), ['--version'], { encoding: 'utf8' }).stdout.trim()}`,
  );
  // The report of each run under its own name, where one is asked for.
  const options = process.argv.slice(2).map(option => option.replace('{version}', version));
  run(binary(version), ['node_modules/mocha/bin/mocha.js', ...options]);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exitCode = status ?? 1;
}
