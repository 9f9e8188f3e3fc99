import type { CaseResult } from '../harness/rounds.ts';
import { type RatioTarget, type Target, targets } from '../targets.ts';
import { ratioOf, typical } from './figures.ts';
import { markdown, significant } from './table.ts';

/** Every target: what was asked for, what was measured, and whether it was reached. */
export function targetTable(results: readonly CaseResult[]): string {
  const rows = targets.map(target => {
    const measured = measure(target, results);
    return [
      `${target.suite} ${target.name}`,
      target.what,
      asked(target.sense, target.floor),
      asked(target.sense, target.goal),
      shown(measured),
      measured === undefined ? `not measured: npm run bench -- ${target.suite}` : verdict(target, measured),
    ];
  });
  return markdown(['case', 'ratio', 'floor', 'goal', 'measured', ''], rows);
}

function measure(target: Target, results: readonly CaseResult[]): number | undefined {
  const result = results.find(({ suite, name }) => suite === target.suite && name === target.name);
  if (result === undefined) return undefined;
  switch (target.kind) {
    case 'ratio':
      return worst(target, result);
    case 'figure': {
      const rounds = result.rounds[target.contender];
      return rounds === undefined ? undefined : typical(rounds, target.key);
    }
    case 'growth':
      return growthOf(result);
  }
}

function worst({ over, under, key, sense }: RatioTarget, result: CaseResult): number | undefined {
  const ratios = over
    .flatMap(upper => under.map(lower => ratioOf(result, key, upper, lower)?.median))
    .filter(ratio => ratio !== undefined);
  if (ratios.length === 0) return undefined;
  return sense === 'at least' ? Math.min(...ratios) : Math.max(...ratios);
}

/** How far the cost of a unit rises above the lowest that it had among fewer. */
function growthOf({ rounds, columns }: CaseResult): number {
  const costs = Object.values(rounds).map(own => typical(own, columns[0]!.key));
  return Math.max(...costs.map((cost, i) => cost / Math.min(...costs.slice(0, i + 1))));
}

function verdict({ floor, goal, sense }: Target, measured: number): string {
  const reached = (bound: number): boolean => (sense === 'at least' ? measured >= bound : measured <= bound);
  if (floor !== undefined && !reached(floor)) return '**missed**';
  if (goal === undefined) return 'met';
  if (reached(goal)) return floor === undefined ? 'goal met' : 'met, goal met';
  return floor === undefined ? 'goal missed' : 'met, goal missed';
}

function asked(sense: Target['sense'], bound: number | undefined): string {
  return bound === undefined ? '-' : `${sense === 'at least' ? '>=' : '<='} ${significant(bound)}`;
}

const shown = (value: number | undefined): string => (value === undefined ? '-' : significant(value));
