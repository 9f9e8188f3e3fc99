import { isEarlier } from './pending.ts';

/** What is known of a peer from all connections to it. */
export interface PeerHabits {
  /** Whether it has answered a call before an earlier one: a slow call blocks none behind it. */
  answersOutOfOrder: boolean;
}

const NONE = -1;

/**
 * In which order a connection's calls are answered, by their sequence ids. Most Thrift servers work through a
 * connection in order: while they are at a call that was given up, the calls behind it wait for nothing.
 */
export class ReplyOrder {
  readonly #habits: PeerHabits;
  /** The latest call that was answered. */
  #answered: number;
  /** The latest call that was given up, while the peer may not have come to its end. */
  #blocker = NONE;
  /** Calls that were given up, and which the peer may still be at. */
  abandoned = 0;

  constructor(habits: PeerHabits, firstSequenceId: number) {
    this.#habits = habits;
    this.#answered = (firstSequenceId - 1) & 0x7fffffff;
  }

  /** True when a new call may have to wait for one that nobody waits for. */
  get isBlocked(): boolean {
    return this.#blocker !== NONE && !this.#habits.answersOutOfOrder;
  }

  /** A call that was sent was given up. */
  gaveUp(seqid: number): void {
    if (isEarlier(seqid, this.#answered)) return;
    this.abandoned++;
    if (this.#blocker === NONE || isEarlier(this.#blocker, seqid)) this.#blocker = seqid;
  }

  /** A reply came, perhaps a late one. */
  replied(seqid: number): void {
    if (isEarlier(seqid, this.#answered)) this.#habits.answersOutOfOrder = true;
    else this.#answered = seqid;
    if (this.#blocker === NONE || isEarlier(this.#answered, this.#blocker)) return;
    this.#blocker = NONE;
    this.abandoned = 0;
  }
}
