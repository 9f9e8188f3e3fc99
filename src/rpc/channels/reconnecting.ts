import { RpcError } from '../../errors/rpc-error.ts';
import type { Call } from '../call.ts';
import { type Channel, type CloseOptions, defaultGrace } from '../channel.ts';
import type { Dialect } from '../dialect.ts';
import { Connection, type ConnectionOwner, type ConnectionSettings } from './connection.ts';
import { closed, expiredBefore } from './failures.ts';
import type { Dial } from './link.ts';

/** A channel over one connection at a time: made when first needed, made again when it was lost. */
export class ReconnectingChannel implements Channel, ConnectionOwner {
  readonly peer: string;
  readonly dialect: Dialect;
  readonly hasHeaders: boolean;
  readonly #dial: Dial;
  readonly #settings: ConnectionSettings;
  #connection: Connection | undefined;
  #closing = false;

  constructor(peer: string, dial: Dial, settings: ConnectionSettings) {
    this.#dial = dial;
    this.#settings = settings;
    this.dialect = settings.dialect;
    this.hasHeaders = settings.transport.hasHeaders;
    this.peer = peer;
  }

  get isReady(): boolean {
    return this.#connection?.isReady ?? false;
  }

  start(call: Call): void {
    if (this.#closing) return call.reject(closed(call, this.peer, false));
    if (call.timeout <= 0) return call.reject(expiredBefore(call, this.peer));
    this.#connect().start(call);
  }

  async ready(timeout = 30_000): Promise<void> {
    if (this.#closing) throw new RpcError('UNAVAILABLE', 'the client is closed', { peer: this.peer });
    if (await this.#connect().ready(timeout)) return;
    const text = `no connection to ${this.peer} within ${timeout} ms`;
    throw new RpcError('DEADLINE_EXCEEDED', text, { peer: this.peer });
  }

  async close({ grace = defaultGrace }: CloseOptions = {}): Promise<void> {
    this.#closing = true;
    await this.#connection?.close(grace, call => closed(call, this.peer, true));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  over(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  #connect(): Connection {
    if (this.#connection === undefined || this.#connection.isOver) {
      this.#connection = new Connection(this.peer, this.#dial, this.#settings, this);
    }
    return this.#connection;
  }
}
