import { startTimer } from './timers.ts';
/**
 * All that waits for the same number of ms, in order of expiry: adding and removing cost the same whatever
 * waits, and one timer serves all. The timer does not keep the process alive; what is waited for does.
 */
export class DeadlineQueue {
    #ms;
    #first;
    #last;
    #timed = false;
    constructor(ms) {
        this.#ms = ms;
    }
    add(item) {
        item.queue = this;
        item.expiresAt = performance.now() + this.#ms;
        item.before = this.#last;
        item.after = undefined;
        if (this.#last === undefined)
            this.#first = item;
        else
            this.#last.after = item;
        this.#last = item;
        if (!this.#timed)
            this.#wait(this.#ms);
    }
    remove(item) {
        if (item.before === undefined)
            this.#first = item.after;
        else
            item.before.after = item.after;
        if (item.after === undefined)
            this.#last = item.before;
        else
            item.after.before = item.before;
        item.before = item.after = item.queue = undefined;
    }
    #wait(ms) {
        this.#timed = true;
        // One more than asked: timers may fire a fraction of a ms early.
        startTimer(ms + 1, () => this.#check()).unref();
    }
    #check() {
        this.#timed = false;
        const now = performance.now();
        for (let item = this.#first; item !== undefined && item.expiresAt <= now; item = this.#first) {
            this.remove(item);
            item.expire();
        }
        if (this.#first !== undefined)
            this.#wait(this.#first.expiresAt - now);
        else
            queues.delete(this.#ms);
    }
}
const queues = new Map();
/** Lets `item` expire in `time` ms, unless it is taken out before; never for `Infinity`. */
export function addDeadline(item, time) {
    if (time === Number.POSITIVE_INFINITY)
        return;
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
export function removeDeadline(item) {
    item.queue?.remove(item);
}
