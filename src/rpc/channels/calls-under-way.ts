import type { Call } from '../call.ts';
import { isEarlier, PendingCalls } from './pending.ts';
import { type PeerHabits, ReplyOrder } from './reply-order.ts';
import { SequenceIds } from './sequence-ids.ts';

/** The calls of one connection that wait for a reply, or to be handed to its stream, and those that were given up. */
export class CallsUnderWay {
  readonly #pending = new PendingCalls();
  readonly #ids: SequenceIds;
  readonly #order: ReplyOrder;
  /** Oneway calls that the stream was not given yet. */
  #oneways: Call[] | undefined;
  /** The latest call that it was given. */
  #flushed: number;

  constructor(habits: PeerHabits, firstSequenceId: number) {
    this.#ids = new SequenceIds(firstSequenceId);
    this.#order = new ReplyOrder(habits, firstSequenceId);
    this.#flushed = (firstSequenceId - 1) & 0x7fffffff;
  }

  get isEmpty(): boolean {
    return this.#pending.size === 0 && this.#oneways === undefined;
  }

  /** How many wait for a reply. */
  get pending(): number {
    return this.#pending.size;
  }

  /** How many there are, with those that were given up and which the peer may still be at. */
  get load(): number {
    return this.#pending.size + (this.#oneways?.length ?? 0) + this.#order.abandoned;
  }

  /** Whether a new call may have to wait for one that was given up. */
  get isBlocked(): boolean {
    return this.#order.isBlocked;
  }

  /** The next call's sequence id. */
  takeId(): number {
    return this.#ids.take(this.#pending);
  }

  /** The sequence id that was taken last. */
  get latestId(): number {
    return this.#ids.latest;
  }

  /** A call was written. */
  add(call: Call): void {
    if (!call.method.oneway) return this.#pending.add(call);
    this.#oneways ??= [];
    this.#oneways.push(call);
  }

  /** All that was written was given to the stream: gives the oneway calls, which are done by that. */
  flush(): readonly Call[] | undefined {
    this.#flushed = this.#ids.latest;
    const handed = this.#oneways;
    this.#oneways = undefined;
    return handed;
  }

  /** Whether the stream was given a call. */
  isFlushed({ seqid }: Call): boolean {
    return !isEarlier(this.#flushed, seqid);
  }

  /** Takes out the call that a reply is for; undefined when none waits for it. */
  take(seqid: number): Call | undefined {
    return this.#pending.take(seqid);
  }

  /** The reply was not all there yet. */
  putBack(call: Call): void {
    this.#pending.add(call);
  }

  /** Whether a reply may come for which no call waits. */
  isAbandoned(seqid: number): boolean {
    return this.#ids.isAbandoned(seqid);
  }

  /** A reply came, perhaps a late one. */
  answered(seqid: number): void {
    this.#order.replied(seqid);
  }

  /** No reply will come any more. */
  release(seqid: number): void {
    this.#ids.release(seqid);
  }

  /** Nobody waits for this call any more; but its reply may come. `sent`: the peer may be at it. */
  giveUp(call: Call, sent: boolean): void {
    if (this.#pending.take(call.seqid) === undefined) {
      const others = this.#oneways?.filter(other => other !== call);
      this.#oneways = others?.length === 0 ? undefined : others;
      return;
    }
    this.#ids.abandon(call.seqid);
    if (sent) this.#order.gaveUp(call.seqid);
  }

  /** The one that waits longest for a reply. */
  oldest(): Call | undefined {
    return this.#pending.oldest();
  }

  /** Takes all of them out, in their order. */
  drain(): readonly Call[] {
    const calls = [...this.#pending.drain(), ...(this.#oneways ?? [])];
    this.#oneways = undefined;
    return calls.sort((a, b) => (isEarlier(a.seqid, b.seqid) ? -1 : 1));
  }
}
