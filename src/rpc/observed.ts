/** How a call ended: with a failure, unless it is absent. */
export type Ended = (failure?: { readonly error: unknown }) => void;

/**
 * Goes on with a call, and tells once when it has ended: with its result, its final answer, or where that is a stream,
 * with the last message, or when the reader wants no more. For interceptors that measure; what it gives stands in for the result.
 */
export async function observed(next: () => Promise<unknown>, ended: Ended): Promise<unknown> {
  let result: unknown;
  try {
    result = await next();
  } catch (error) {
    ended({ error });
    throw error;
  }
  if (isStream(result)) return new Watched(result, ended);
  // A first response, and then the stream.
  if (Array.isArray(result) && isStream(result[1])) return [result[0], new Watched(result[1], ended)];
  // A first response, and then a final one.
  if (Array.isArray(result) && result[1] instanceof Promise) {
    result[1].then(
      () => ended(),
      error => ended({ error }),
    );
    return result;
  }
  ended();
  return result;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * The messages of a stream, and who is told how it ended. No generator: one that is closed before it was asked for
 * anything runs nothing, so the stream would stay open, and the call never end.
 */
class Watched implements AsyncIterableIterator<unknown> {
  readonly #stream: AsyncIterable<unknown>;
  readonly #ended: Ended;
  #iterator: AsyncIterator<unknown> | undefined;
  #isOver = false;

  constructor(stream: AsyncIterable<unknown>, ended: Ended) {
    this.#stream = stream;
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<unknown>> {
    const step = await this.#watch(iterator => iterator.next());
    if (step.done === true) this.#end();
    return step;
  }

  async return(): Promise<IteratorResult<unknown>> {
    await this.#watch(async iterator => iterator.return?.());
    this.#end();
    return { done: true, value: undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #watch<T>(ask: (iterator: AsyncIterator<unknown>) => Promise<T>): Promise<T> {
    try {
      this.#iterator ??= this.#stream[Symbol.asyncIterator]();
      return await ask(this.#iterator);
    } catch (error) {
      this.#end({ error });
      throw error;
    }
  }

  #end(failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ended(failure);
  }
}
