#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ConfigError } from '../config.ts';
import { type CheckOptions, check } from './check.ts';
import { NoSuchFiles } from './files.ts';
import { type TypesOptions, types } from './types.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const terminal = {
  print: (text: string) => console.log(text),
  complain: (text: string) => console.error(text),
};

const files =
  'files, directories, or patterns such as "idl/**/*.thrift"; without any, all below this directory';
const program = new Command('livethrift')
  .description('Thrift for Node.js, without a compiler')
  .version(version)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

program
  .command('types')
  .description('write foo.d.thrift.ts beside each foo.thrift: its types for TypeScript')
  .argument('[files...]', files)
  .option('--check', 'write nothing; fail if a declaration is missing or out of date')
  .option('--watch', 'go on after each change')
  .action((patterns: string[], options: TypesOptions) => run(types(patterns, options, terminal)));

program
  .command('check')
  .description('say everything that is wrong, or may be, with .thrift files; fail on errors')
  .argument('[files...]', files)
  .option('--strict', 'fail on warnings too')
  .action((patterns: string[], options: CheckOptions) => run(check(patterns, options, terminal)));

await program.parseAsync();

/** Ends with the command's exit code, and 2 when it could not be carried out. */
async function run(command: Promise<number>): Promise<void> {
  try {
    process.exitCode = await command;
  } catch (error) {
    if (!isForUser(error)) throw error;
    terminal.complain(error.message);
    process.exitCode = 2;
  }
}

/** True for what the user can mend: the patterns, a package.json, a file that cannot be read or written. */
function isForUser(error: unknown): error is Error {
  return (
    error instanceof NoSuchFiles ||
    error instanceof ConfigError ||
    (error instanceof Error && 'syscall' in error)
  );
}
