import { statSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { glob } from 'tinyglobby';

/** A pattern that no file matches. */
export class NoSuchFiles extends Error {}

/**
 * The `.thrift` files that arguments name: files, directories (with all below them) and patterns such as
 * `idl/**\/*.thrift`, for shells that do not expand them. Without any, all below the working directory.
 */
export async function thriftFiles(patterns: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns.length === 0 ? ['.'] : patterns) {
    const files = await filesOf(pattern);
    if (files.length === 0) throw new NoSuchFiles(`${pattern}: there is no .thrift file of that name`);
    for (const file of files) found.add(await realpath(file));
  }
  return [...found].sort();
}

async function filesOf(pattern: string): Promise<string[]> {
  const stats = statSync(pattern, { throwIfNoEntry: false });
  if (stats?.isFile()) return [pattern];
  const ignore = ['**/node_modules/**'];
  if (stats?.isDirectory()) return glob('**/*.thrift', { cwd: pattern, absolute: true, ignore });
  const matched = await glob(pattern, { absolute: true, ignore, expandDirectories: false });
  return matched.filter(file => file.endsWith('.thrift'));
}
