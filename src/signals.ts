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
  const undo = () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (isClosing) {
      undo();
      process.kill(process.pid, signal);
      return;
    }
    isClosing = true;
    closeAll(all, how)
      .catch(error => {
        console.error('livethrift: closing because of', signal, 'failed:', error);
        process.exitCode ??= 1;
      })
      .finally(() => {
        undo();
        if (exit) process.exit();
      });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return undo;
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
