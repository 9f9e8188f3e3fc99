/**
 * What a channel can do for a call. `idle`: there is no connection, the next call makes one; `connecting`: one is being
 * made; `ready`: calls are sent at once; `failing`: the last attempt to connect failed, or what it made was closed
 * before the first answer, and calls may wait for the next one; `closed`: no more calls are taken. Streams are calls here:
 * a channel is `ready` while it has a connection of either kind.
 */
export type ChannelState = 'idle' | 'connecting' | 'ready' | 'failing' | 'closed';

export type StateListener = (state: ChannelState) => void;

/** A channel's state, and who is told of it. */
export class ChannelStates {
  #state: ChannelState;
  #listeners: Set<StateListener> | undefined;

  constructor(state: ChannelState) {
    this.#state = state;
  }

  get current(): ChannelState {
    return this.#state;
  }

  /** Changes it, for ever when it is `closed`. */
  set(state: ChannelState): void {
    if (state === this.#state || this.#state === 'closed') return;
    this.#state = state;
    // Later, for they may do anything, and whoever says so is in the middle of something.
    for (const listener of this.#listeners ?? []) queueMicrotask(() => this.#tell(listener, state));
  }

  /** Tells of each change, until the function that it gives is called. */
  listen(listener: StateListener): () => void {
    if (typeof listener !== 'function')
      throw new TypeError(`onState: expected a function, got ${String(listener)}`);
    // Its own, so that one function may listen twice.
    const own: StateListener = state => listener(state);
    this.#listeners ??= new Set();
    this.#listeners.add(own);
    return () => {
      this.#listeners?.delete(own);
    };
  }

  #tell(listener: StateListener, state: ChannelState): void {
    if (this.#listeners?.has(listener)) listener(state);
  }
}
