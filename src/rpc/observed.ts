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
  if (isStream(result)) return watched(result, ended);
  // A first response, and then the stream.
  if (Array.isArray(result) && isStream(result[1])) return [result[0], watched(result[1], ended)];
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

async function* watched(stream: AsyncIterable<unknown>, ended: Ended): AsyncGenerator<unknown> {
  let failure: { readonly error: unknown } | undefined;
  try {
    yield* stream;
  } catch (error) {
    failure = { error };
    throw error;
  } finally {
    ended(failure);
  }
}
