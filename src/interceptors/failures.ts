import { RpcError } from '../errors/rpc-error.ts';

/** What attempts failed with is kept of so many, the last ones. */
const KEPT = 5;

/** What the attempts of one call failed with. */
export class Failures {
  #count = 0;
  #last: RpcError[] = [];

  get count(): number {
    return this.#count;
  }

  add(error: RpcError): void {
    this.#count++;
    this.#last = [...this.#last.slice(1 - KEPT), error];
  }

  /**
   * The error of the whole call: the last one, with the number of attempts, behind it all of them. `ended` says why
   * there is no further attempt; without it the last error is the answer, and its text stays as it was.
   */
  toError(ended?: string): RpcError {
    const last = this.#last.at(-1)!;
    if (this.#count === 1 && ended === undefined) return last;
    const text = ended === undefined ? last.message : `${last.message}; ${ended}`;
    if (this.#count === 1)
      return new RpcError(last.code, text, 'cause' in last ? { ...last, cause: last.cause } : last);
    const cause = new AggregateError(this.#last, `what the ${this.#count} attempts failed with`);
    return new RpcError(last.code, text, { ...last, attempts: this.#count, cause });
  }

  /** `tried 3 times`. */
  get tried(): string {
    return this.#count === 1 ? 'tried once' : `tried ${this.#count} times`;
  }
}
