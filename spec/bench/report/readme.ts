import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- bench: what stands here is written by `npm run bench -- --readme` -->';
const END = '<!-- /bench -->';

/** Puts a text between the two markers of a file. Throws where they are not. */
export function rewrite(file: string, text: string): void {
  const old = readFileSync(file, 'utf8');
  const [begin, end] = [old.indexOf(BEGIN), old.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`${file}: expected the line ${BEGIN} and, behind it, the line ${END}`);
  writeFileSync(file, `${old.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${old.slice(end)}`);
}
