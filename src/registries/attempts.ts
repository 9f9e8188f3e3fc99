/** ms before the first further attempt, and the most before any. */
const FIRST = 100;
const MOST = 5000;

/** When to try again what failed: ever later, and not all at the same time when a registry comes back. */
export class Attempts {
  #failed = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Runs `task` when what runs now is done, in place of one that was to run. */
  soon(task: () => void): void {
    this.stop();
    this.#timer = setTimeout(task, 0);
  }

  /** Runs `task` some time from now, in place of one that was to run. */
  again(task: () => void): void {
    this.stop();
    const most = Math.min(FIRST * 2 ** this.#failed, MOST);
    this.#failed++;
    this.#timer = setTimeout(task, most / 2 + (Math.random() * most) / 2);
  }

  /** One succeeded: the next failure is a first one. */
  succeeded(): void {
    this.#failed = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
