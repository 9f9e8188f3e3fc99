import { callers } from '../contenders/entrants.ts';
import { Pair } from '../harness/pair.ts';
import { type CaseResult, type Column, takeTurns } from '../harness/rounds.ts';
import { prepareMessages } from './rpc.ts';
import type { Session } from './suite.ts';

const columns: readonly Column[] = [
  { key: 'cpu', title: 'CPU us' },
  { key: 'client', title: 'client us' },
  { key: 'server', title: 'server us' },
  { key: 'calls', title: 'messages/s', ratio: true },
];

/** Who has streams; ours are alike, whatever plain calls go over. */
const streamers = callers.filter(({ name }) =>
  ['ours buffered', 'grpc-js', 'raw node:net echo'].includes(name),
);

/** A stream from server to client, messages of a kilobyte, read as fast as it comes. */
export async function streams(session: Session): Promise<CaseResult[]> {
  const { plan, progress } = session;
  await prepareMessages(['ping']);
  const pairs = session.participants(streamers).map(entrant => new Pair(entrant, () => []));
  try {
    for (const pair of pairs) await pair.open();
    progress('streams: stream:1KB');
    const turns = pairs.map(pair => ({ name: pair.entrant.name, run: () => pair.pour(plan.ms) }));
    const rounds = await takeTurns(turns, plan);
    return [{ suite: 'streams', name: 'stream:1KB', of: 'CPU per message', columns, rounds }];
  } finally {
    await Promise.all(pairs.map(pair => pair.stop()));
  }
}
