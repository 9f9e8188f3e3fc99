import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../examples/marketplace/', import.meta.url));

/** A program of the Marketplace, in a process of its own. */
export class Program {
  /** What it has printed first. */
  readonly greeting: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, greeting: string) {
    this.#child = child;
    this.greeting = greeting;
  }

  /** Starts one; it is ready when it prints something. */
  static async start(name: string, env: Readonly<Record<string, string>>): Promise<Program> {
    const child = spawn(process.execPath, ['--import', 'tsx', name], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const printed = once(child.stdout, 'data');
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${name} has ended with ${code} before it was ready`);
    });
    const [greeting] = await Promise.race([printed, ended]);
    ended.catch(() => {});
    return new Program(child, String(greeting));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends it, and gives its exit code; null where the signal did it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasEnded) return this.#child.exitCode;
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    const [code] = await exit;
    return code;
  }
}
