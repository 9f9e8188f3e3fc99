import type { Entrant } from '../contenders/contender.ts';
import { whyAbsent } from '../contenders/packages.ts';
import type { CaseResult, Rounds } from '../harness/rounds.ts';

/** How much is measured: to see that it works, what the report needs, or all that there is. */
export type Extent = 'short' | 'standard' | 'full';

export interface Plan extends Rounds {
  readonly extent: Extent;
  /** Of one contender in one round. */
  readonly ms: number;
  /** Names of contenders must hold one of these. */
  readonly only: readonly string[];
  /** Cases to measure instead of the suite's own. */
  readonly cases: readonly string[] | undefined;
  /** Folders of other builds of ours. */
  readonly builds: readonly string[];
  /** Our build three times, and nobody else. */
  readonly aa: boolean;
  /** A folder for the CPU profiles of all processes. */
  readonly profiles: string | undefined;
}

export interface Absence {
  readonly name: string;
  readonly reason: string;
}

/** One run of the bench, as the suites see it. */
export class Session {
  readonly plan: Plan;
  readonly progress: (text: string) => void;
  /** Who could not take part. */
  readonly absences: Absence[] = [];
  readonly #cppAbsent: string | undefined;

  constructor(plan: Plan, cppAbsent: string | undefined, progress: (text: string) => void) {
    this.plan = plan;
    this.#cppAbsent = cppAbsent;
    this.progress = progress;
  }

  /** Those of the entrants that were asked for and that can take part. The first is what others are measured by. */
  participants(entrants: readonly Entrant[]): Entrant[] {
    const { aa, builds, only } = this.plan;
    const [first, ...others] = entrants as [Entrant, ...Entrant[]];
    const all = aa
      ? [first, { ...first, name: 'the same again' }, { ...first, name: 'and again' }]
      : [
          first,
          ...builds.map(folder => ({ ...first, name: `${first.name} of ${folder}`, build: folder })),
          ...others,
        ];
    const chosen = all.filter(({ name }) => only.some(text => name.includes(text)));
    if (chosen.length === 0)
      throw new Error(`--only: there are ${all.map(({ name }) => name).join(', ')}; got ${only.join(',')}`);
    return chosen.filter(entrant => !this.#missing(entrant));
  }

  absent(name: string, reason: string): void {
    if (!this.absences.some(known => known.name === name)) this.absences.push({ name, reason });
  }

  #missing({ name, peer }: Entrant): boolean {
    if (peer === 'ours' || peer === 'raw' || peer === 'builtin') return false;
    const reason = peer === 'C++' ? this.#cppAbsent : whyAbsent(peer);
    if (reason !== undefined) this.absent(name, reason);
    return reason !== undefined;
  }
}

export type Suite = (session: Session) => Promise<CaseResult[]>;
