import { RpcError } from '../../errors/rpc-error.ts';
import { Call, type Callee } from '../call.ts';
import { defaultSettings } from '../client/settings.ts';
import { Watchdog } from '../watchdog.ts';

/** How a silent peer is asked whether it lives. */
export interface KeepaliveSettings {
  /** A method without arguments: whatever the peer answers to it, it lives. */
  readonly callee: Callee;
  /** ms without a byte received before it is asked. */
  readonly interval: number;
  /** ms that it has for an answer. */
  readonly timeout: number;
}

/** What a connection lets be done with it. */
export interface KeptAlive {
  /** Whether a call would be answered now, and not only when others are. */
  readonly isAttentive: boolean;
  start(call: Call): void;
  /** Its peer is dead. */
  giveUp(reason: Error): void;
}

/** Asks the peer of a connection when nothing has come from it for a while: Thrift has no ping of its own. */
export class Keepalive {
  readonly #settings: KeepaliveSettings;
  readonly #connection: KeptAlive;
  readonly #silence: Watchdog;

  constructor(settings: KeepaliveSettings, connection: KeptAlive) {
    this.#settings = settings;
    this.#connection = connection;
    this.#silence = new Watchdog(settings.interval, () => this.#ask());
  }

  /** The connection was made, or a byte came. */
  heard(): void {
    this.#silence.start();
  }

  /** Whether a call is its question, and nobody else's. */
  asks({ callee }: Call): boolean {
    return callee === this.#settings.callee;
  }

  end(): void {
    this.#silence.stop();
  }

  #ask(): void {
    this.#silence.start();
    if (!this.#connection.isAttentive) return;
    const { callee, timeout } = this.#settings;
    const answered = () => {};
    const failed = (error: unknown) => {
      if (!(error instanceof RpcError) || error.code !== 'DEADLINE_EXCEEDED' || error.phase !== 'sent')
        return;
      const text = `no answer to ${callee.method.fullName} within ${timeout} ms (keepalive)`;
      this.#connection.giveUp(new Error(text));
    };
    this.#connection.start(new Call(callee, [], timeout, defaultSettings, answered, failed));
  }
}
