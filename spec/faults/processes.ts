import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TcpAddress } from '../../src/index.ts';
import { closing } from '../support/peers.ts';

const program = fileURLToPath(new URL('program.ts', import.meta.url));

/** A server in a process of its own. */
export class ServerProcess {
  readonly address: TcpAddress;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: TcpAddress) {
    this.#child = child;
    this.address = address;
  }

  /** Starts one, on a port that was used before, or on a free one. */
  static async start(port = 0): Promise<ServerProcess> {
    const child = fork(program, [String(port)], { execArgv: ['--import', 'tsx'] });
    const [address] = (await once(child, 'message')) as [TcpAddress];
    return closing(new ServerProcess(child, address));
  }

  /** The process stands still: its sockets stay open, and nothing answers. */
  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  close(): Promise<void> {
    return this.kill();
  }
}
