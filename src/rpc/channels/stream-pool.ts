import type { BackoffSettings } from '../backoff.ts';
import type { Call } from '../call.ts';
import type { ChannelState } from '../channel-state.ts';
import type { StreamCall } from '../streaming/stream-call.ts';
import { closed, unreachable } from './failures.ts';
import type { LifetimeSettings } from './lifetime.ts';
import type { Dial } from './link.ts';
import { QueuedCalls } from './queued-calls.ts';
import {
  StreamConnection,
  type StreamConnectionOwner,
  type StreamConnectionSettings,
} from './stream-connection.ts';

/** How long the connections of streams live, and how soon another is made when one could not be. */
export interface StreamPoolRules extends LifetimeSettings {
  readonly backoff: BackoffSettings;
}

/** The connections of a channel that carry streams: one, or to a server without flow control one for each stream. */
export class StreamPool implements StreamConnectionOwner {
  readonly peer: string;
  readonly #dial: Dial;
  readonly #settings: StreamConnectionSettings;
  readonly #rules: StreamPoolRules;
  readonly #connections = new Set<StreamConnection>();
  /** Streams that wait for the next attempt to connect. */
  readonly #waiting: QueuedCalls;
  readonly #onState: () => void;
  #isClosing = false;

  /** `onState` is told whenever `state` may have changed. */
  constructor(
    peer: string,
    dial: Dial,
    settings: StreamConnectionSettings,
    rules: StreamPoolRules,
    onState: () => void,
  ) {
    this.peer = peer;
    this.#dial = dial;
    this.#settings = settings;
    this.#rules = rules;
    this.#onState = onState;
    this.#waiting = new QueuedCalls(this, settings.limits.pending, rules.backoff);
  }

  start(call: StreamCall): void {
    if (this.#isClosing) return call.reject(closed(call, this.peer, false));
    const connection = this.#waiting.isCrowded ? undefined : this.#choose();
    if (connection === undefined) this.#waiting.add(call);
    else connection.start(call);
  }

  /** Whether there are none, as where no method streams. */
  get isEmpty(): boolean {
    return this.#connections.size === 0;
  }

  /** Whether plain calls may go over one of them, now. */
  get mixes(): boolean {
    for (const connection of this.#connections) if (connection.mixes) return true;
    return false;
  }

  /** `idle` where there are none. */
  get state(): ChannelState {
    if (this.#isClosing) return 'closed';
    const all = [...this.#connections].filter(({ isOver }) => !isOver);
    if (all.some(({ isConnected }) => isConnected)) return 'ready';
    if (this.#waiting.isFailing) return 'failing';
    return all.length === 0 ? 'idle' : 'connecting';
  }

  /** Sends a plain call over one of them, if its server takes that; false for one that has to go elsewhere. */
  carry(call: Call): boolean {
    for (const connection of this.#connections) if (connection.mixes) return connection.carry(call);
    return false;
  }

  /** Lets streams go on for up to `grace` ms, then ends them. */
  async close(grace: number): Promise<void> {
    this.#isClosing = true;
    this.#onState();
    const cutOff = (call: Call) => closed(call, this.peer, true);
    const end = performance.now() + grace;
    for (const call of await this.#waiting.close(grace)) call.reject(closed(call, this.peer, true, false));
    const left = Math.max(0, end - performance.now());
    await Promise.all(Array.from(this.#connections, connection => connection.close(left, cutOff)));
  }

  eased(): void {
    this.#waiting.handOut(() => this.#choose());
  }

  changed(): void {
    this.#onState();
  }

  proved(): void {
    this.#waiting.succeeded();
  }

  failed(reason: Error | undefined): void {
    this.#waiting.failed(reason && unreachable(undefined, this.peer, reason));
  }

  over(connection: StreamConnection): void {
    this.#connections.delete(connection);
    this.#onState();
  }

  /** One that waits for streams is enough. */
  idle(connection: StreamConnection): void {
    for (const other of this.#connections)
      if (other !== connection && other.isIdle && other.hasRoom) return connection.retire();
  }

  /** One with room, or another one; undefined while the next attempt to connect has to wait. */
  #choose(): StreamConnection | undefined {
    for (const connection of this.#connections) if (connection.hasRoom) return connection;
    if (this.#waiting.isPausing) return undefined;
    const made = new StreamConnection(this.peer, this.#dial, this.#settings, this.#rules, this);
    this.#connections.add(made);
    this.#onState();
    return made;
  }
}
