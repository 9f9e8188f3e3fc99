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
  /** What passed although it fails where the peer is alone with itself. */
  readonly spared: readonly string[];
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
    spared: [...excuses].filter(check => expected.includes(check) && !failures.has(check)),
  };
}

/**
 * The checks that fail without us. Where another peer's client stands in, its own failures are no excuse: those that
 * it meets in the same cell with its own server. The peer's server is then to blame for what it fails in the plain
 * cell with its own client.
 */
async function excusesOf(job: Job, { control }: Outcome): Promise<ReadonlySet<string>> {
  if (control === undefined) return new Set();
  const failures = controlFailures(job, control);
  if (job.caller === job.peer) return new Set(failures.keys());
  const [stranger, plain] = await Promise.all([
    failuresElsewhere(STAND_IN, job, {}),
    failuresElsewhere(job.peer, job, { transport: 'buffered', wrapping: 'plain', security: 'tcp' }),
  ]);
  return new Set([...[...failures.keys()].filter(check => !stranger.has(check)), ...plain]);
}

async function failuresElsewhere(peer: Peer, { cell }: Job, changes: object): Promise<ReadonlySet<string>> {
  const job = jobOf(peer, { ...cell, ...changes });
  const control = (await job?.outcome)?.control;
  return new Set(job === undefined || control === undefined ? [] : controlFailures(job, control).keys());
}
