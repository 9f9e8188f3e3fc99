import { mkdirSync, writeFileSync } from 'node:fs';
import { dialectText, SECURITIES } from './cells.ts';
import { jobs, type Outcome } from './matrix.ts';
import { deathOf, lackOf } from './peers.ts';
import { controlFailures, type Direction, type Verdict, verdictOf } from './verdict.ts';

const DIRECTIONS: readonly Direction[] = ['client', 'server'];

/** Notes by their text, in the order in which they were first needed. */
class Notes {
  readonly #numbers = new Map<string, number>();

  number(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size + 1;
    this.#numbers.set(text, number);
    return number;
  }

  get lines(): string[] {
    return Array.from(this.#numbers, ([text, number]) => `[${number}] ${text}`);
  }
}

function verdictText(verdict: Verdict, excuse: string | undefined, notes: Notes): string {
  const { passed, of, excused, failed } = verdict;
  if (failed.size > 0) return `FAILED ${failed.size} of ${of}`;
  if (excused.size === 0) return `ok ${passed}/${of}`;
  return `peer ${passed}/${of} [${notes.number(excuse ?? [...excused.keys()].join(', '))}]`;
}

/** The whole matrix as a table, with what the peers' own controls fail in its notes. */
export async function matrixTable(): Promise<string> {
  const notes = new Notes();
  const head = SECURITIES.flatMap(security => DIRECTIONS.map(direction => `${security}, our ${direction}`));
  const rows = new Map<string, string[]>();
  for (const job of jobs) {
    const name = `${job.peer}: ${dialectText(job.cell)}`;
    const row = rows.get(name) ?? head.map(() => '');
    rows.set(name, row);
    for (const direction of DIRECTIONS) {
      const column =
        SECURITIES.indexOf(job.cell.security) * DIRECTIONS.length + DIRECTIONS.indexOf(direction);
      row[column] = await cellOf(job, direction, notes);
    }
  }
  const lines = [['', ...head], ...Array.from(rows, ([name, cells]) => [name, ...cells])];
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map(line => line[column]!.length)));
  const text = lines.map(line => `| ${line.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`);
  text.splice(1, 0, `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`);
  return [...text, '', ...notes.lines].join('\n');
}

async function cellOf(job: (typeof jobs)[number], direction: Direction, notes: Notes): Promise<string> {
  const { peer, cell } = job;
  const theirs = lackOf(peer, direction === 'client' ? 'server' : 'client', cell);
  if (theirs !== undefined) return `- [${notes.number(`${peer} ${theirs}`)}]`;
  try {
    const verdict = await verdictOf(job, direction);
    return verdict === undefined ? '' : verdictText(verdict, deathOf(peer, cell), notes);
  } catch {
    return 'FAILED';
  }
}

/** What the peers fail without us, check by check: the grounds of every excuse. */
async function controlsText(): Promise<string> {
  const parts: string[] = [];
  for (const job of jobs) {
    const { control } = await job.outcome.catch((): Outcome => ({}));
    if (control === undefined) continue;
    const failures = Array.from(controlFailures(job, control), ([check, what]) => `- ${check}: ${what}`);
    const caller = job.caller === job.peer ? '' : ` (called by ${job.caller})`;
    if (failures.length > 0) parts.push([`### ${job.title}${caller}`, '', ...failures].join('\n'));
  }
  return ['## What fails among the peers themselves', ...parts].join('\n\n');
}

/** Prints the table, and leaves it in build/matrix.md with the failures of all controls. */
export async function printTable(): Promise<void> {
  const table = await matrixTable();
  const folder = new URL('build/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('matrix.md', folder), `${table}\n\n${await controlsText()}\n`);
  console.log(`\n${table}`);
}
