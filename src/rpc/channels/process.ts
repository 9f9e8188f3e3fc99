import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { ProcessAddress } from '../address.ts';
import { startTimer } from '../timers.ts';
import type { Dial } from './link.ts';

/** ms in which a process must have ended by itself when its input has, before it is told to. */
const FAREWELL = 5000;

/**
 * Starts a process and speaks with it over its standard input and output; what it writes to its standard error goes to
 * this one's. It ends when its input does, as servers of `stdio()` do, or is told to by SIGTERM some seconds later.
 */
export function processDial({ command, args = [], cwd, env }: ProcessAddress): Dial {
  return owner => {
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
    });
    const pipes = [child.stdin as Socket, child.stdout as Socket];
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
    let failure: Error | undefined;
    // When a process ends, its pipes break; that it has ended says more.
    child
      .on('spawn', () => owner.opened(stream))
      .on('error', error => {
        failure = error;
        stream.destroy();
      })
      .on('close', (code, signal) => owner.closed(endOf(code, signal) ?? failure));
    stream
      .on('data', chunk => owner.receive(chunk, chunk.length))
      .on('error', error => {
        failure ??= error;
      })
      .on('close', () => bidFarewell(child));
    const each = (what: 'ref' | 'unref') => {
      child[what]();
      for (const pipe of pipes) pipe[what]();
    };
    return { stream, ref: () => each('ref'), unref: () => each('unref') };
  };
}

function bidFarewell(child: ChildProcess): void {
  const timer = startTimer(FAREWELL, () => child.kill());
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}

/** What a process's end says; nothing, when it ended as it should or was never there (a negative code). */
function endOf(code: number | null, signal: NodeJS.Signals | null): Error | undefined {
  if (code === 0 || (code !== null && code < 0)) return undefined;
  return new Error(
    signal === null ? `the process ended with code ${code}` : `the process was ended by ${signal}`,
  );
}
