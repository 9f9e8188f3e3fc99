import type { RpcError } from '../../errors/rpc-error.ts';
import type { BackoffSettings } from '../backoff.ts';
import type { Call, GivenUp } from '../call.ts';
import { type Deferred, deferred, startTimer, within } from '../timers.ts';
import { Attempts } from './attempts.ts';
import { cancelled, exhausted, expiredWaiting } from './failures.ts';

/** What lets calls wait. */
export interface QueuedCallsOwner {
  readonly peer: string;
  /** The next attempt to connect may begin. */
  eased(): void;
}

/** The calls to one peer that wait for room on a connection, or for the next attempt to make one. */
export class QueuedCalls {
  readonly #owner: QueuedCallsOwner;
  /** How many may wait. */
  readonly #most: number;
  readonly #backoff: BackoffSettings;
  /** Since the first attempt to connect that failed. */
  #attempts: Attempts | undefined;
  /** Why the last one did. */
  #failure: RpcError | undefined;
  /** In their order. */
  #calls: Set<Call> | undefined;
  #nobodyWaits: Deferred | undefined;
  /** Until the next attempt to connect. */
  #pause: { readonly over: Deferred; readonly timer: NodeJS.Timeout } | undefined;
  /** How many wait for that beside calls. */
  #watchers = 0;
  #isAskingAgain = false;

  constructor(owner: QueuedCallsOwner, most: number, backoff: BackoffSettings) {
    this.#owner = owner;
    this.#most = most;
    this.#backoff = backoff;
  }

  /** Whether there are any. */
  get isCrowded(): boolean {
    return this.#calls !== undefined && this.#calls.size > 0;
  }

  /** Whether others wait for the next attempt to connect. */
  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  /** Whether the last attempt to connect failed. */
  get isFailing(): boolean {
    return this.#attempts?.isFailing === true;
  }

  /** Whether the next attempt to connect has to wait. */
  get isPausing(): boolean {
    return this.#attempts !== undefined && this.#attempts.pause > 0;
  }

  /** An attempt to connect has failed, or the peer closed what it made before it answered anything. */
  failed(reason: RpcError | undefined): void {
    this.#attempts ??= new Attempts(this.#backoff);
    this.#attempts.failed();
    if (reason !== undefined) this.#failure = reason;
  }

  /** The peer has answered. */
  succeeded(): void {
    this.#attempts?.succeeded();
    this.#failure = undefined;
  }

  add(call: Call): void {
    this.#calls ??= new Set();
    if (this.#calls.size >= this.#most) {
      const what = `${this.#calls.size} calls wait for a connection (limits.pending)`;
      return call.reject(exhausted(call, this.#owner.peer, what));
    }
    this.#calls.add(call);
    call.arm((given, why, reason) => this.#giveUp(given, why, reason));
    call.whenSettled(() => {
      if (this.#calls?.delete(call)) this.#check();
    });
    this.#check();
  }

  /** Gives them, in their order, to whoever takes the next one, as long as there is somebody. */
  handOut(next: () => { start(call: Call): void } | undefined): void {
    for (const call of this.#calls ?? []) {
      const taker = next();
      if (taker === undefined) break;
      this.#calls?.delete(call);
      taker.start(call);
    }
    this.#check();
  }

  /** Takes all of them out. */
  take(): readonly Call[] {
    const calls = [...(this.#calls ?? [])];
    this.#calls = undefined;
    this.#check();
    return calls;
  }

  /** Lets them find a connection for up to `grace` ms; gives those that have not. */
  async close(grace: number): Promise<readonly Call[]> {
    if (this.isCrowded) {
      this.#nobodyWaits ??= deferred();
      await within(grace, this.#nobodyWaits.promise);
    }
    const left = this.take();
    this.#endPause();
    return left;
  }

  /** Waits for the next attempt to connect, `ms` at most, and says whether it may begin. */
  async pauseOver(ms: number): Promise<boolean> {
    this.#watchers++;
    this.#check();
    try {
      return this.#pause === undefined || (await within(ms, this.#pause.over.promise));
    } finally {
      this.#watchers--;
      this.#check();
    }
  }

  #giveUp(call: Call, why: GivenUp, reason: unknown): RpcError {
    const { peer } = this.#owner;
    if (why === 'cancelled') return cancelled(call, peer, false, reason);
    return expiredWaiting(call, peer, this.#failure);
  }

  /** While somebody waits for the next attempt to connect, its time is waited for, and keeps the process alive. */
  #check(): void {
    if (!this.isCrowded) {
      this.#nobodyWaits?.resolve();
      this.#nobodyWaits = undefined;
    }
    if (!this.isCrowded && this.#watchers === 0) return this.#endPause();
    if (this.#pause !== undefined || this.#attempts === undefined) return;
    if (!this.isPausing) return this.#askAgain();
    const timer = startTimer(this.#attempts.pause, () => this.#endPause());
    this.#pause = { over: deferred(), timer };
  }

  /**
   * The pause may have come to its end since there was no connection for a call, and nobody else would say so. Once: where
   * there is still none, the calls wait for room.
   */
  #askAgain(): void {
    if (this.#isAskingAgain || !this.isCrowded || !this.isFailing) return;
    this.#isAskingAgain = true;
    queueMicrotask(() => {
      this.#owner.eased();
      this.#isAskingAgain = false;
    });
  }

  #endPause(): void {
    if (this.#pause === undefined) return;
    clearTimeout(this.#pause.timer);
    this.#pause.over.resolve();
    this.#pause = undefined;
    if (this.isCrowded) this.#owner.eased();
  }
}
