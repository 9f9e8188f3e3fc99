import { checksOf } from './checks.ts';
import { type Job, jobOf, type Outcome } from './matrix.ts';
import { deathOf, isBlameless, type Peer, STAND_IN } from './peers.ts';
import type { Run } from './programs.ts';

/** What failed in a run, with the complaint. Of a client that reported less than it should, the rest as well. */
function failuresOf({ report, end }: Run, expected: readonly string[]): Map<string, string> {
  const failures = new Map<string, string>();
  for (const check of new Set([...expected, ...report.keys()])) {
    const complaint = report.has(check) ? report.get(check) : `not reported; the client ${end ?? 'ended'}`;
    if (complaint !== undefined) failures.set(check, complaint);
  }
  return failures;
}

export function controlFailures({ caller }: Job, control: Run): Map<string, string> {
  return failuresOf(control, checksOf(caller));
}

/** A direction in which we are an end: our client, or our server. */
export type Direction = 'client' | 'server';

export interface Verdict {
  readonly passed: number;
  readonly of: number;
  /** What failed, and fails where the peer is alone with itself as well. */
  readonly excused: ReadonlyMap<string, string>;
  /** What failed, and is ours. */
  readonly failed: ReadonlyMap<string, string>;
}

/** How a cell went in one direction; undefined where it cannot be run. */
export async function verdictOf(job: Job, direction: Direction): Promise<Verdict | undefined> {
  const outcome = await job.outcome;
  const run = outcome[direction];
  if (run === undefined) return undefined;
  const expected = direction === 'server' ? checksOf(job.peer) : [...run.report.keys()];
  const failures = failuresOf(run, expected);
  const dead = deathOf(job.peer, job.cell) !== undefined;
  const role = direction === 'client' ? 'server' : 'client';
  const excuses = new Set(
    Array.from(await excusesOf(job, outcome)).filter(check => !isBlameless(job.peer, role, check)),
  );
  const excused = new Map([...failures].filter(([check]) => dead || excuses.has(check)));
  const failed = new Map([...failures].filter(([check]) => !excused.has(check)));
  return {
    passed: expected.length - failures.size,
    of: expected.length,
    excused,
    failed,
  };
}

/** The cell in which a peer shows what its language cannot do, whatever the messages go through. */
const PLAIN = { transport: 'buffered', wrapping: 'plain', security: 'tcp' } as const;

/**
 * The checks that fail without us. Where another peer's client stands in, what that client never can is no excuse;
 * and what the peer's server never can is one, though only the peer's own client shows it.
 */
async function excusesOf(job: Job, { control }: Outcome): Promise<ReadonlySet<string>> {
  if (control === undefined) return new Set();
  const failures = [...controlFailures(job, control).keys()];
  if (job.caller === job.peer) return new Set(failures);
  const [callers, own] = await Promise.all([plainFailures(STAND_IN, job), plainFailures(job.peer, job)]);
  return new Set([...failures.filter(check => !callers.has(check)), ...own]);
}

async function plainFailures(peer: Peer, { cell }: Job): Promise<ReadonlySet<string>> {
  const job = jobOf(peer, { ...cell, ...PLAIN });
  const control = (await job?.outcome)?.control;
  return new Set(job === undefined || control === undefined ? [] : controlFailures(job, control).keys());
}
