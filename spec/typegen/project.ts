import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtPackage, newest, root } from './build.ts';

export const fixtures: string = fileURLToPath(new URL('fixtures', import.meta.url));

const old = join(root, 'spec/types-old');

/**
 * The compiler that our types are tried with: the one that we are built with, or, in `npm run test:types-old`, the
 * oldest that takes them.
 */
export const compiler: { readonly name: string; readonly path: string } =
  process.env.LIVETHRIFT_TYPESCRIPT === 'oldest'
    ? { name: 'oldest', path: join(old, 'node_modules/typescript/bin/tsc') }
    : { name: 'newest', path: newest };

/** The language server of the oldest TypeScript; the newest has none that speaks its language. */
export const languageServer: string = join(old, 'node_modules/typescript/lib/tsserver.js');

/** Installs the oldest compiler, unless it is there. */
export function installOldest(): void {
  if (!existsSync(languageServer)) execFileSync('npm', ['ci', '--prefix', old], { stdio: 'ignore' });
}

/** What a careful user has, and nothing of ours. */
const strict = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  types: ['node'],
  allowArbitraryExtensions: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
};

/** An ES module project of a user's in a folder of its own, with livethrift's declarations installed. */
export class Project {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'livethrift-types-'));

  constructor(options: object = {}) {
    const installed = this.path('node_modules/livethrift');
    mkdirSync(installed, { recursive: true });
    const built = builtPackage();
    cpSync(join(built, 'package.json'), join(installed, 'package.json'));
    cpSync(join(built, 'dist'), join(installed, 'dist'), { recursive: true });
    symlinkSync(join(root, 'node_modules/@types'), this.path('node_modules/@types'), 'junction');
    this.write('package.json', '{ "type": "module" }');
    this.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...strict, ...options } }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.path(name), '..'), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** The errors that a compiler has to tell, one a row, further rows indented; empty when it compiles. */
  compile(compiler: string): Promise<string> {
    return new Promise(resolve => {
      execFile(process.execPath, [compiler, '-p', this.folder, '--pretty', 'false'], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
