import { type Linked, List } from './list.ts';
import { startTimer } from './timers.ts';

/** What can expire. */
export interface Expiring extends Linked<Expiring> {
  /** Called once, when the time is over. */
  expire(): void;
  /** By `performance.now()`; known when what added it has run to its end. */
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
  /** The first of those whose time is not known yet. */
  #fresh: Expiring | undefined;
  #timed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(item: Expiring): void {
    item.queue = this;
    this.#waiting.add(item);
    if (this.#fresh === undefined) {
      this.#fresh = item;
      startLater(this);
    }
    if (!this.#timed) this.#wait(this.#ms);
  }

  remove(item: Expiring): void {
    if (item === this.#fresh) this.#fresh = item.after;
    this.#waiting.remove(item);
    item.queue = undefined;
  }

  /** ms until an item of this queue expires. */
  timeLeft(item: Expiring): number {
    const now = performance.now();
    this.begin(now);
    return item.expiresAt - now;
  }

  /** The time of those that were added begins. */
  begin(now: number): void {
    // Whole ms: V8 keeps a fraction in an object of its own, one for each item.
    const expiresAt = Math.ceil(now + this.#ms);
    for (let item = this.#fresh; item !== undefined; item = item.after) item.expiresAt = expiresAt;
    this.#fresh = undefined;
  }

  #isOver(item: Expiring | undefined, now: number): item is Expiring {
    return item !== undefined && item !== this.#fresh && item.expiresAt <= now;
  }

  #wait(ms: number): void {
    this.#timed = true;
    // One more than asked: timers may fire a fraction of a ms early.
    startTimer(ms + 1, () => this.#check()).unref();
  }

  /** What expires may add to this queue: there is one timer all the same. */
  #check(): void {
    const now = performance.now();
    const waiting = this.#waiting;
    this.begin(now);
    try {
      for (let item = waiting.first; this.#isOver(item, now); item = waiting.first) {
        this.remove(item);
        item.expire();
      }
    } finally {
      this.#timed = false;
      const next = waiting.first;
      if (next === undefined) queues.delete(this.#ms);
      else this.#wait(next === this.#fresh ? this.#ms : next.expiresAt - now);
    }
  }
}

const queues = new Map<number, DeadlineQueue>();
/** Those with items whose time has not begun. */
const starting: DeadlineQueue[] = [];

/**
 * To look at the clock takes as long as much of a call (measured: 2 to 3 % of it), so all that is added in one tick has
 * its time from the end of that: never too short.
 */
function startLater(queue: DeadlineQueue): void {
  if (starting.push(queue) === 1) process.nextTick(startAll);
}

function startAll(): void {
  const now = performance.now();
  for (const queue of starting) queue.begin(now);
  starting.length = 0;
}

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
