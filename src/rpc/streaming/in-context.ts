import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs a function in the context that was there when this one was made. */
type Here = <T>(run: () => T) => T;

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
  if (isStream(given)) return new Held(given, here);
  // A first response, and then the stream.
  if (Array.isArray(given) && given.length === 2 && isStream(given[1]))
    return [given[0], new Held(given[1], here)];
  return given;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
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
