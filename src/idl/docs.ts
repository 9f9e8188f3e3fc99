/** True for `/** ... *\/`, false for `/* ... *\/` and for rows of stars. */
export function isDocComment(image: string): boolean {
  return image.startsWith('/**') && !/^\/\*+\/$/.test(image);
}

/**
 * The text of a doc comment: without the delimiters, the stars down its left side, the indentation common to
 * its lines, trailing blanks, and empty lines at either end. Undefined when nothing is left.
 */
export function docText(image: string): string | undefined {
  const [first = '', ...others] = image.slice(3, -2).split(/\r\n|\n|\r/);
  const rest = unindent(unstar(others)).map(line => line.trimEnd());
  const lines = [first.trim(), ...rest];
  let [from, to] = [0, lines.length];
  while (from < to && lines[from] === '') from++;
  while (to > from && lines[to - 1] === '') to--;
  return from === to ? undefined : lines.slice(from, to).join('\n');
}

/** Drops the stars if every line that is not blank begins with one. */
function unstar(lines: readonly string[]): readonly string[] {
  const starred = lines.every(line => /^\s*(?:\*|$)/.test(line));
  return starred ? lines.map(line => line.replace(/^\s*\*?/, '')) : lines;
}

function unindent(lines: readonly string[]): readonly string[] {
  let common: string | undefined;
  for (const line of lines) {
    const indentation = /^\s*/.exec(line)![0];
    if (indentation.length === line.length) continue;
    common = common === undefined ? indentation : sharedPrefix(common, indentation);
  }
  const width = common?.length ?? 0;
  return width === 0 ? lines : lines.map(line => line.slice(width));
}

function sharedPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
