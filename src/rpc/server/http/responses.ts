import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The responses of one connection. HTTP tells them apart by nothing but their order, and the client of libthrift (C++)
 * reads none to a oneway call: it would take the empty one for the answer to its next call. So that one is withheld, and
 * carries the next answer; the client sees what it would if there had been none.
 */
export class Responses {
  readonly #withheld: ServerResponse[] = [];

  /** What goes out next: the response of this request, or one that was withheld before it. */
  next(own: ServerResponse): ServerResponse {
    if (this.#withheld.length === 0) return own;
    this.#withheld.push(own);
    return this.#withheld.shift()!;
  }

  /** Keeps an empty answer from a client that does not read it; false from all others. */
  withholds(request: IncomingMessage, own: ServerResponse): boolean {
    if (!/^Thrift\/.*\(C\+\+\/THttpClient\)$/.test(request.headers['user-agent'] ?? '')) return false;
    this.#withheld.push(own);
    return true;
  }

  /** Whether nobody waits for this response. */
  isWithheld(response: ServerResponse): boolean {
    return this.#withheld.includes(response);
  }
}
