import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** The compiler that we are built with. */
export const newest: string = join(root, 'node_modules/typescript/bin/tsc');

let folder: string | undefined;

/** A folder with the package as it is built from the present source: package.json and `dist`. Made once in a run. */
export function builtPackage(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'livethrift-build-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  cpSync(join(root, 'package.json'), join(made, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(made, 'node_modules'), 'junction');
  const dist = join(made, 'dist');
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', dist];
  try {
    execFileSync(process.execPath, [newest, ...options], { stdio: 'pipe' });
  } catch (error) {
    // Whether there are type errors is not asked here.
    if (!existsSync(join(dist, 'index.d.ts'))) throw error;
  }
  execFileSync(process.execPath, ['--import', 'tsx', 'bundle.ts', dist], { cwd: root, stdio: 'pipe' });
  folder = made;
  return made;
}
