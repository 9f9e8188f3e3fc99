import { startTimer } from './timers.ts';

/** What can expire. */
export interface Expiring {
  /** Called once, when the time is over. */
  expire(): void;
  /** By `performance.now()`; known when what added it has run to its end. */
  expiresAt: number;
  queue: DeadlineQueue | undefined;
  /** Where it stands there. */
  place: number;
}

/**
 * All that waits for the same number of ms, in order of expiry: adding and removing cost the same whatever
 * waits, and one timer serves all. The timer does not keep the process alive; what is waited for does.
 */
export class DeadlineQueue {
  readonly #ms: number;
  /** With gaps where some were taken out. Measured: 0.97 times the time that a call takes with links from one to the next. */
  #items: (Expiring | undefined)[] = new Array<undefined>(16).fill(undefined);
  /** Before it there are gaps alone. */
  #first = 0;
  /** From it on they have no time yet. */
  #fresh = 0;
  #end = 0;
  #size = 0;
  #timed = false;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(item: Expiring): void {
    if (this.#end === this.#items.length) this.#makeRoom();
    if (this.#fresh === this.#end) startLater(this);
    item.queue = this;
    item.place = this.#end;
    this.#items[this.#end++] = item;
    this.#size++;
    if (!this.#timed) this.#wait(this.#ms);
  }

  remove(item: Expiring): void {
    this.#items[item.place] = undefined;
    item.queue = undefined;
    if (--this.#size === 0) this.#first = this.#fresh = this.#end = 0;
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
    for (let i = this.#fresh; i < this.#end; i++) {
      const item = this.#items[i];
      if (item !== undefined) item.expiresAt = expiresAt;
    }
    this.#fresh = this.#end;
  }

  /** The one that expires next. */
  #next(): Expiring | undefined {
    while (this.#first < this.#end && this.#items[this.#first] === undefined) this.#first++;
    return this.#first < this.#end ? this.#items[this.#first] : undefined;
  }

  /** Closes the gaps, and makes as much room as is taken. */
  #makeRoom(): void {
    const items = this.#items;
    let end = 0;
    let fresh = 0;
    for (let i = this.#first; i < this.#end; i++) {
      const item = items[i];
      if (item === undefined) continue;
      items[i] = undefined;
      items[end] = item;
      item.place = end++;
      if (i < this.#fresh) fresh = end;
    }
    this.#first = 0;
    this.#fresh = fresh;
    this.#end = end;
    if (end > items.length / 2)
      this.#items = items.concat(new Array<undefined>(items.length).fill(undefined));
  }

  #wait(ms: number): void {
    this.#timed = true;
    // One more than asked: timers may fire a fraction of a ms early.
    startTimer(ms + 1, () => this.#check()).unref();
  }

  /** What expires may add to this queue: there is one timer all the same. */
  #check(): void {
    const now = performance.now();
    this.begin(now);
    try {
      for (let item = this.#next(); item !== undefined; item = this.#next()) {
        if (this.#first >= this.#fresh || item.expiresAt > now) break;
        this.remove(item);
        item.expire();
      }
    } finally {
      this.#timed = false;
      const next = this.#next();
      if (next === undefined) forget(this, this.#ms);
      else this.#wait(this.#first >= this.#fresh ? this.#ms : next.expiresAt - now);
    }
  }
}

const queues = new Map<number, DeadlineQueue>();
/** The one that was looked for last: most calls wait as long as those before. */
let latest: DeadlineQueue | undefined;
let latestMs = 0;

function forget(queue: DeadlineQueue, ms: number): void {
  queues.delete(ms);
  if (latest === queue) latest = undefined;
}

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
  if (latest === undefined || latestMs !== ms) {
    latest = queueOf(ms);
    latestMs = ms;
  }
  latest.add(item);
}

function queueOf(ms: number): DeadlineQueue {
  let queue = queues.get(ms);
  if (queue === undefined) {
    queue = new DeadlineQueue(ms);
    queues.set(ms, queue);
  }
  return queue;
}

/** Takes an item out of whatever queue it waits in. */
export function removeDeadline(item: Expiring): void {
  item.queue?.remove(item);
}
