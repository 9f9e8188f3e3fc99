import type { Here } from './in-context.ts';

/** What a stream of messages is made from. */
export type Source = AsyncIterable<unknown> | Iterable<unknown>;

/** Where the messages go. */
export interface Outlet {
  /** Whether to write now. After a no, `resume` of the pump says that it may go on. */
  mayWrite(pump: Pump): boolean;
  /** Writes one. What it throws ends the pump, as if the source had thrown it. */
  write(value: unknown): void;
  /** The source has no more. */
  finished(): void;
  /** The source threw, or a message did not fit. */
  failed(error: unknown): void;
  /** The source threw when it was closed. */
  closeFailed(error: unknown): void;
}

type Step = IteratorResult<unknown>;

/**
 * Takes messages from an iterator, one at a time and not before there is room for it, and writes them. The iterator is
 * always closed, so that a generator's `finally` runs, and never waited for.
 */
export class Pump {
  readonly #outlet: Outlet;
  readonly #here: Here;
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  /** The source is being asked. */
  #isAsking = false;
  #isStopped = false;
  /** What the source has given, while there is no room for it any more. */
  #held: Step | undefined;

  /**
   * Throws a TypeError for what cannot be iterated over; `what` names it. The iterator is asked in `here`, of which its
   * answers keep hold: to ask each time would cost a fifth of a message (measured).
   */
  constructor(source: unknown, what: string, outlet: Outlet, here: Here = anywhere) {
    this.#here = here;
    this.#iterator = here(() => iteratorOf(source, what));
    this.#outlet = outlet;
  }

  /** Goes on, or begins, unless it waits for the source. */
  resume(): void {
    if (!this.#isStopped && !this.#isAsking) this.#here(() => this.#goOn());
  }

  #goOn(): void {
    while (!this.#isStopped && !this.#isAsking && this.#outlet.mayWrite(this)) {
      const held = this.#held;
      if (held !== undefined) {
        this.#held = undefined;
        this.#write(held);
        continue;
      }
      let step: Step | PromiseLike<Step>;
      this.#isAsking = true;
      try {
        step = this.#iterator.next();
      } catch (error) {
        this.#isAsking = false;
        return this.#threw(error);
      }
      if (isPromise(step)) {
        step.then(this.#answered, this.#refused);
        return;
      }
      this.#isAsking = false;
      if (this.#isStopped) return this.#close();
      this.#write(step);
    }
  }

  /** Writes no more, and closes the source. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#held = undefined;
    // A plain generator that is being asked cannot be closed before it has answered; others close themselves then.
    if (!this.#isAsking || !isGenerator(this.#iterator)) this.#close();
  }

  readonly #answered = (step: Step) => {
    this.#isAsking = false;
    if (this.#isStopped) return;
    // Others may have filled the connection while the source was asked. Its end needs no room.
    if (step.done === true) this.#write(step);
    else this.#held = step;
    this.#goOn();
  };

  readonly #refused = (error: unknown) => {
    this.#isAsking = false;
    this.#threw(error);
  };

  #write(step: Step): void {
    if (step.done === true) {
      this.#isStopped = true;
      return this.#outlet.finished();
    }
    try {
      this.#outlet.write(step.value);
    } catch (error) {
      this.stop();
      this.#outlet.failed(error);
    }
  }

  /** An iterator that threw is closed already. */
  #threw(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#outlet.failed(error);
  }

  #close(): void {
    try {
      const closing = this.#here(() => this.#iterator.return?.());
      if (isPromise(closing)) closing.then(undefined, error => this.#outlet.closeFailed(error));
    } catch (error) {
      this.#outlet.closeFailed(error);
    }
  }
}

function anywhere<T>(run: () => T): T {
  return run();
}

function iteratorOf(source: unknown, what: string): AsyncIterator<unknown> | Iterator<unknown> {
  if (typeof source === 'object' && source !== null) {
    if (Symbol.asyncIterator in source) return (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in source) return (source as Iterable<unknown>)[Symbol.iterator]();
  }
  const got = source === null ? 'null' : typeof source;
  throw new TypeError(
    `${what}: expected an async iterable, such as a generator gives, or an array; got ${got}`,
  );
}

function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { readonly then?: unknown } | undefined)?.then === 'function';
}

/** A generator that is no async one. */
function isGenerator(iterator: object): boolean {
  return Symbol.iterator in iterator;
}
