import { throwToCaller } from '../stack.ts';

/**
 * The messages of a stream that interceptors stand around: what they give in the end is there later. The call begins at
 * once all the same; what goes wrong is found by whoever iterates.
 */
export class LaterReplies implements AsyncIterableIterator<unknown> {
  readonly #iterator: Promise<AsyncIterator<unknown>>;
  readonly #abandon: () => void;
  #isAsked = false;

  /**
   * `method` is for the error about interceptors that give nothing that can be iterated over. `abandon` ends the call
   * itself, inside of them.
   */
  constructor(method: string, replies: Promise<unknown>, abandon: () => void) {
    this.#abandon = abandon;
    this.#iterator = replies.then(given => iteratorOf(method, given));
    // Nobody need iterate: then nobody asks what went wrong.
    this.#iterator.catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    this.#isAsked = true;
    return this.#iterator.then(iterator => iterator.next()).then(undefined, throwToCaller);
  }

  async return(): Promise<IteratorResult<unknown>> {
    try {
      const iterator = await this.#iterator;
      await iterator.return?.();
    } finally {
      // A generator that was not asked for anything runs nothing when it is closed: it has not told who is inside.
      if (!this.#isAsked) this.#abandon();
    }
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

function iteratorOf(method: string, given: unknown): AsyncIterator<unknown> {
  if (typeof given === 'object' && given !== null && Symbol.asyncIterator in given)
    return (given as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  throw new TypeError(`${method}: an interceptor must give an async iterable, got ${String(given)}`);
}
