import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe as describeLoaded, type Service } from '../../src/index.ts';
import { homeOf } from '../../src/schema/link.ts';

// Debian's modules belong to this interpreter, whatever python3 comes first on the PATH.
export const PYTHON = '/usr/bin/python3';
export const ENV: NodeJS.ProcessEnv = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' };

/** A new folder with the Python code that Apache's compiler generates from our own text of a service. */
export function generate(service: Service): string {
  const folder = mkdtempSync(join(tmpdir(), 'livethrift-generated-'));
  const { file, source } = homeOf(describeLoaded(service));
  const path = join(folder, basename(file));
  writeFileSync(path, source);
  execFileSync('thrift', ['-strict', '--gen', 'py', '-out', folder, path]);
  return folder;
}

export const program = (name: string): string =>
  fileURLToPath(new URL(`peers/python/${name}`, import.meta.url));

/** What a program of `peers/python` prints, which must be JSON. */
export async function answerOf(name: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(PYTHON, [program(name), ...args], { env: ENV });
  return stdout;
}
