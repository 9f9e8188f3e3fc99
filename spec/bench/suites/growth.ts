import { callers } from '../contenders/entrants.ts';
import type { GrowthCommands, GrowthTask } from '../harness/ipc.ts';
import { Pair } from '../harness/pair.ts';
import { type CaseResult, type Column, type Figures, type Turn, takeTurns } from '../harness/rounds.ts';
import { Worker } from '../harness/worker.ts';
import type { Session } from './suite.ts';

const columns: readonly Column[] = [{ key: 'cpu', title: 'CPU ns' }];

/** What one unit costs among more and more of them: it must not rise. */
export async function growth(session: Session): Promise<CaseResult[]> {
  const short = session.plan.extent === 'short';
  const results = [
    await calls(session, 'pending calls', short ? [1, 64] : [1, 10, 100, 1000, 10_000], inFlight => ({
      name: String(inFlight),
      run: pair => pair.run('login', inFlight, session.plan.ms),
      units: 1,
    })),
    await calls(session, 'bytes of a message', short ? [10, 1e5] : [10, 1e3, 1e5, 1e6, 16e6, 64e6], size => ({
      name: String(size),
      run: pair => pair.run(`blob-${size}`, 1, session.plan.ms),
      units: size,
    })),
    await calls(session, 'connections', short ? [1, 10] : [1, 10, 100, 1000, 10_000], count => ({
      name: String(count),
      run: pair => connections(pair, count),
      units: count,
    })),
  ];
  const sizes = (all: number[], few: number[]): number[] => (short ? few : all);
  results.push(await units(session, 'encode fields', sizes([1, 10, 100, 1000], [1, 100])));
  results.push(await units(session, 'decode fields', sizes([1, 10, 100, 1000], [1, 100])));
  results.push(await units(session, 'load types', sizes([10, 100, 1000, 10_000], [10, 100])));
  results.push(await arrivals(session));
  return results;
}

/** One size of what is measured with calls of ours. */
interface Size {
  readonly name: string;
  readonly units: number;
  run(pair: Pair): Promise<Figures>;
}

async function calls(
  session: Session,
  name: string,
  all: readonly number[],
  sizeOf: (count: number) => Size,
): Promise<CaseResult> {
  session.progress(`growth: ${name}`);
  const pairs = all.map(() => new Pair(callers[0]!, () => []));
  try {
    for (const pair of pairs) await pair.open();
    const turns = all.map((count, i): Turn => {
      const size = sizeOf(count);
      return {
        name: size.name,
        run: async () => ({ cpu: ((await size.run(pairs[i]!)).cpu! * 1000) / size.units }),
      };
    });
    return await result(session, name, turns);
  } finally {
    await Promise.all(pairs.map(pair => pair.stop()));
  }
}

/** Opens so many, each with a call on it, and closes them. */
async function connections(pair: Pair, count: number): Promise<Figures> {
  const before = await pair.server.ask('cpu', []);
  const cpu = await pair.client.ask('connections', [pair.port, count]);
  const used = (await pair.server.ask('cpu', [])) - before;
  await pair.client.ask('closeConnections', []);
  return { cpu: cpu + used };
}

async function units(session: Session, task: GrowthTask, sizes: readonly number[]): Promise<CaseResult> {
  const tasks = sizes.map(size => ({ name: String(size), task, size }));
  return inProcesses(session, task, tasks);
}

/** How a megabyte comes in. */
function arrivals(session: Session): Promise<CaseResult> {
  const [size, tasks] = [1_000_000, ['whole buffered', 'chunks buffered', 'chunks framed'] as const];
  return inProcesses(
    session,
    'arrival of 1 MB',
    tasks.map(task => ({
      name: task.replace('chunks', 'chunks of 1 KB,').replace('whole', 'whole,'),
      task,
      size,
    })),
  );
}

async function inProcesses(
  session: Session,
  name: string,
  tasks: readonly { readonly name: string; readonly task: GrowthTask; readonly size: number }[],
): Promise<CaseResult> {
  session.progress(`growth: ${name}`);
  const { ms } = session.plan;
  const workers = tasks.map(task => ({
    ...task,
    worker: Worker.node<GrowthCommands>('growth-process', `${name}, ${task.name}`, {}, []),
  }));
  try {
    const turns = workers.map(({ name: unit, task, size, worker }) => ({
      name: unit,
      run: async () => ({ cpu: await worker.ask('run', [task, size, ms], ms) }),
    }));
    return await result(session, name, turns);
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.stop()));
  }
}

async function result({ plan }: Session, name: string, turns: readonly Turn[]): Promise<CaseResult> {
  const rounds = await takeTurns(turns, { warmUps: 1, rounds: Math.min(plan.rounds, 3) });
  return { suite: 'growth', name, of: 'CPU per unit', columns, rounds };
}
