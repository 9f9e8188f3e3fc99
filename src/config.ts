import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { checkOptions } from './options.ts';
import type { ValueOptions } from './schema/types.ts';

/**
 * `"livethrift"` in the package.json nearest to a `.thrift` file: how its values look, and where its includes are.
 * Loading and type generation both go by it, so that types and run time cannot disagree.
 */
export interface Config extends Partial<ValueOptions> {
  /** Relative to the package.json. */
  readonly includeDirs?: readonly string[];
}

/** A package.json whose `"livethrift"` is not what it should be. */
export class ConfigError extends TypeError {}

const choices: Readonly<Record<keyof ValueOptions, readonly string[]>> = {
  int64: ['bigint', 'number'],
  maps: ['map', 'object'],
  utf8: ['strict', 'replace'],
};

const found = new Map<string, Config>();

/** The configuration for a file; empty where there is none. Its `includeDirs` are absolute. */
export function configFor(file: string): Config {
  const directory = dirname(file);
  let config = found.get(directory);
  if (config === undefined) {
    const path = nearestPackage(directory);
    config = path === undefined ? {} : readConfig(path);
    found.set(directory, config);
  }
  return config;
}

/** Throws a TypeError for a value option that is none. */
export function checkValueOptions(what: string, options: Partial<ValueOptions>): void {
  for (const [name, allowed] of Object.entries(choices)) {
    const value = options[name as keyof ValueOptions];
    if (value !== undefined && !allowed.includes(value)) {
      throw new TypeError(
        `${what}: ${name} is ${allowed.map(choice => `"${choice}"`).join(' or ')}, got ${JSON.stringify(value)}`,
      );
    }
  }
}

function nearestPackage(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, 'package.json');
    if (existsSync(path)) return path;
    if (dirname(at) === at) return undefined;
  }
}

function readConfig(path: string): Config {
  let config: Config | undefined;
  try {
    config = (JSON.parse(readFileSync(path, 'utf8')) as { livethrift?: Config }).livethrift;
  } catch (error) {
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (config === undefined) return {};
  const what = `"livethrift" in ${path}`;
  try {
    checkOptions(what, config, [...Object.keys(choices), 'includeDirs']);
    checkValueOptions(what, config);
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
  const { includeDirs = [] } = config;
  if (!Array.isArray(includeDirs) || !includeDirs.every(directory => typeof directory === 'string')) {
    throw new ConfigError(
      `${what}: includeDirs is an array of directories, got ${JSON.stringify(includeDirs)}`,
    );
  }
  return { ...config, includeDirs: includeDirs.map(directory => resolve(dirname(path), directory)) };
}
