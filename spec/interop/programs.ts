import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Cell } from './cells.ts';
import type { Peer, Role } from './peers.ts';

/** Where a server listens: on a port of 127.0.0.1, or on a Unix socket. */
export type Place = { readonly port: number } | { readonly path: string };

/** What a client said of each of its checks: undefined where it was content, else its complaint. */
export type Report = ReadonlyMap<string, string | undefined>;

/** What became of one client's checks. */
export interface Run {
  readonly report: Report;
  /** How the client's process ended, if not as it should. */
  readonly end?: string;
}

const START_LIMIT = 20_000;
const RUN_LIMIT = 120_000;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const CERTIFICATES: string = here('../support/certificates');

// Debian's modules belong to this interpreter, whatever python3 comes first on the PATH.
const PYTHON = '/usr/bin/python3';

function command(peer: Peer, role: Role): [string, ...string[]] {
  switch (peer) {
    case 'C++':
      return [here(`build/cpp/${role}`)];
    case 'Python':
      return [PYTHON, here(`peers/python/${role}.py`)];
    case 'Python in C':
      return [PYTHON, here(`peers/python/${role}.py`), '--accelerated'];
    case 'npm thrift':
      return [process.execPath, '--no-deprecation', here(`peers/npm/${role}.js`)];
    case 'thriftpy':
      return [PYTHON, here(`peers/thriftpy/${role}.py`)];
  }
}

/** The command line of a peer's program. All of them take the same flags. */
export function commandLine(peer: Peer, role: Role, cell: Cell, place?: Place): [string, ...string[]] {
  const line = command(peer, role);
  for (const flag of ['protocol', 'transport', 'wrapping', 'security'] as const)
    line.push(`--${flag}`, cell[flag]);
  if (cell.multiplexed) line.push('--multiplexed');
  for (const [flag, value] of Object.entries(place ?? {})) line.push(`--${flag}`, String(value));
  line.push('--certificates', CERTIFICATES);
  return line;
}

function start([program, ...args]: [string, ...string[]]): ChildProcess {
  return spawn(program, args, {
    // A server ends when its input does: it cannot outlive this process, however this one ends.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONPYCACHEPREFIX: here('build/pycache'), PYTHONUTF8: '1' },
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', chunk => {
    text = (text + chunk).slice(-2000);
  });
  return () => text;
}

export interface PeerServer {
  readonly place: Place;
  stop(): Promise<void>;
}

/** Starts a peer's server; `path` is where it listens when the cell is one of Unix sockets. */
export async function startServer(peer: Peer, cell: Cell, path: string): Promise<PeerServer> {
  const unix = cell.security === 'unix';
  const child = start(commandLine(peer, 'server', cell, unix ? { path } : undefined));
  const complaints = collect(child);
  const port = await new Promise<string>((resolve, reject) => {
    const fail = (what: string) => {
      child.kill('SIGKILL');
      reject(new Error(`the ${peer} server ${what}: ${complaints()}`));
    };
    const timer = setTimeout(fail, START_LIMIT, 'did not listen in time');
    child.once('error', error => fail(String(error)));
    child.once('close', code => fail(`ended with ${code} before it listened`));
    createInterface(child.stdout!).on('line', line => {
      const found = /^listening(?: (.*))?$/.exec(line);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1] ?? '');
    });
  });
  return {
    place: unix ? { path } : { port: Number(port) },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

/** Runs all checks of a peer's client. */
export async function runClient(peer: Peer, cell: Cell, place: Place): Promise<Run> {
  const child = start(commandLine(peer, 'client', cell, place));
  const complaints = collect(child);
  const report = new Map<string, string | undefined>();
  createInterface(child.stdout!).on('line', line => {
    const found = /^(?:ok (.+)|failed ([^:]+): (.*))$/.exec(line);
    if (found) report.set((found[1] ?? found[2])!, found[3]);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return code === 0 ? { report } : { report, end: `ended with ${code ?? signal}: ${complaints()}` };
}
