import { type ExecFileException, execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../typegen/build.ts';

const nodes = join(root, 'spec/nodes');

/** The Nodes that the package is for: the one at hand, and those that are npm packages beside spec/nodes/run.ts. */
export function nodeBinaries(): string[] {
  const others = ['node22', 'node24'].map(name => join(nodes, `node_modules/${name}/bin/node`));
  if (!others.every(binary => existsSync(binary))) npm(root, 'ci', '--prefix', nodes);
  return [process.execPath, ...others];
}

/** The tarball that would be published, in a folder of its own. */
export function pack(): string {
  const folder = mkdtempSync(join(tmpdir(), 'livethrift-pack-'));
  npm(root, 'pack', '--pack-destination', folder);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return join(folder, `livethrift-${version}.tgz`);
}

export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project that had nothing in it before the tarball was installed. */
export class EmptyProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'livethrift-empty-'));

  constructor(tarball: string) {
    this.write('package.json', '{ "private": true, "type": "module" }');
    npm(this.folder, 'install', '--no-audit', '--no-fund', tarball, 'typescript', '@types/node@20');
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs a program of the project, or `node`, with one of the Nodes as the `node` that it finds. */
  run(node: string, program: string, ...args: readonly string[]): Promise<Ended> {
    const path = [dirname(node), join(this.folder, 'node_modules/.bin'), process.env.PATH].join(delimiter);
    const options = { cwd: this.folder, env: { ...process.env, PATH: path } };
    return new Promise(resolve => {
      execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) =>
        resolve({ code: error === null ? 0 : (error.code ?? 1), stdout, stderr }),
      );
    });
  }
}

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}
