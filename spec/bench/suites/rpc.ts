import { resolve } from 'node:path';
import { callers } from '../contenders/entrants.ts';
import { OursBuild } from '../contenders/ours-files.ts';
import { Pair } from '../harness/pair.ts';
import { type CaseResult, type Column, takeTurns } from '../harness/rounds.ts';
import { isWorkload, type WorkloadName, workloadNames } from '../workloads/calls.ts';
import { messagesOf, writeMessages } from '../workloads/messages.ts';
import type { Extent, Session } from './suite.ts';

/** Workloads, and how many calls are in flight. The bytes of `blob` are a megabyte. */
const cases: Readonly<Record<Extent, readonly string[]>> = {
  short: ['login:64', 'medium:1', 'blob:1'],
  standard: [
    'ping:1',
    'login:1',
    'login:64',
    'login-distinct:64',
    'small:64',
    'medium:64',
    'login:512',
    'ints:16',
    'doubles:16',
    'blob:1',
  ],
  full: [
    ...['ping:1', 'login:1', 'medium:1', 'ping:64', 'login:64', 'login-distinct:64', 'small:64', 'medium:64'],
    ...['login:512', 'medium:512', 'ints:16', 'doubles:16', 'texts:16', 'counts:16', 'blob:1', 'blob:4'],
  ],
};

const columns: readonly Column[] = [
  { key: 'cpu', title: 'CPU us' },
  { key: 'client', title: 'client us' },
  { key: 'server', title: 'server us' },
  { key: 'calls', title: 'calls/s', ratio: true },
];
const latencies: readonly Column[] = [
  { key: 'p50', title: 'p50 us' },
  { key: 'p99', title: 'p99 us' },
];

/** Calls over one connection, server and client in a process each. */
export async function rpc(session: Session): Promise<CaseResult[]> {
  const { plan, progress } = session;
  const parsed = (plan.cases ?? cases[plan.extent]).map(caseOf);
  const workloads = [...new Set(parsed.map(({ workload }) => workload))];
  await prepareMessages([...workloads, 'ping']);
  const pairs = session
    .participants(callers)
    .map(entrant => new Pair(entrant, flagsOf(session, entrant.name)));
  try {
    for (const pair of pairs) await pair.open();
    for (const workload of workloads) for (const pair of pairs) await pair.verify(workload);
    progress('calls: all results are as expected');
    const results: CaseResult[] = [];
    for (const { name, workload, inFlight } of parsed) {
      progress(`calls: ${name}`);
      const turns = pairs.map(pair => ({
        name: pair.entrant.name,
        run: () => pair.run(workload, inFlight, plan.ms),
      }));
      results.push({
        suite: 'rpc',
        name,
        of: 'CPU per call',
        columns: inFlight === 1 ? [...columns, ...latencies] : columns,
        rounds: await takeTurns(turns, plan),
      });
    }
    return results;
  } finally {
    await Promise.all(pairs.map(pair => pair.stop()));
  }
}

/** The messages that bare sockets carry, and whose values C++ sends. */
export async function prepareMessages(workloads: readonly WorkloadName[]): Promise<void> {
  const ours = await OursBuild.of();
  const module = ours.schema();
  for (const name of workloads) {
    const struct = name.startsWith('blob') ? 'Blob' : name[0]!.toUpperCase() + name.slice(1);
    writeMessages(
      name,
      messagesOf(name, value => ours.api.serialize(module[struct], value)),
    );
  }
}

function caseOf(name: string): { name: string; workload: WorkloadName; inFlight: number } {
  const [workload = '', inFlight = ''] = name.split(':');
  if (!isWorkload(workload))
    throw new Error(`--cases: there are the workloads ${workloadNames.join(', ')}; got "${workload}"`);
  if (!/^[1-9]\d*$/.test(inFlight))
    throw new Error(`--cases: expected calls in flight behind the colon, as in "login:64", got "${name}"`);
  return { name, workload, inFlight: Number(inFlight) };
}

function flagsOf({ plan }: Session, name: string): (side: string) => readonly string[] {
  const { profiles } = plan;
  if (profiles === undefined) return () => [];
  const slug = name.replaceAll(/\W+/g, '-');
  return side => [
    '--cpu-prof',
    `--cpu-prof-dir=${resolve(profiles)}`,
    `--cpu-prof-name=${slug}-${side}.cpuprofile`,
  ];
}
