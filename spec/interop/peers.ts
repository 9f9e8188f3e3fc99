import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Peer = 'C++' | 'Python' | 'npm thrift' | 'thriftpy';
export type Transport = 'buffered' | 'framed';

/** The programs know JSON as well. */
export const PROTOCOLS = ['binary', 'compact'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const TRANSPORTS: readonly Transport[] = ['buffered', 'framed'];
export const DIALECTS: readonly (readonly [Protocol, Transport])[] = PROTOCOLS.flatMap(protocol =>
  TRANSPORTS.map(transport => [protocol, transport] as const),
);
/** The peers that speak everything.thrift; thriftpy has its own service. */
export const APACHE: readonly Peer[] = ['C++', 'Python', 'npm thrift'];

const START_LIMIT = 10_000;
const RUN_LIMIT = 60_000;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Debian's modules belong to this interpreter, whatever python3 comes first on the PATH.
const PYTHON = '/usr/bin/python3';

function command(peer: Peer, role: 'server' | 'client'): [string, ...string[]] {
  switch (peer) {
    case 'C++':
      return [here(`build/cpp/${role}`)];
    case 'Python':
      return [PYTHON, here(`peers/python/${role}.py`)];
    case 'npm thrift':
      return [process.execPath, here(`peers/npm/${role}.js`)];
    case 'thriftpy':
      return [PYTHON, here(`peers/thriftpy/${role}.py`)];
  }
}

function start(peer: Peer, role: 'server' | 'client', args: string[]): ChildProcess {
  const [program, ...rest] = command(peer, role);
  return spawn(program, [...rest, ...args], {
    // A server ends when its input does: it cannot outlive this process, however this one ends.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONPYCACHEPREFIX: here('build/pycache'), PYTHONUTF8: '1' },
  });
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', chunk => {
    text += chunk;
  });
  return () => text;
}

export interface PeerServer {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startServer(
  peer: Peer,
  transport: Transport,
  protocol: Protocol = 'binary',
): Promise<PeerServer> {
  const child = start(peer, 'server', [transport, protocol]);
  const complaints = collect(child);
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`the ${peer} server ${what}: ${complaints()}`));
    const timer = setTimeout(fail, START_LIMIT, 'did not listen in time');
    child.once('error', error => fail(String(error)));
    child.once('close', code => fail(`ended with ${code} before it listened`));
    createInterface(child.stdout!).on('line', line => {
      const found = /^listening (\d+)$/.exec(line);
      if (!found) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    });
  });
  return {
    port,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

/** What a client program said of each of its checks: undefined where it was content, else its complaint. */
export type Report = ReadonlyMap<string, string | undefined>;

export async function runClient(
  peer: Peer,
  port: number,
  transport: Transport,
  protocol: Protocol = 'binary',
): Promise<Report> {
  const child = start(peer, 'client', [String(port), transport, protocol]);
  const complaints = collect(child);
  const report = new Map<string, string | undefined>();
  createInterface(child.stdout!).on('line', line => {
    const found = /^(?:ok (.+)|failed ([^:]+): (.*))$/.exec(line);
    if (found) report.set((found[1] ?? found[2])!, found[3]);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the ${peer} client ended with ${code ?? signal}: ${complaints()}`);
  return report;
}
