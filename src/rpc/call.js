import { addDeadline, removeDeadline } from './deadlines.ts';
/** One call on its way: settled exactly once, by whoever knows first. */
export class Call {
    method;
    /** The declared arguments; there may be more elements behind them. */
    args;
    /** ms for the whole call. */
    timeout;
    #resolve;
    #reject;
    settled = false;
    #onExpire;
    /** Number on its connection. */
    seqid = 0;
    expiresAt = 0;
    before = undefined;
    after = undefined;
    queue = undefined;
    constructor(method, args, timeout, resolve, reject) {
        this.method = method;
        this.args = args;
        this.timeout = timeout;
        this.#resolve = resolve;
        this.#reject = reject;
    }
    /** Starts the clock. `onExpire` is told when the time is over, and gives the error. */
    arm(onExpire) {
        this.#onExpire = onExpire;
        addDeadline(this, this.timeout);
    }
    resolve(value) {
        if (this.#settle())
            this.#resolve(value);
    }
    reject(error) {
        if (this.#settle())
            this.#reject(error);
    }
    expire() {
        this.reject(this.#onExpire(this));
    }
    #settle() {
        if (this.settled)
            return false;
        this.settled = true;
        removeDeadline(this);
        return true;
    }
}
