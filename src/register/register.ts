/** `node --import livethrift/register`: from here on `import { PingPong } from './foo.thrift'` works. */
import * as nodeModule from 'node:module';
import { isThrift, moduleSource } from './source.ts';

interface LoadResult {
  format: string;
  source?: string;
  shortCircuit?: boolean;
}

/** Node 22.15 and later have hooks that run in the thread that imports; Node 20 has them in another thread. */
interface SyncHooks {
  registerHooks?: (hooks: {
    load(url: string, context: object, nextLoad: (url: string, context: object) => LoadResult): LoadResult;
  }) => void;
}

const { registerHooks } = nodeModule as unknown as SyncHooks;
if (registerHooks === undefined) nodeModule.register('./hooks.js', import.meta.url);
else {
  registerHooks({
    load(url, context, nextLoad) {
      if (!isThrift(url)) return nextLoad(url, context);
      return { format: 'module', source: moduleSource(url, import.meta.url), shortCircuit: true };
    },
  });
}
