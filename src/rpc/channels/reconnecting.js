import { RpcError } from '../../errors/rpc-error.ts';
import { addressText } from '../address.ts';
import { defaultGrace } from '../channel.ts';
import { Connection } from './connection.ts';
import { closed, expiredBefore } from './failures.ts';
/** A channel over one connection at a time: made when first needed, made again when it was lost. */
export class ReconnectingChannel {
    peer;
    #address;
    #settings;
    #connection;
    #closing = false;
    constructor(address, settings) {
        this.#address = address;
        this.#settings = settings;
        this.peer = addressText(address);
    }
    start(call) {
        if (this.#closing)
            return call.reject(closed(call, this.peer, false));
        if (call.timeout <= 0)
            return call.reject(expiredBefore(call, this.peer));
        this.#connect().start(call);
    }
    async ready(timeout = 30000) {
        if (this.#closing)
            throw new RpcError('UNAVAILABLE', 'the client is closed', { peer: this.peer });
        if (await this.#connect().ready(timeout))
            return;
        const text = `no connection to ${this.peer} within ${timeout} ms`;
        throw new RpcError('DEADLINE_EXCEEDED', text, { peer: this.peer });
    }
    async close({ grace = defaultGrace } = {}) {
        this.#closing = true;
        await this.#connection?.close(grace, call => closed(call, this.peer, true));
    }
    [Symbol.asyncDispose]() {
        return this.close();
    }
    #connect() {
        if (this.#connection === undefined || this.#connection.isOver) {
            const connection = new Connection(this.#address, this.#settings, () => {
                if (this.#connection === connection)
                    this.#connection = undefined;
            });
            this.#connection = connection;
        }
        return this.#connection;
    }
}
