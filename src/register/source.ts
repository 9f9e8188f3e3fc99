import { fileURLToPath } from 'node:url';
import { type LoadOptions, loadShared } from '../load.ts';
import type { ModuleDescriptor } from '../schema/descriptor.ts';

/** True for the URL of a `.thrift` file; `?query` and `#hash` are left aside. */
export function isThrift(url: string): boolean {
  return url.startsWith('file:') && new URL(url).pathname.endsWith('.thrift');
}

/**
 * The text of the JavaScript module that a `.thrift` file is: an export for each definition and include, of what
 * loading gives. `hook` is the URL of a file that stands beside the runtime, compiled or not. Throws the IdlError
 * of a file that cannot be loaded.
 */
export function moduleSource(url: string, hook: string, onWarning?: LoadOptions['onWarning']): string {
  const module = loadShared(fileURLToPath(url), onWarning);
  const runtime = new URL(hook.endsWith('.ts') ? 'runtime.ts' : 'runtime.js', hook);
  const lines = [
    `import { moduleAt } from ${JSON.stringify(runtime)};`,
    `const $module = moduleAt(${JSON.stringify(url)});`,
  ];
  exportedNames(module).forEach((name, index) => {
    lines.push(`const $${index} = $module[${JSON.stringify(name)}];`);
    lines.push(`export { $${index} as ${JSON.stringify(name)} };`);
  });
  return `${lines.join('\n')}\n`;
}

/** A module that exports `then` could not be imported dynamically. */
function exportedNames({ definitions, includes }: ModuleDescriptor): string[] {
  const names = new Set([...definitions, ...includes].map(({ name }) => name));
  names.delete('then');
  return [...names];
}
