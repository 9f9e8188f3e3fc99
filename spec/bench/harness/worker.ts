import { type ChildProcess, fork, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Answer, Commands, Question } from './ipc.ts';

type Asked<C, K extends keyof C> = C[K] extends (...args: infer A) => infer R
  ? { readonly args: A; readonly result: Awaited<R> }
  : never;

/** Ms that anything may take beyond its own time. */
const PATIENCE = 20_000;

/** A child as the coordinator sees it: asked one thing at a time, and never waited for without end. */
export class Worker<C extends Commands> {
  readonly #what: string;
  readonly #child: ChildProcess;
  readonly #send: (question: Question) => void;
  readonly #answers = new EventEmitter();

  private constructor(what: string, child: ChildProcess, send: (question: Question) => void) {
    this.#what = what;
    this.#child = child;
    this.#send = send;
  }

  /** A file of harness/ as `build` compiled it, told what it is to be. */
  static node<C extends Commands>(
    file: string,
    what: string,
    role: unknown,
    flags: readonly string[],
  ): Worker<C> {
    const path = fileURLToPath(new URL(`../build/harness/${file}.js`, import.meta.url));
    const child = fork(path, [JSON.stringify(role)], { execArgv: ['--no-deprecation', ...flags] });
    const worker = new Worker<C>(what, child, question => child.send(question));
    child.on('message', answer => worker.#answers.emit('answer', answer));
    return worker;
  }

  /** Any other program: questions are lines of words, answers lines of JSON. */
  static program<C extends Commands>(what: string, path: string, args: readonly string[]): Worker<C> {
    const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const worker = new Worker<C>(what, child, ({ command, args }) => {
      child.stdin.write(`${[command, ...args].join(' ')}\n`);
    });
    // A program that ended is noticed by its exit.
    child.stdin.on('error', () => {});
    createInterface(child.stdout).on('line', line => worker.#answers.emit('answer', JSON.parse(line)));
    return worker;
  }

  async ask<K extends keyof C & string>(
    command: K,
    args: Asked<C, K>['args'],
    ms = 0,
  ): Promise<Asked<C, K>['result']> {
    const text = `${this.#what}: ${command}(${(args as readonly unknown[]).join(', ')})`;
    const ended = new AbortController();
    // A plain timer: Node 20 may collect an AbortSignal.timeout that only promises wait for.
    const timer = setTimeout(() => ended.abort(), PATIENCE + ms);
    try {
      if (this.#hasEnded) throw new Error(`${text}: the process has ended`);
      const answer = once(this.#answers, 'answer', { signal: ended.signal });
      const exit = once(this.#child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        throw new Error(`${text}: the process ended with ${String(code ?? signal)}`);
      });
      this.#send({ command, args: args as readonly unknown[] });
      const [said] = (await Promise.race([answer, exit])) as [Answer];
      if ('error' in said) throw new Error(`${text}: ${said.error}`);
      return said.value as Asked<C, K>['result'];
    } catch (error) {
      if (!ended.signal.aborted) throw error;
      throw new Error(`${text}: no answer within ${PATIENCE + ms} ms`);
    } finally {
      clearTimeout(timer);
      ended.abort();
    }
  }

  /** Lets the process end by itself, which writes its profile; kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE / 10);
    if (this.#child.connected) this.#child.disconnect();
    this.#child.stdin?.end();
    await exit;
    clearTimeout(timer);
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}
