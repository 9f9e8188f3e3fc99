import type { Timing } from '../../src/interceptors/timing.ts';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualTiming implements Timing {
  /** ms that were waited for, in order. */
  readonly waits: number[] = [];
  /** What chance gives. */
  chance = 0;
  #now = Date.now();
  #tasks: Task[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, run: () => void): () => void {
    const task: Task = { at: this.#now + ms, run };
    this.waits.push(ms);
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter(other => other !== task);
    };
  }

  /** How many wait. */
  get waiting(): number {
    return this.#tasks.length;
  }

  /** Lets so many ms pass. */
  pass(ms: number): void {
    this.#now += ms;
    const due = this.#tasks.filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    this.#tasks = this.#tasks.filter(task => !due.includes(task));
    for (const { run } of due) run();
  }
}

/** A clock on which every wait is over at once. */
export class HastyTiming extends ManualTiming {
  override after(ms: number, run: () => void): () => void {
    const cancel = super.after(ms, run);
    queueMicrotask(() => this.pass(ms));
    return cancel;
  }
}
