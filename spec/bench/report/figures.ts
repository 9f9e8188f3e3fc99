import type { CaseResult, Figures } from '../harness/rounds.ts';

/** A ratio to the first contender: the median of its rounds, with the lowest and the highest. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Of one figure of two contenders, round by round: what slows the machine for a while slows both sides. */
export function ratioOf({ rounds }: CaseResult, key: string, over: string, under: string): Ratio | undefined {
  const [upper, lower] = [rounds[over], rounds[under]];
  if (upper === undefined || lower === undefined) return undefined;
  const ratios = upper.map((round, i) => round[key]! / lower[i]![key]!);
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

/** The median of a contender's rounds. */
export function typical(rounds: readonly Figures[], key: string): number {
  return median(rounds.map(round => round[key]!));
}

/** The contender that all others are measured by. */
export function baseOf({ rounds }: CaseResult): string {
  return Object.keys(rounds)[0]!;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
