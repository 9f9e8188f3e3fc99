import type { CaseResult } from '../harness/rounds.ts';
import { type Figures, figuresOf, type Ratio } from './figures.ts';

/** The table of one case, as Markdown. */
export function tableOf(result: CaseResult): string {
  const rows = figuresOf(result);
  const withLatency = rows.some(row => row.p50 !== undefined);
  const head = ['contender', 'CPU per call', '(range)', 'CPU us: client + server', 'calls/s', 'calls per s'];
  if (withLatency) head.push('p50 us', 'p99 us');
  const cells = [head, head.map(() => '---'), ...rows.map(row => cellsOf(row, withLatency))];
  const widths = head.map((_, column) => Math.max(...cells.map(line => line[column]!.length)));
  const lines = cells.map(line => `| ${line.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  return [`### ${result.workload}, ${result.inFlight} in flight`, '', ...lines].join('\n');
}

function cellsOf(row: Figures, withLatency: boolean): string[] {
  const cells = [
    row.name,
    times(row.cpuRatio.median),
    range(row.cpuRatio),
    `${significant(row.cpu)}: ${significant(row.clientCpu)} + ${significant(row.serverCpu)}`,
    times(row.callsRatio.median),
    Math.round(row.callsPerSecond).toLocaleString('en'),
  ];
  return withLatency ? [...cells, ...[row.p50!, row.p99!].map(us => us.toFixed(0))] : cells;
}

const times = (ratio: number): string => `${significant(ratio)}x`;
const range = ({ lowest, highest }: Ratio): string => `${significant(lowest)}-${significant(highest)}`;

function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
