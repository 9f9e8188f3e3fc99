/** What separates folders or drives somewhere, and what no terminal should be shown. */
const unfit = /[\\/:\p{Cc}]/u;

/** True for a relative path that leads out of nowhere: `idl/users.thrift`. */
export function isName(name: string): boolean {
  return name.split('/').every(part => part !== '' && part !== '.' && part !== '..' && !unfit.test(part));
}

/** The name of what `from` includes as `path`, or of a root file. Where the path leads out, it counts from the top. */
export function nameOf(path: string, from = ''): string {
  const parts = from.split('/').slice(0, -1);
  // Where an absolute path begins is the server's own business.
  const isAbsolute = /^(?:[\\/]|\p{L}:)/u.test(path);
  const written = path.split(/[\\/]/);
  for (const part of isAbsolute ? written.slice(-1) : written) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part.replaceAll(new RegExp(unfit, 'gu'), '_'));
  }
  return parts.join('/') || 'source.thrift';
}
