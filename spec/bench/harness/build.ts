import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository: every command of the bench runs here. */
export const root: string = fileURLToPath(new URL('../../..', import.meta.url));

const HERE = 'spec/bench';

/** Builds the package and the files that the processes run: nothing that is measured is stale, or transpiled. */
export function build(): void {
  run('npm', ['run', '--silent', 'build']);
  const files = ['--outDir', `${HERE}/build/ours`, '--emitDeclarationOnly', 'false'];
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...files]);
  run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', `${HERE}/tsconfig.json`]);
}

/** Installs the packages that take part, where that is still to do. What this cannot do is told by who is absent. */
export function install(onProgress: (text: string) => void): void {
  const installed = `${HERE}/node_modules/.package-lock.json`;
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${HERE}/package-lock.json`).mtimeMs)
    return;
  onProgress('installing the packages that take part');
  try {
    // Not ci: it stumbles over platform packages of others that not every registry has.
    run('npm', [
      'install',
      '--prefix',
      HERE,
      '--no-save',
      '--ignore-scripts',
      '--omit=optional',
      '--no-audit',
      '--silent',
    ]);
  } catch (error) {
    onProgress((error as Error).message);
  }
}

/** Compiles Apache's C++ server and client. Gives the reason where that cannot be. */
export function buildCpp(onProgress: (text: string) => void): string | undefined {
  const needs = {
    'thrift-compiler': '/usr/bin/thrift',
    'libthrift-dev': '/usr/include/thrift/TProcessor.h',
    'libboost-dev': '/usr/include/boost/version.hpp',
    'g++': '/usr/bin/g++',
  };
  const missing = Object.entries(needs).filter(([, file]) => !existsSync(file));
  if (missing.length > 0) return `Debian's ${missing.map(([name]) => name).join(', ')} not installed`;
  const [sources, out, idl] = [
    `${HERE}/contenders/cpp`,
    `${HERE}/build/cpp`,
    `${HERE}/workloads/bench.thrift`,
  ];
  const made = `${out}/client`;
  const newest = Math.max(
    ...[idl, ...readdirSync(sources).map(name => join(sources, name))].map(f => statSync(f).mtimeMs),
  );
  if (existsSync(made) && statSync(made).mtimeMs > newest) return undefined;
  onProgress('compiling the C++ server and client');
  mkdirSync(out, { recursive: true });
  try {
    run('/usr/bin/thrift', ['--gen', 'cpp:no_skeleton', '-out', out, idl]);
    const compile = ['-std=c++17', '-O2', '-w', `-I${out}`, `-I${sources}`];
    for (const name of ['Bench', 'bench_types'])
      run('g++', [...compile, '-c', `${out}/${name}.cpp`, '-o', `${out}/${name}.o`]);
    for (const name of ['server', 'client'])
      run('g++', [
        ...compile,
        `${sources}/${name}.cpp`,
        `${out}/Bench.o`,
        `${out}/bench_types.o`,
        '-o',
        `${out}/${name}`,
        '-lthrift',
        '-pthread',
      ]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}`);
}
