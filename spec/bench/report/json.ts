import { cpus } from 'node:os';
import type { CaseResult, Plan } from '../harness/rounds.ts';
import { figuresOf } from './figures.ts';

/** Everything that was measured, for programs. */
export function jsonOf(plan: Plan, results: readonly CaseResult[]): string {
  const { rounds, warmUps, ms } = plan;
  return JSON.stringify(
    {
      date: new Date().toISOString(),
      node: process.version,
      cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
      rounds,
      warmUps,
      ms,
      cases: results.map(result => ({
        workload: result.workload,
        inFlight: result.inFlight,
        contenders: figuresOf(result).map(row => ({ ...row, rounds: result.rounds.get(row.name) })),
      })),
    },
    null,
    2,
  );
}
