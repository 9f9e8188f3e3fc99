/** A context whose costly part is made when first asked for. */
export class CallContext {
    method;
    peer;
    #controller;
    #reason;
    #aborted = false;
    constructor(method, peer) {
        this.method = method;
        this.peer = peer;
    }
    get signal() {
        if (this.#controller === undefined) {
            this.#controller = new AbortController();
            if (this.#aborted)
                this.#controller.abort(this.#reason);
        }
        return this.#controller.signal;
    }
    abort(reason) {
        this.#aborted = true;
        this.#reason = reason;
        this.#controller?.abort(reason);
    }
}
