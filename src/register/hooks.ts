import type { LoadHook } from 'node:module';
import { isThrift, moduleSource } from './source.ts';

/** The hook of `module.register`, which runs in a thread of its own. */
export const load: LoadHook = async (url, context, nextLoad) => {
  if (!isThrift(url)) return nextLoad(url, context);
  // Warnings are told where the module runs.
  return { format: 'module', source: moduleSource(url, import.meta.url, () => {}), shortCircuit: true };
};
