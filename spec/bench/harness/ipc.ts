import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Entrant } from '../contenders/contender.ts';
import type { WorkloadName } from '../workloads.ts';

/** What the coordinator asks of a server's process. */
export interface ServerCommands {
  /** Gives the port. */
  serve(): Promise<number>;
  /** us of CPU time that the process has used. */
  cpu(): number;
}

/** What the coordinator asks of a client's process. */
export interface ClientCommands {
  connect(port: number): Promise<void>;
  verify(workload: WorkloadName): Promise<void>;
  run(workload: WorkloadName, inFlight: number, ms: number): Promise<Sample>;
}

/** One run as the client's process saw it. */
export interface Sample {
  readonly calls: number;
  readonly seconds: number;
  /** us of CPU time of the client's process. */
  readonly cpu: number;
  /** us, sorted away to what is reported; absent with several calls in flight. */
  readonly p50?: number;
  readonly p99?: number;
}

interface Question {
  readonly command: string;
  readonly args: readonly unknown[];
}

type Answer = { readonly value: unknown } | { readonly error: string };

type Commands = ServerCommands | ClientCommands;
type Asked<C, K extends keyof C> = C[K] extends (...args: infer A) => infer R
  ? { readonly args: A; readonly result: Awaited<R> }
  : never;

/** In a child: the contender it is to be. */
export function entrantOfProcess(): Entrant {
  return JSON.parse(process.argv[2]!) as Entrant;
}

/** In a child: answers the coordinator, and ends when it is gone. */
export function answerWith(commands: Commands): void {
  const known = commands as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ command, args }: Question) => {
    let answer: Answer;
    try {
      answer = { value: await known[command]!(...args) };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send!(answer);
  });
}

/** Ms that anything may take beyond its own time. */
const PATIENCE = 20_000;

/** A child as the coordinator sees it: asked one thing at a time, and never waited for without end. */
export class Worker<C extends Commands> {
  readonly #what: string;
  readonly #child: ChildProcess;

  constructor(file: string, what: string, entrant: Entrant, execArgv: string[]) {
    this.#what = what;
    this.#child = fork(file, [JSON.stringify(entrant)], { execArgv, serialization: 'json' });
  }

  async ask<K extends keyof C & string>(
    command: K,
    args: Asked<C, K>['args'],
    ms = 0,
  ): Promise<Asked<C, K>['result']> {
    const text = `${this.#what}: ${command}`;
    if (!this.#child.connected) throw new Error(`${text}: the process has ended`);
    const ended = new AbortController();
    try {
      const answer = once(this.#child, 'message', { signal: ended.signal });
      const exit = once(this.#child, 'exit', { signal: ended.signal }).then(([code]) => {
        throw new Error(`${text}: the process ended with ${String(code)}`);
      });
      const late = new Promise<never>((_, reject) => {
        AbortSignal.any([ended.signal, AbortSignal.timeout(PATIENCE + ms)]).onabort = () =>
          reject(new Error(`${text}: no answer within ${PATIENCE + ms} ms`));
      });
      for (const loser of [answer, exit, late]) loser.catch(() => {});
      this.#child.send({ command, args } satisfies Question);
      const [said] = (await Promise.race([answer, exit, late])) as [Answer];
      if ('error' in said) throw new Error(`${text}: ${said.error}`);
      return said.value as Asked<C, K>['result'];
    } finally {
      ended.abort();
    }
  }

  /** Lets the process end by itself, which writes its profile; kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    if (this.#child.connected) this.#child.disconnect();
    await exit;
    clearTimeout(timer);
  }
}
