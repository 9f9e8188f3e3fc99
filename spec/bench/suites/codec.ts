import { resolve } from 'node:path';
import type { Entrant } from '../contenders/contender.ts';
import { codecs } from '../contenders/entrants.ts';
import type { CodecRole } from '../harness/codec-process.ts';
import type { CodecCommands } from '../harness/ipc.ts';
import { type CaseResult, type Column, takeTurns } from '../harness/rounds.ts';
import { Worker } from '../harness/worker.ts';
import { type EchoMethod, structNames } from '../workloads/values.ts';
import type { Extent, Session } from './suite.ts';

const small = ['small encode', 'small decode', 'small decode distinct'];
const medium = ['medium encode', 'medium decode', 'medium decode distinct'];
const numbers = ['ints encode', 'ints decode', 'doubles encode', 'doubles decode'];
const others = ['texts', 'counts', 'blob'].flatMap(struct => [`${struct} encode`, `${struct} decode`]);

const cases: Readonly<Record<Extent, readonly string[]>> = {
  short: ['medium decode distinct'],
  standard: [...small, ...medium, ...numbers],
  full: [...small, ...medium, ...numbers, ...others],
};

const columns: readonly Column[] = [
  { key: 'cpu', title: 'ns' },
  { key: 'size', title: 'bytes' },
];

/** More texts than any cache of them holds. */
const DISTINCT = 4096;
/** ms until the engine has made of the code what it will be. */
const WARM_UP_MS = 350;
/** Enough for the median of two batches. */
const ROUND_MS = 40;

/** Structs to bytes and back. Every contender has a process for each case: what ran before must not matter. */
export async function codec(session: Session): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const entrants = session.participants(codecs);
  for (const name of session.plan.cases ?? cases[session.plan.extent]) {
    session.progress(`codec: ${name}`);
    results.push(await measure(session, name, entrants));
  }
  return results;
}

async function measure({ plan }: Session, name: string, entrants: readonly Entrant[]): Promise<CaseResult> {
  const role = { ...roleOf(name), warmUpMs: plan.extent === 'short' ? 50 : WARM_UP_MS };
  const workers = entrants.map(entrant => ({
    name: entrant.name,
    worker: Worker.node<CodecCommands>(
      'codec-process',
      `${entrant.name}, ${name}`,
      { ...role, entrant },
      flagsOf(plan.profiles, entrant, name),
    ),
  }));
  try {
    const able: typeof workers = [];
    for (const one of workers) if (await one.worker.ask('verify', [])) able.push(one);
    const turns = able.map(one => ({
      name: one.name,
      run: async () => ({ ...(await one.worker.ask('run', [ROUND_MS])) }),
    }));
    return {
      suite: 'codec',
      name,
      of: 'CPU',
      columns,
      rounds: await takeTurns(turns, { ...plan, warmUps: 1 }),
    };
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.stop()));
  }
}

function roleOf(name: string): Omit<CodecRole, 'entrant' | 'warmUpMs'> {
  const [struct = '', direction, distinct] = name.split(' ');
  if (!Object.hasOwn(structNames, struct) || (direction !== 'encode' && direction !== 'decode'))
    throw new Error(`--cases: expected such as "medium decode distinct", got "${name}"`);
  return { struct: struct as EchoMethod, direction, values: distinct === 'distinct' ? DISTINCT : 1 };
}

function flagsOf(profiles: string | undefined, { name, flags = [] }: Entrant, of: string): readonly string[] {
  if (profiles === undefined) return flags;
  const slug = `${name} ${of}`.replaceAll(/\W+/g, '-');
  return [
    ...flags,
    '--cpu-prof',
    `--cpu-prof-dir=${resolve(profiles)}`,
    `--cpu-prof-name=${slug}.cpuprofile`,
  ];
}
