import { startTimer } from './timers.ts';

/** What can expire. It is a link of the list it waits in, so that waiting allocates nothing. */
export interface Expiring {
  /** Called once, when the time is over. */
  expire(): void;
  expiresAt: number;
  before: Expiring | undefined;
  after: Expiring | undefined;
  queue: DeadlineQueue | undefined;
}

/**
 * All that waits for the same number of ms, in order of expiry: adding and removing cost the same whatever
 * waits, and one timer serves all. The timer does not keep the process alive; what is waited for does.
 */
export class DeadlineQueue {
  readonly #ms: number;
  #first: Expiring | undefined;
  #last: Expiring | undefined;
  #timed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(item: Expiring): void {
    item.queue = this;
    // Whole ms: V8 keeps a fraction in an object of its own, one for each item.
    item.expiresAt = Math.ceil(performance.now() + this.#ms);
    item.before = this.#last;
    item.after = undefined;
    if (this.#last === undefined) this.#first = item;
    else this.#last.after = item;
    this.#last = item;
    if (!this.#timed) this.#wait(this.#ms);
  }

  remove(item: Expiring): void {
    if (item.before === undefined) this.#first = item.after;
    else item.before.after = item.after;
    if (item.after === undefined) this.#last = item.before;
    else item.after.before = item.before;
    item.before = item.after = item.queue = undefined;
  }

  #wait(ms: number): void {
    this.#timed = true;
    // One more than asked: timers may fire a fraction of a ms early.
    startTimer(ms + 1, () => this.#check()).unref();
  }

  #check(): void {
    this.#timed = false;
    const now = performance.now();
    for (let item = this.#first; item !== undefined && item.expiresAt <= now; item = this.#first) {
      this.remove(item);
      item.expire();
    }
    if (this.#first !== undefined) this.#wait(this.#first.expiresAt - now);
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
