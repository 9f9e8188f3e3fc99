import type { Call } from '../call.ts';
import type { StreamCall } from '../streaming/stream-call.ts';
import { closed } from './failures.ts';
import type { Dial } from './link.ts';
import {
  StreamConnection,
  type StreamConnectionOwner,
  type StreamConnectionSettings,
} from './stream-connection.ts';

/** The connections of a channel that carry streams: one, or to a server without flow control one for each stream. */
export class StreamPool implements StreamConnectionOwner {
  readonly #peer: string;
  readonly #dial: Dial;
  readonly #settings: StreamConnectionSettings;
  readonly #connections = new Set<StreamConnection>();
  #isClosing = false;

  constructor(peer: string, dial: Dial, settings: StreamConnectionSettings) {
    this.#peer = peer;
    this.#dial = dial;
    this.#settings = settings;
  }

  start(call: StreamCall): void {
    if (this.#isClosing) return call.reject(closed(call, this.#peer, false));
    this.#choose().start(call);
  }

  /** Whether there are none, as where no method streams. */
  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** Sends a plain call over one of them, if its server takes that; false for one that has to go elsewhere. */
  carry(call: Call): boolean {
    for (const connection of this.#connections) if (connection.mixes) return connection.carry(call);
    return false;
  }

  /** Lets streams go on for up to `grace` ms, then ends them. */
  async close(grace: number): Promise<void> {
    this.#isClosing = true;
    const cutOff = (call: Call) => closed(call, this.#peer, true);
    await Promise.all(Array.from(this.#connections, connection => connection.close(grace, cutOff)));
  }

  over(connection: StreamConnection): void {
    this.#connections.delete(connection);
  }

  /** One that waits for streams is enough. */
  idle(connection: StreamConnection): void {
    for (const other of this.#connections)
      if (other !== connection && other.isIdle && other.hasRoom) return connection.drained();
  }

  #choose(): StreamConnection {
    for (const connection of this.#connections) if (connection.hasRoom) return connection;
    const made = new StreamConnection(this.#peer, this.#dial, this.#settings, this);
    this.#connections.add(made);
    return made;
  }
}
