import type { Cluster } from 'node:cluster';
import { once } from 'node:events';
import { constants } from 'node:os';
import { inspect } from 'node:util';
import { checkMs, checkOptions } from './options.ts';
import type { ServerCloseOptions } from './server.ts';

export interface SignalOptions extends ServerCloseOptions {
  /** Default: SIGTERM, by which services are ended, and SIGINT, which is Ctrl-C. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Ends the process when all is closed: with `process.exitCode`, or 0. Default: true. */
  readonly exit?: boolean;
}

/** What can be closed as a server is; of further things, databases for example, `{ close: () => pool.end() }` is one. */
export interface Closable {
  close(options?: ServerCloseOptions): unknown;
}

/** What the primary process of a cluster tells its workers. Signals may reach them by themselves, and twice is too often. */
const CLOSE = 'livethrift:close';

/**
 * The workers of a cluster, for its primary process: `closeOnSignals(workersOf(cluster))` closes them all, and waits
 * until they have ended. They must call `closeOnSignals` as well, and notice and grace are theirs.
 */
export function workersOf(cluster: Cluster): Closable {
  return {
    close: () =>
      Promise.all(
        Object.values(cluster.workers ?? {}).map(async worker => {
          if (worker === undefined || worker.isDead()) return;
          const ended = once(worker, 'exit');
          // That one could not be told is no matter: it is about to end.
          worker.send(CLOSE, () => {});
          await ended;
        }),
      ),
  };
}

/**
 * Closes servers, all at the same time, when the process is told to end: calls under way finish, nobody's is lost. A
 * second signal ends the process at once, as if nobody listened. Gives a function that undoes this; where `exit` is
 * false it is undone by itself when all is closed. Throws a TypeError for options that make no sense.
 */
export function closeOnSignals(
  servers: Closable | readonly Closable[],
  options: SignalOptions = {},
): () => void {
  checkOptions('closeOnSignals', options, ['signals', 'exit', 'notice', 'grace']);
  const { signals = ['SIGTERM', 'SIGINT'], exit = true, ...how } = options;
  const all = Array.isArray(servers) ? (servers as readonly Closable[]) : [servers as Closable];
  check(all, signals, how);
  let isClosing = false;
  let isSignalled = false;
  const undo = () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
    process.removeListener('message', onMessage);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (isSignalled) {
      undo();
      process.kill(process.pid, signal);
      return;
    }
    isSignalled = true;
    if (!isClosing) begin();
  };
  const onMessage = (message: unknown) => {
    if (message === CLOSE && !isClosing) begin();
  };
  const begin = () => {
    isClosing = true;
    closeAll(all, how)
      .catch(error => {
        console.error('livethrift: closing failed:', error);
        process.exitCode ??= 1;
      })
      .finally(() => {
        undo();
        if (exit) process.exit();
      });
  };
  for (const signal of signals) process.on(signal, onSignal);
  // Other processes that are children would not end by themselves while they listen.
  if (isWorker()) process.on('message', onMessage);
  return undo;
}

/** Whether this process is one of a cluster's workers. Only who has a parent need load the module to know. */
function isWorker(): boolean {
  if (process.send === undefined) return false;
  return (process.getBuiltinModule('node:cluster') as unknown as Cluster).isWorker;
}

/** Waits for all of them, whatever becomes of the others. */
async function closeAll(all: readonly Closable[], how: ServerCloseOptions): Promise<void> {
  const ends = await Promise.allSettled(all.map(async one => one.close(how)));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

function check(
  all: readonly Closable[],
  signals: readonly NodeJS.Signals[],
  { notice = 0, grace = 0 }: ServerCloseOptions,
): void {
  for (const one of all) {
    if (typeof one?.close !== 'function')
      throw new TypeError(`closeOnSignals: expected a server, or an array of them, got ${inspect(one)}`);
  }
  const known = Array.isArray(signals) && signals.every(signal => Object.hasOwn(constants.signals, signal));
  if (!known)
    throw new TypeError(`closeOnSignals: signals: expected names such as 'SIGTERM', got ${inspect(signals)}`);
  checkMs('closeOnSignals: notice', notice);
  checkMs('closeOnSignals: grace', grace);
}
