import { cpus } from 'node:os';
import type { CaseResult } from '../harness/rounds.ts';
import type { Absence, Plan } from '../suites/suite.ts';

/** Everything that was measured, and where: what `--json` prints and `--from` reads. */
export interface Run {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  /** The command line's words; of several runs all of them. */
  readonly command: string;
  readonly plan: Plan;
  readonly packages: Readonly<Record<string, string>>;
  readonly absences: readonly Absence[];
  readonly results: readonly CaseResult[];
}

/** What is known of a run before it begins. */
export function settingOf(): Pick<Run, 'date' | 'node' | 'cpu'> {
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}

/** Several runs as one: of what was measured twice the later one counts. */
export function merge(runs: readonly Run[]): Run {
  const last = runs.at(-1);
  if (last === undefined) throw new Error('--from: expected the name of a file');
  const results = new Map(
    runs.flatMap(run => run.results).map(result => [`${result.suite}: ${result.name}`, result]),
  );
  const absences = new Map(runs.flatMap(run => run.absences).map(absence => [absence.name, absence]));
  const command = [...new Set(runs.map(run => run.command))].join(', then ');
  return { ...last, command, results: [...results.values()], absences: [...absences.values()] };
}
