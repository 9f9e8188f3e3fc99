import type { Round } from '../harness/pair.ts';
import type { CaseResult } from '../harness/rounds.ts';

/** A ratio to the first contender: the median of its rounds, with the lowest and the highest. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** One row of the report. us and calls are medians of the rounds. */
export interface Figures {
  readonly name: string;
  readonly cpuRatio: Ratio;
  readonly cpu: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
  readonly callsRatio: Ratio;
  readonly callsPerSecond: number;
  readonly p50?: number;
  readonly p99?: number;
}

/** The rows of one case, in the order of the contenders. */
export function figuresOf({ rounds }: CaseResult): Figures[] {
  const base = [...rounds.values()][0]!;
  return Array.from(rounds, ([name, own]) => {
    const typical = (pick: (round: Round) => number): number => median(own.map(pick));
    return {
      name,
      cpuRatio: ratio(own, base, round => round.cpu),
      cpu: typical(round => round.cpu),
      clientCpu: typical(round => round.clientCpu),
      serverCpu: typical(round => round.serverCpu),
      callsRatio: ratio(own, base, round => round.callsPerSecond),
      callsPerSecond: typical(round => round.callsPerSecond),
      ...(own[0]?.p50 === undefined
        ? {}
        : { p50: typical(round => round.p50!), p99: typical(round => round.p99!) }),
    };
  });
}

/** Round by round: what slows the machine for a while slows both sides of a ratio. */
function ratio(own: readonly Round[], base: readonly Round[], pick: (round: Round) => number): Ratio {
  const ratios = own.map((round, i) => pick(round) / pick(base[i]!));
  return { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
