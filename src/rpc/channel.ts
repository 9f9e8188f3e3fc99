import type { Call } from './call.ts';
import type { ChannelState, StateListener } from './channel-state.ts';
import type { Dialect } from './dialect.ts';

/** Anything that can carry a call. */
export interface Channel {
  /** The other end as errors name it: `127.0.0.1:9000`. */
  readonly peer: string;
  /** What its calls are written in. */
  readonly dialect: Dialect;
  /** Whether metadata travels with calls and replies. */
  readonly hasHeaders: boolean;
  readonly state: ChannelState;
  /** Tells of each change of `state`, right after it, until the function that it gives is called. */
  onState(listener: StateListener): () => void;
  /** Whether it takes calls of methods that stream: a `StreamCall` is one. Absent: it does not. */
  readonly carriesStreams?: boolean;
  /** Whether calls of methods that are declared unary streams go over streams as well. Absent: they do not. */
  readonly prefersStreams?: boolean;
  /** Takes over a call that is not settled, and settles it, whatever happens. Never throws. */
  start(call: Call): void;
  /** Resolves when calls can be sent without waiting for a connection; rejects with the reason why not. */
  ready(timeout?: number): Promise<void>;
  /** Takes no more calls, lets those under way finish for up to `grace` ms (default 10,000), then closes. */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface CloseOptions {
  /** ms that calls under way may still take. Default: 10,000. */
  readonly grace?: number;
}

export const defaultGrace = 10_000;
