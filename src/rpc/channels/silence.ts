import type { Call } from '../call.ts';
import type { CallsUnderWay } from './calls-under-way.ts';
import { isEarlier } from './pending.ts';

/**
 * Tells a dead peer from a slow one: a stopped process or a cut cable shows in nothing but that no byte comes while one
 * call after the other times out. Those that were under way together are one: they say no more than one does.
 */
export class Silence {
  readonly #limit: number;
  #timeouts = 0;
  /** The latest call that was under way when the last one was counted. */
  #counted = 0;
  /** A call that the peer may be at, for which those behind it have to wait. */
  #elder: Call | undefined;

  /** `limit`: how many calls time out before the peer is taken for dead. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A byte came. */
  broken(): void {
    this.#timeouts = 0;
  }

  /**
   * A call timed out, `others` are under way. True when the peer must be dead: where it may answer in order, that is not
   * while a call waits that is earlier than this one.
   */
  timedOut(call: Call, others: CallsUnderWay, answersInOrder: boolean): boolean {
    if (this.#timeouts > 0 && !isEarlier(this.#counted, call.seqid)) return false;
    this.#timeouts++;
    this.#counted = others.latestId;
    if (this.#timeouts < this.#limit) return false;
    if (!answersInOrder) return true;
    if (this.#elder === undefined || this.#elder.settled) this.#elder = others.oldest();
    return this.#elder === undefined || isEarlier(call.seqid, this.#elder.seqid);
  }
}
