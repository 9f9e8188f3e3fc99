import { fileURLToPath } from 'node:url';
import { type LoadOptions, loadShared } from '../load.ts';
import type { ModuleDescriptor } from '../schema/descriptor.ts';

/** Where the module text finds `moduleAt`: beside this file, compiled or not. */
const runtime = new URL(`runtime${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href;

/**
 * The text of the JavaScript module that a `.thrift` file is: an export for each definition and include, of what
 * loading gives. Throws the IdlError of a file that cannot be loaded.
 */
export function moduleSource(url: string, onWarning?: LoadOptions['onWarning']): string {
  const module = loadShared(fileURLToPath(url), onWarning);
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
