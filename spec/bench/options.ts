import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Extent, Plan } from './suites/suite.ts';
import { type SuiteName, suites } from './suites/suites.ts';

const usage = `npm run bench -- [suites] [options]

Suites: ${Object.keys(suites).join(', ')}. A suite that is named is run whole; without a name, what the report needs of
rpc, codec and startup. "all" names every suite.

  --short           a few short rounds of everything: does it all work? (for CI; its figures say nothing)
  --json            everything that was measured, as JSON
  --from FILE,...   reports on what --json printed instead of measuring
  --readme          rewrites the table in README.md
  --aa              our build three times, and nobody else: how much is noise
  --against DIST,.. other builds of ours beside this one
  --only TEXT,...   contenders whose names hold one of the texts; the first is what the others are measured by
  --cases NAME,...  of rpc workload:calls-in-flight, of codec "struct encode" or "struct decode [distinct]"
  --rounds N        counted rounds (7)
  --ms N            of each contender in a round (120)
  --profile FOLDER  CPU profiles of all processes`;

export interface Options {
  readonly suites: readonly SuiteName[];
  readonly plan: Plan;
  readonly json: boolean;
  readonly readme: boolean;
  readonly from: readonly string[];
  /** What measures the same again. */
  readonly command: string;
}

/** What the command line asks for. Ends the process after `--help`. */
export function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      from: { type: 'string' },
      readme: { type: 'boolean', default: false },
      aa: { type: 'boolean', default: false },
      against: { type: 'string' },
      only: { type: 'string' },
      cases: { type: 'string' },
      rounds: { type: 'string' },
      ms: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit();
  }
  const { short, aa, readme, json } = values;
  const extent: Extent = short ? 'short' : positionals.length > 0 ? 'full' : 'standard';
  const list = (text: string | undefined): string[] => text?.split(',') ?? [];
  return {
    suites: suitesOf(positionals, short),
    json,
    readme,
    from: list(values.from),
    command: commandOf(args.filter(arg => arg !== '--json' && arg !== '--readme')),
    plan: {
      extent,
      cases: values.cases === undefined ? undefined : list(values.cases),
      only: values.only === undefined ? [''] : list(values.only),
      builds: list(values.against).map(folder => resolve(folder)),
      aa,
      warmUps: short ? 1 : 2,
      rounds: numberOf('--rounds', values.rounds ?? (short ? '2' : '7')),
      ms: numberOf('--ms', values.ms ?? (short ? '50' : '120')),
      profiles: values.profile === undefined ? undefined : resolve(values.profile),
    },
  };
}

function commandOf(args: readonly string[]): string {
  return ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
}

function suitesOf(names: readonly string[], short: boolean): SuiteName[] {
  const all = Object.keys(suites) as SuiteName[];
  if (names.length === 0) return short ? all : ['rpc', 'codec', 'startup'];
  if (names.includes('all')) return all;
  const unknown = names.filter(name => !Object.hasOwn(suites, name));
  if (unknown.length > 0)
    throw new Error(`there are the suites ${all.join(', ')}; got ${unknown.join(', ')}`);
  return names as SuiteName[];
}

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option}: expected a number above 0, got "${text}"`);
  return number;
}
