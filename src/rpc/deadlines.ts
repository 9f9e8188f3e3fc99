import { type Linked, List } from './list.ts';
import { startTimer } from './timers.ts';

/** What can expire. */
export interface Expiring extends Linked<Expiring> {
  /** Called once, when the time is over. */
  expire(): void;
  expiresAt: number;
  queue: DeadlineQueue | undefined;
}

/**
 * All that waits for the same number of ms, in order of expiry: adding and removing cost the same whatever
 * waits, and one timer serves all. The timer does not keep the process alive; what is waited for does.
 */
export class DeadlineQueue {
  readonly #ms: number;
  readonly #waiting = new List<Expiring>();
  #timed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(item: Expiring): void {
    item.queue = this;
    // Whole ms: V8 keeps a fraction in an object of its own, one for each item.
    item.expiresAt = Math.ceil(performance.now() + this.#ms);
    this.#waiting.add(item);
    if (!this.#timed) this.#wait(this.#ms);
  }

  remove(item: Expiring): void {
    this.#waiting.remove(item);
    item.queue = undefined;
  }

  #wait(ms: number): void {
    this.#timed = true;
    // One more than asked: timers may fire a fraction of a ms early.
    startTimer(ms + 1, () => this.#check()).unref();
  }

  #check(): void {
    this.#timed = false;
    const now = performance.now();
    const waiting = this.#waiting;
    for (let item = waiting.first; item !== undefined && item.expiresAt <= now; item = waiting.first) {
      this.remove(item);
      item.expire();
    }
    if (waiting.first !== undefined) this.#wait(waiting.first.expiresAt - now);
    else queues.delete(this.#ms);
  }
}

const queues = new Map<number, DeadlineQueue>();

/** Lets `item` expire in `time` ms, unless it is taken out before; never for `Infinity`. */
export function addDeadline(item: Expiring, time: number): void {
  if (time === Number.POSITIVE_INFINITY) return;
  // Whole ms: what is left of some deadline, with all its digits, must not make a queue for each call.
  const ms = Math.ceil(time);
  let queue = queues.get(ms);
  if (queue === undefined) {
    queue = new DeadlineQueue(ms);
    queues.set(ms, queue);
  }
  queue.add(item);
}

/** Takes an item out of whatever queue it waits in. */
export function removeDeadline(item: Expiring): void {
  item.queue?.remove(item);
}
