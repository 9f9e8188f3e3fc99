import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { whyAbsent } from '../contenders/packages.ts';
import type { ImportRole } from '../harness/import-process.ts';
import type { GrowthCommands, GrowthTask } from '../harness/ipc.ts';
import { type CaseResult, type Column, type Figures, type Turn, takeTurns } from '../harness/rounds.ts';
import { Worker } from '../harness/worker.ts';
import { idlOfLines } from '../workloads/idl.ts';
import type { Session } from './suite.ts';

const require = createRequire(resolve('spec/bench/package.json'));
const FOLDER = 'spec/bench/build/idl';
const PROTO = resolve('spec/bench/workloads/bench.proto');
const LINES = [4, 300, 5000];
const SHORT_LINES = 10;

const imports: readonly Column[] = [
  { key: 'ms', title: 'ms' },
  { key: 'cpu', title: 'CPU ms' },
];
const firstLoads: readonly Column[] = [
  { key: 'load', title: 'ms' },
  { key: 'ms', title: 'with the import' },
];

interface Starter {
  readonly name: string;
  /** Undefined for ours and for Node's own. */
  readonly needs?: string;
  role(): ImportRole;
}

const imported = (name: string): Starter => ({
  name,
  needs: name,
  role: () => ({ module: require.resolve(name) }),
});
const loading = (lines: number): readonly Starter[] => [
  oursLoading(lines),
  {
    name: 'thriftrw',
    needs: 'thriftrw',
    role: () => ({
      module: require.resolve('thriftrw'),
      load: { how: 'thriftrw', file: fileOf(lines) },
    }),
  },
];
const oursLoading = (lines: number): Starter => ({
  name: 'ours',
  role: () => ({ module: resolve('dist/index.js'), load: { how: 'ours', file: fileOf(lines) } }),
});

/** What a program waits for before its first call. Each figure is of a process that does nothing else. */
export async function startup(session: Session): Promise<CaseResult[]> {
  mkdirSync(FOLDER, { recursive: true });
  for (const lines of [...LINES, SHORT_LINES]) writeFileSync(fileOf(lines), idlOfLines(lines));
  const results = [
    await starters(session, 'import', imports, [
      { name: 'ours', role: () => ({ module: resolve('dist/index.js') }) },
      ...['thrift', 'thriftrw', '@grpc/grpc-js', 'protobufjs', '@bufbuild/protobuf', 'avsc', 'msgpackr'].map(
        imported,
      ),
      { name: 'node:net', role: () => ({ module: 'node:net' }) },
    ]),
    await starters(session, `import and load ${SHORT_LINES} lines`, imports, [
      ...loading(SHORT_LINES),
      { ...imported('thrift'), name: 'thrift, import alone' },
      {
        name: '@grpc/grpc-js, proto-loader',
        needs: '@grpc/grpc-js',
        role: () => ({
          module: require.resolve('@grpc/grpc-js'),
          loader: { module: require.resolve('@grpc/proto-loader'), file: PROTO },
        }),
      },
      {
        name: 'protobufjs',
        needs: 'protobufjs',
        role: () => ({ module: require.resolve('protobufjs'), load: { how: 'protobufjs', file: PROTO } }),
      },
    ]),
  ];
  if (session.plan.extent === 'short') return results;
  for (const lines of LINES)
    results.push(await starters(session, `first load of ${lines} lines`, firstLoads, loading(lines)));
  results.push(await warm(session));
  return results;
}

const fileOf = (lines: number): string => resolve(FOLDER, `${lines}.thrift`);

async function starters(
  session: Session,
  name: string,
  columns: readonly Column[],
  all: readonly Starter[],
): Promise<CaseResult> {
  session.progress(`startup: ${name}`);
  const turns: Turn[] = [];
  for (const starter of all) {
    const reason = starter.needs === undefined ? undefined : whyAbsent(starter.needs);
    if (reason === undefined) turns.push({ name: starter.name, run: () => start(starter.role()) });
    else session.absent(starter.name, reason);
  }
  const rounds = await takeTurns(turns, { ...session.plan, warmUps: 1 });
  return { suite: 'startup', name, of: 'time', columns, rounds };
}

async function start(role: ImportRole): Promise<Figures> {
  const args = [
    '--no-deprecation',
    resolve('spec/bench/build/harness/import-process.js'),
    JSON.stringify(role),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Figures;
}

/** Loads and parses again and again, in a process for each size. */
async function warm({ plan, progress }: Session): Promise<CaseResult> {
  progress('startup: warm loads');
  const tasks: readonly GrowthTask[] = ['load lines', 'parse lines'];
  const kinds = tasks.flatMap(task => LINES.map(lines => ({ task, lines })));
  const workers = kinds.map(kind => ({
    ...kind,
    worker: Worker.node<GrowthCommands>('growth-process', `${kind.task}, ${kind.lines}`, {}, []),
  }));
  const turns = workers.map(({ task, lines, worker }) => ({
    name: `${task === 'load lines' ? 'load' : 'parse'} ${lines} lines`,
    async run() {
      const ns = await worker.ask('run', [task, lines, plan.ms], plan.ms);
      return { ms: ns / 1e6, megabytes: idlOfLines(lines).length / (ns / 1000) };
    },
  }));
  const columns = [
    { key: 'ms', title: 'CPU ms' },
    { key: 'megabytes', title: 'MB/s' },
  ];
  try {
    return {
      suite: 'startup',
      name: 'warm loads',
      of: 'time',
      columns,
      rounds: await takeTurns(turns, { ...plan, rounds: Math.min(plan.rounds, 5) }),
    };
  } finally {
    await Promise.all(workers.map(({ worker }) => worker.stop()));
  }
}
