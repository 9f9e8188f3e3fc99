import type { Entrant } from '../contenders/contender.ts';
import { callers } from '../contenders/entrants.ts';
import type { Memory } from '../harness/ipc.ts';
import { Pair } from '../harness/pair.ts';
import { type CaseResult, type Column, type Figures, takeTurns } from '../harness/rounds.ts';
import { prepareMessages } from './rpc.ts';
import type { Session } from './suite.ts';

const columns: readonly Column[] = [
  { key: 'held', title: 'bytes' },
  { key: 'client', title: 'client' },
  { key: 'server', title: 'server' },
  { key: 'resident', title: 'resident, both' },
];

/** What a connection holds on to that nobody uses, and a call that waits. */
export async function memory(session: Session): Promise<CaseResult[]> {
  await prepareMessages(['ping']);
  const short = session.plan.extent === 'short';
  const names = short ? ['ours buffered', 'npm thrift buffered', 'grpc-js'] : callers.map(({ name }) => name);
  // Bare sockets are here given a large buffer each, and C++ has no heap that could be asked.
  const entrants = session
    .participants(callers)
    .filter(({ name, peer }) => names.includes(name) && peer !== 'C++' && peer !== 'raw');
  return [
    await measure(session, 'idle connection', entrants, short ? 50 : 500, (pair, count) =>
      pair.client.ask('connections', [pair.port, count]),
    ),
    await measure(session, 'pending call', entrants, short ? 500 : 5000, (pair, count) =>
      pair.client.ask('hang', [count]),
    ),
  ];
}

async function measure(
  { plan, progress }: Session,
  name: string,
  entrants: readonly Entrant[],
  count: number,
  occupy: (pair: Pair, count: number) => Promise<unknown>,
): Promise<CaseResult> {
  progress(`memory: ${name}`);
  // Every round has processes of its own: what one leaves behind is not the next one's.
  const turns = entrants.map(entrant => ({
    name: entrant.name,
    run: async (): Promise<Figures> => {
      const pair = new Pair(entrant, () => ['--expose-gc']);
      try {
        await pair.open();
        // What is made but once for all of them is not counted.
        await occupy(pair, 100);
        const before = await memoryOf(pair);
        await occupy(pair, count);
        const after = await memoryOf(pair);
        const grown = (side: 'client' | 'server', what: keyof Memory): number =>
          (after[side][what] - before[side][what]) / count;
        const [client, server] = [grown('client', 'held'), grown('server', 'held')];
        const resident = grown('client', 'resident') + grown('server', 'resident');
        return { held: client + server, client, server, resident };
      } finally {
        await pair.stop();
      }
    },
  }));
  const rounds = await takeTurns(turns, { warmUps: 0, rounds: plan.extent === 'short' ? 1 : 3 });
  return { suite: 'memory', name, of: 'memory', columns, rounds };
}

async function memoryOf(pair: Pair): Promise<Readonly<Record<'client' | 'server', Memory>>> {
  return { client: await pair.client.ask('memory', []), server: await pair.server.ask('memory', []) };
}
