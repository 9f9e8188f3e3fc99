import { RpcError } from '../../errors/rpc-error.ts';
import type { ErrorContext, Report } from './report.ts';

/** ms between two reports. */
const PAUSE = 1000;

/** Tells the operator of what may happen thousands of times a second: once a second, with how often it has since. */
export class Digest {
  readonly #report: Report;
  #toldAt = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  tell(context: ErrorContext, makeError: () => RpcError): void {
    const now = performance.now();
    if (now - this.#toldAt < PAUSE) {
      this.#untold++;
      return;
    }
    const error = makeError();
    const more = this.#untold === 0 ? '' : `; and ${this.#untold} more since this was last reported`;
    this.#toldAt = now;
    this.#untold = 0;
    this.#report(more === '' ? error : new RpcError(error.code, error.message + more, error), context);
  }
}
