import type { CaseResult, Column } from '../harness/rounds.ts';
import { baseOf, ratioOf, typical } from './figures.ts';

/** A table as Markdown, its columns as wide as they need to be. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, head.map(() => '---'), ...rows];
  const widths = head.map((_, column) => Math.max(...cells.map(line => line[column]!.length)));
  return cells.map(line => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`).join('\n');
}

/** The table of one case. */
export function tableOf(result: CaseResult): string {
  const { suite, name, of, columns, rounds } = result;
  const [main, ...others] = columns as [Column, ...Column[]];
  const base = baseOf(result);
  const rows = Object.entries(rounds).map(([contender, own]) => {
    const ratio = ratioOf(result, main.key, contender, base)!;
    const value = ({ key }: Column): string => measure(typical(own, key));
    return [
      contender,
      times(ratio.median),
      `${significant(ratio.lowest)}-${significant(ratio.highest)}`,
      value(main),
      ...others.flatMap(column =>
        column.ratio === true
          ? [value(column), times(ratioOf(result, column.key, contender, base)!.median)]
          : [value(column)],
      ),
    ];
  });
  const titles = others.flatMap(({ title, ratio }) =>
    ratio === true ? [title, `${title}, ratio`] : [title],
  );
  const head = [suite === 'growth' ? 'units' : 'contender', of, '(range)', main.title, ...titles];
  return [`### ${suite}: ${name}`, '', markdown(head, rows)].join('\n');
}

export const times = (ratio: number): string => `${significant(ratio)}x`;

/** Three figures, or two below 0.1: enough for what is a ratio of noisy things. */
export function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return value.toFixed(0);
  return size >= 0.1 ? value.toFixed(size >= 10 ? 1 : 2) : String(Number(value.toPrecision(2)));
}

const measure = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : significant(value);
