import { fileURLToPath } from 'node:url';
import { loadShared } from '../load.ts';
import { moduleOf } from '../values/module.ts';

/** What an imported `.thrift` file exports. Files that include the same file share its types. */
export function moduleAt(url: string): object {
  return moduleOf(loadShared(fileURLToPath(url)));
}
