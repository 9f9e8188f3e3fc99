/** What was measured of one contender in one round, by the names of the columns. */
export type Figures = Readonly<Record<string, number>>;

export interface Column {
  /** The key in `Figures`. */
  readonly key: string;
  readonly title: string;
  /** Whether the ratio is told as well. The first column's always is. */
  readonly ratio?: boolean;
}

/** One comparison: a table of the report. */
export interface CaseResult {
  readonly suite: string;
  readonly name: string;
  /** What the ratios of the first column are of. */
  readonly of: string;
  readonly columns: readonly Column[];
  /** By contender, in order; those at one index ran one after the other. All are measured by the first. */
  readonly rounds: Readonly<Record<string, readonly Figures[]>>;
}

/** One of those who take turns. */
export interface Turn {
  readonly name: string;
  run(): Promise<Figures>;
}

export interface Rounds {
  /** Not counted. */
  readonly warmUps: number;
  readonly rounds: number;
}

/** Lets all have their turn in every round, in another order each time. */
export async function takeTurns(
  turns: readonly Turn[],
  { warmUps, rounds }: Rounds,
): Promise<Record<string, Figures[]>> {
  const results: Record<string, Figures[]> = Object.fromEntries(turns.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const turn of orderOf(turns, round + warmUps)) {
      const figures = await turn.run();
      if (round >= 0) results[turn.name]!.push(figures);
    }
  }
  return results;
}

/** Each round another one begins, and every other round goes backwards, so that nobody always follows the same. */
function orderOf(turns: readonly Turn[], round: number): Turn[] {
  const first = round % turns.length;
  const order = [...turns.slice(first), ...turns.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}
