import { throwToCaller } from '../stack.ts';

/**
 * The messages of a stream that interceptors stand around: what they give in the end is there later. The call begins at
 * once all the same; what goes wrong is found by whoever iterates.
 */
export class LaterReplies implements AsyncIterableIterator<unknown> {
  readonly #iterator: Promise<AsyncIterator<unknown>>;

  /** `method` is for the error about interceptors that give nothing that can be iterated over. */
  constructor(method: string, replies: Promise<unknown>) {
    this.#iterator = replies.then(given => iteratorOf(method, given));
    // Nobody need iterate: then nobody asks what went wrong.
    this.#iterator.catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#iterator.then(iterator => iterator.next()).then(undefined, throwToCaller);
  }

  async return(): Promise<IteratorResult<unknown>> {
    const iterator = await this.#iterator;
    await iterator.return?.();
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
