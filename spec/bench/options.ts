import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Entrant } from './contenders/contender.ts';
import { entrants } from './contenders/entrants.ts';
import type { Case, Plan } from './harness/rounds.ts';
import { isWorkload } from './workloads.ts';

const usage = `npm run bench -- [options]
  --short           two short rounds: does it all work? (for CI; its figures say nothing)
  --json            everything that was measured, as JSON
  --aa              our build three times, and nobody else: how much is noise
  --against DIST,.. other builds of ours beside this one
  --only TEXT,...   contenders whose names hold one of the texts; the first is what the others are measured by
  --cases W:N,...   workloads and calls in flight (default: login:1,login:64,login-distinct:64)
  --rounds N        counted rounds (9)
  --ms N            of each contender in a round (150)
  --profile FOLDER  CPU profiles of all processes`;

export interface Options {
  readonly plan: Plan;
  readonly json: boolean;
}

/** What the command line asks for. Ends the process after `--help`. */
export function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      aa: { type: 'boolean', default: false },
      against: { type: 'string' },
      only: { type: 'string' },
      cases: { type: 'string', default: 'login:1,login:64,login-distinct:64' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit();
  }
  const { short } = values;
  return {
    json: values.json,
    plan: {
      cases: values.cases.split(',').map(caseOf),
      entrants: entrantsOf(values.aa, values.against?.split(',') ?? [], values.only?.split(',') ?? ['']),
      warmUps: short ? 1 : 3,
      rounds: numberOf('--rounds', values.rounds ?? (short ? '2' : '9')),
      ms: numberOf('--ms', values.ms ?? (short ? '50' : '150')),
      profiles: values.profile === undefined ? undefined : resolve(values.profile),
    },
  };
}

function entrantsOf(aa: boolean, against: readonly string[], texts: readonly string[]): Entrant[] {
  const [first, ...others] = entrants as [Entrant, ...Entrant[]];
  const builds = against.map(folder => ({ ...first, name: `ours of ${folder}`, build: resolve(folder) }));
  const all = aa
    ? [first, { ...first, name: 'the same again' }, { ...first, name: 'and again' }]
    : [first, ...builds, ...others];
  const chosen = all.filter(({ name }) => texts.some(text => name.includes(text)));
  if (chosen.length === 0)
    throw new Error(`--only: there are ${all.map(({ name }) => name).join(', ')}; got ${texts.join(',')}`);
  return chosen;
}

function caseOf(text: string): Case {
  const [workload = '', inFlight = ''] = text.split(':');
  if (!isWorkload(workload)) throw new Error(`--cases: there is no workload "${workload}"`);
  return { workload, inFlight: numberOf('--cases', inFlight) };
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option}: expected a number above 0, got "${text}"`);
  return number;
}
