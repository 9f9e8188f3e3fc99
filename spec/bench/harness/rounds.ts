import type { Entrant } from '../contenders/contender.ts';
import type { WorkloadName } from '../workloads.ts';
import { Pair, type Round } from './pair.ts';

/** A workload with so many calls in flight. */
export interface Case {
  readonly workload: WorkloadName;
  readonly inFlight: number;
}

export interface Plan {
  readonly cases: readonly Case[];
  readonly entrants: readonly Entrant[];
  /** Not counted. */
  readonly warmUps: number;
  readonly rounds: number;
  /** Of one contender in one round. */
  readonly ms: number;
  /** A folder for the CPU profiles of all processes. */
  readonly profiles: string | undefined;
}

/** The rounds of each contender, by its name, in order: those at one index ran one after the other. */
export interface CaseResult extends Case {
  readonly rounds: ReadonlyMap<string, readonly Round[]>;
}

/** Runs a plan. All processes live from the beginning to the end; only one pair works at a time. */
export async function runPlan(plan: Plan, onProgress: (text: string) => void): Promise<CaseResult[]> {
  const pairs = plan.entrants.map(entrant => new Pair(entrant, plan.profiles));
  try {
    for (const pair of pairs) await pair.open();
    for (const workload of new Set(plan.cases.map(one => one.workload)))
      for (const pair of pairs) await pair.verify(workload);
    onProgress('all results are as expected');
    const results: CaseResult[] = [];
    for (const one of plan.cases) {
      onProgress(`${one.workload}, ${one.inFlight} in flight`);
      results.push(await runCase(one, pairs, plan));
    }
    return results;
  } finally {
    await Promise.all(pairs.map(pair => pair.stop()));
  }
}

async function runCase(one: Case, pairs: readonly Pair[], plan: Plan): Promise<CaseResult> {
  const rounds = new Map<string, Round[]>(pairs.map(pair => [pair.entrant.name, []]));
  for (let i = -plan.warmUps; i < plan.rounds; i++) {
    for (const pair of orderOf(pairs, i + plan.warmUps)) {
      const round = await pair.run(one.workload, one.inFlight, plan.ms);
      if (i >= 0) rounds.get(pair.entrant.name)!.push(round);
    }
  }
  return { ...one, rounds };
}

/** Each round another one begins, and every other round goes backwards, so that nobody always follows the same. */
function orderOf(pairs: readonly Pair[], round: number): Pair[] {
  const first = round % pairs.length;
  const order = [...pairs.slice(first), ...pairs.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}
