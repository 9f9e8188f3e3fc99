import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs a function in the context that was there when this one was made. */
export type Here = <T>(run: () => T) => T;

/**
 * What a handler of a method that streams gives, to be iterated over in the asynchronous context that is there now: a
 * generator's body runs when it is asked for a message, and that is elsewhere, after a frame has come or gone.
 */
export function iteratedHere(given: unknown): unknown {
  const here: Here = AsyncLocalStorage.snapshot();
  if (given instanceof Promise) return given.then(value => held(value, here));
  return held(given, here);
}

function held(given: unknown, here: Here): unknown {
  // A first response, and then the stream.
  if (Array.isArray(given) && given.length === 2) return [given[0], heldStream(given[1], here)];
  return heldStream(given, here);
}

/** What has nothing of its own to run, such as an array, is given back as it is. */
function heldStream(given: unknown, here: Here): unknown {
  if (typeof given !== 'object' || given === null) return given;
  if (Symbol.asyncIterator in given) return new Held(given as AsyncIterable<unknown>, here);
  if (Symbol.iterator in given && 'next' in given) return new HeldPlain(given as Iterator<unknown>, here);
  return given;
}

class Held implements AsyncIterable<unknown> {
  readonly #source: AsyncIterable<unknown>;
  readonly #here: Here;

  constructor(source: AsyncIterable<unknown>, here: Here) {
    this.#source = source;
    this.#here = here;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    const here = this.#here;
    const iterator = here(() => this.#source[Symbol.asyncIterator]());
    return {
      next: () => here(() => iterator.next()),
      return: async () => (await here(() => iterator.return?.())) ?? { done: true, value: undefined },
    };
  }
}

/** Of a generator that is no async one. */
class HeldPlain implements IterableIterator<unknown> {
  readonly #source: Iterator<unknown>;
  readonly #here: Here;

  constructor(source: Iterator<unknown>, here: Here) {
    this.#source = source;
    this.#here = here;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<unknown> {
    return this.#here(() => this.#source.next());
  }

  return(): IteratorResult<unknown> {
    return this.#here(() => this.#source.return?.()) ?? { done: true, value: undefined };
  }
}
