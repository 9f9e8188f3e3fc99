import { createRequire } from 'node:module';
import { resolve } from 'node:path';

// The bench's own packages, and the root's behind them. No types: they need not be installed for `npm run types`.
const require = createRequire(resolve('spec/bench/package.json'));

/** A CommonJS package that takes part. */
export function packageOf<P>(name: string): P {
  return require(name) as P;
}

/** Why a package cannot take part; undefined when it can. */
export function whyAbsent(name: string): string | undefined {
  try {
    require.resolve(name);
    return undefined;
  } catch (error) {
    return `the package is not installed (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Its version, for the report; undefined where it is not installed. */
export function versionOf(name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (require(`${folder}/${name}/package.json`) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}
