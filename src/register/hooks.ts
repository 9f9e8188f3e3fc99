import type { LoadHook } from 'node:module';
import { moduleSource } from './source.ts';

/** The hook of `module.register`, which runs in a thread of its own. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!isThrift(url)) return nextLoad(url, context);
  // Warnings are told where the module runs.
  return { format: 'module', source: moduleSource(url, () => {}), shortCircuit: true };
};

/** True for the URL of a `.thrift` file; `?query` and `#hash` are left aside. */
export function isThrift(url: string): boolean {
  return url.startsWith('file:') && new URL(url).pathname.endsWith('.thrift');
}
