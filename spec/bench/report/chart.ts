import type { CaseResult } from '../harness/rounds.ts';
import { baseOf, ratioOf } from './figures.ts';
import { times } from './table.ts';

const [WIDTH, LABEL, VALUE, BAR, GAP, TITLE] = [760, 190, 60, 16, 5, 34];

/** Bars of what each contender costs beside ours, for each case, on a logarithmic scale, as SVG. */
export function chartOf(heading: string, results: readonly CaseResult[]): string {
  const blocks = results.map(barsOf);
  const ratios = blocks.flatMap(({ bars }) => bars.map(({ ratio }) => ratio));
  // The lowest has a bar too.
  const [low, high] = [Math.min(0.5, ...ratios) / 1.3, Math.max(2, ...ratios)];
  const scale = (ratio: number): number =>
    (Math.log(ratio / low) / Math.log(high / low)) * (WIDTH - LABEL - VALUE);
  const parts: string[] = [];
  let y = 30;
  for (const { title, bars } of blocks) {
    parts.push(`<text x="8" y="${y + 16}" class="title">${escaped(title)}</text>`);
    y += TITLE - 8;
    const top = y;
    for (const { name, ratio } of bars) {
      const width = Math.max(1, scale(ratio)).toFixed(1);
      const ours = name.startsWith('ours') ? ' class="ours"' : '';
      parts.push(
        `<text x="${LABEL - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${LABEL}" y="${y}" width="${width}" height="${BAR}"${ours}/>`,
        `<text x="${(LABEL + Number(width) + 6).toFixed(1)}" y="${y + 12}">${times(ratio)}</text>`,
      );
      y += BAR + GAP;
    }
    const one = (LABEL + scale(1)).toFixed(1);
    parts.push(`<line x1="${one}" x2="${one}" y1="${top - 3}" y2="${y - GAP + 3}"/>`);
    y += 8;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}">
<title>${escaped(heading)}</title>
<style>
  svg { background: #fff; font: 12px system-ui, sans-serif; }
  .heading { font-size: 15px; font-weight: 600; }
  .title { font-weight: 600; }
  rect { fill: #9aa5b1; }
  .ours { fill: #2f6fde; }
  line { stroke: #222; stroke-dasharray: 3 3; }
</style>
<text x="8" y="20" class="heading">${escaped(heading)}</text>
${parts.join('\n')}
</svg>
`;
}

function barsOf(result: CaseResult): { title: string; bars: readonly { name: string; ratio: number }[] } {
  const [base, { key }] = [baseOf(result), result.columns[0]!];
  const bars = Object.keys(result.rounds).map(name => ({
    name,
    ratio: ratioOf(result, key, name, base)!.median,
  }));
  return { title: `${result.name}: ${result.of}, ratio to ${base}`, bars };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
