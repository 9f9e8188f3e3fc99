import { RpcError } from '../../errors/rpc-error.ts';
import type { BackoffSettings } from '../backoff.ts';
import type { Call, GivenUp } from '../call.ts';
import { type ChannelState, ChannelStates, type StateListener } from '../channel-state.ts';
import { type Deferred, deferred, startTimer, within } from '../timers.ts';
import { Attempts, defaultReconnect } from './attempts.ts';
import { Connection } from './connection.ts';
import type { ConnectionOwner, ConnectionRules, ConnectionSettings } from './connection-settings.ts';
import { cancelled, closed, exhausted, expiredWaiting, unreachable } from './failures.ts';
import type { Dial } from './link.ts';

export interface PoolSettings extends ConnectionRules {
  /** Connections that take calls, at the same time. */
  readonly max: number;
  readonly backoff: BackoffSettings;
}

export const defaultPool: PoolSettings = Object.freeze({
  max: 4,
  inFlight: Number.POSITIVE_INFINITY,
  timeouts: 3,
  maxAge: Number.POSITIVE_INFINITY,
  idle: Number.POSITIVE_INFINITY,
  patience: 1000,
  backoff: defaultReconnect,
});

/**
 * The connections to one peer: made when calls need them, made again when they were lost, with pauses between attempts
 * that fail. One is enough, unless it has no more room, or the peer may still be at a call that was given up.
 */
export class Pool implements ConnectionOwner<Connection> {
  readonly peer: string;
  answersOutOfOrder = false;
  readonly #dial: Dial;
  readonly #settings: ConnectionSettings;
  readonly #rules: PoolSettings;
  /** Since the first attempt to connect that failed. */
  #attempts: Attempts | undefined;
  /** Those that take calls, and perhaps some that have just ended. */
  #connections: Connection[] = [];
  /** Those that only finish what is under way. */
  #leaving: Set<Connection> | undefined;
  /** Calls that wait for room, or for the next attempt to connect, in their order. */
  #waiting: Set<Call> | undefined;
  #nobodyWaits: Deferred | undefined;
  /** Until the next attempt to connect. */
  #pause: { readonly over: Deferred; readonly timer: NodeJS.Timeout } | undefined;
  /** How many wait for that beside calls. */
  #watchers = 0;
  /** Why the last attempt to connect failed. */
  #failure: RpcError | undefined;
  #closing = false;
  /** Where somebody listens. */
  #states: ChannelStates | undefined;

  constructor(peer: string, dial: Dial, settings: ConnectionSettings, rules: PoolSettings) {
    this.peer = peer;
    this.#dial = dial;
    this.#settings = settings;
    this.#rules = rules;
  }

  /** Gives a call to a connection, or lets it wait for one. */
  start(call: Call): void {
    if (this.#closing) return call.reject(closed(call, this.peer, false));
    this.#place(call);
  }

  /** Waits for a connection, `ms` at most, and says whether there is one. Rejects when an attempt fails. */
  async ready(ms: number): Promise<boolean> {
    const { peer } = this;
    const end = performance.now() + ms;
    while (this.#closing || !this.#connections.some(isReady)) {
      if (this.#closing) throw new RpcError('UNAVAILABLE', 'the client is closed', { peer });
      const left = Math.max(0, end - performance.now());
      const connecting = this.#connections.find(({ isOver }) => !isOver);
      const attempt = connecting ?? (this.#isPausing ? undefined : this.#open());
      if (attempt !== undefined) return await attempt.ready(left);
      if (!(await this.#pauseOver(left))) return false;
    }
    return true;
  }

  /** Takes no more calls, lets those under way finish for up to `grace` ms, then ends all connections. */
  async close(grace: number): Promise<void> {
    this.#closing = true;
    this.#checkState();
    const cutOff = (call: Call, sent: boolean) => closed(call, this.peer, true, sent);
    const end = performance.now() + grace;
    if (this.isCrowded) {
      this.#nobodyWaits = deferred();
      await within(grace, this.#nobodyWaits.promise);
      for (const call of this.#takeWaiting()) call.reject(cutOff(call, false));
    }
    this.#endPause();
    const left = Math.max(0, end - performance.now());
    const all = [...this.#connections, ...(this.#leaving ?? [])];
    await Promise.all(all.map(connection => connection.close(left, cutOff)));
  }

  get state(): ChannelState {
    // That a connection has ended may not have been told yet.
    return this.#checkState();
  }

  /** Tells of each change of the state, until the function that it gives is called. */
  onState(listener: StateListener): () => void {
    this.#states ??= new ChannelStates(this.state);
    return this.#states.listen(listener);
  }

  #checkState(): ChannelState {
    const state = this.#look();
    this.#states?.set(state);
    return state;
  }

  #look(): ChannelState {
    if (this.#closing) return 'closed';
    if (this.#connections.some(isReady)) return 'ready';
    if (this.#attempts?.isFailing === true) return 'failing';
    return this.#connections.every(({ isOver }) => isOver) ? 'idle' : 'connecting';
  }

  /** Whether there is no connection, nobody who waits for one, and one may be made. */
  get isUnused(): boolean {
    return this.#connections.length === 0 && !this.isCrowded && this.#watchers === 0 && !this.#closing;
  }

  get isCrowded(): boolean {
    return this.#waiting !== undefined && this.#waiting.size > 0;
  }

  eased(): void {
    for (const call of this.#waiting ?? []) {
      const connection = this.#choose();
      if (connection === undefined) break;
      this.#waiting?.delete(call);
      connection.start(call);
    }
    this.#checkWaiting();
  }

  made(): void {
    this.#checkState();
  }

  proved(): void {
    this.#attempts?.succeeded();
    this.#failure = undefined;
  }

  retired(connection: Connection): void {
    this.#remove(connection);
    this.#leaving ??= new Set();
    this.#leaving.add(connection);
    this.#checkState();
    // Not at once: it may make room for the very call that is being placed.
    queueMicrotask(() => this.eased());
  }

  failed(connection: Connection, calls: readonly Call[], reason: Error): void {
    this.#remove(connection);
    this.#leaving?.delete(connection);
    this.#countFailure();
    this.#failure = unreachable(undefined, this.peer, reason);
    this.#checkState();
    // Nothing of them was sent: another connection may carry them.
    if (this.#connections.some(({ isOver }) => !isOver)) for (const call of calls) this.#place(call);
    else
      for (const call of [...calls, ...this.#takeWaiting()])
        call.reject(unreachable(call.method.fullName, this.peer, reason));
  }

  over(connection: Connection, refused: boolean): void {
    this.#remove(connection);
    this.#leaving?.delete(connection);
    if (refused) this.#countFailure();
    this.#checkState();
    if (this.isCrowded) this.eased();
  }

  #place(call: Call): void {
    const connection = this.isCrowded ? undefined : this.#choose();
    if (connection === undefined) this.#wait(call);
    else connection.start(call);
  }

  #choose(): Connection | undefined {
    const [first] = this.#connections;
    if (this.#connections.length === 1 && !first!.isOver && first!.hasRoom && !first!.isBlocked) return first;
    return this.#chooseAmong(this.#connections.filter(({ isOver }) => !isOver));
  }

  /** One that answers at once, where there is one or can be; else the one with the fewest calls. */
  #chooseAmong(alive: readonly Connection[]): Connection | undefined {
    const withRoom = alive.filter(({ hasRoom }) => hasRoom);
    const good = leastLoaded(withRoom.filter(({ isBlocked }) => !isBlocked));
    if (good !== undefined) return good;
    if (this.#isPausing || !this.#mayOpen(alive)) return leastLoaded(withRoom);
    return this.#open();
  }

  /** Whether there may be one more. One that nobody waits for any more makes room, but not the only one there may be. */
  #mayOpen(alive: readonly Connection[]): boolean {
    const { max } = this.#rules;
    if (alive.length < max) return true;
    const spare = alive.find(connection => connection.isIdle && (max > 1 || !connection.hasRoom));
    spare?.retire();
    return spare !== undefined;
  }

  #countFailure(): void {
    this.#attempts ??= new Attempts(this.#rules.backoff);
    this.#attempts.failed();
  }

  /** Whether the next attempt to connect has to wait. */
  get #isPausing(): boolean {
    return this.#attempts !== undefined && this.#attempts.pause > 0;
  }

  #open(): Connection {
    const connection = new Connection(this.peer, this.#dial, this.#settings, this.#rules, this);
    this.#connections = [...this.#connections, connection];
    this.#checkState();
    return connection;
  }

  #remove(connection: Connection): void {
    this.#connections = this.#connections.filter(other => other !== connection);
  }

  #wait(call: Call): void {
    const { pending } = this.#settings.limits;
    this.#waiting ??= new Set();
    if (this.#waiting.size >= pending) {
      const what = `${this.#waiting.size} calls wait for a connection (limits.pending)`;
      return call.reject(exhausted(call, this.peer, what));
    }
    this.#waiting.add(call);
    call.arm((given, why, reason) => this.#giveUp(given, why, reason));
    this.#checkWaiting();
  }

  #giveUp(call: Call, why: GivenUp, reason: unknown): RpcError {
    this.#waiting?.delete(call);
    this.#checkWaiting();
    if (why === 'cancelled') return cancelled(call, this.peer, false, reason);
    return expiredWaiting(call, this.peer, this.#failure);
  }

  #takeWaiting(): readonly Call[] {
    const calls = [...(this.#waiting ?? [])];
    this.#waiting = undefined;
    this.#checkWaiting();
    return calls;
  }

  /** While somebody waits for the next attempt to connect, its time is waited for, and keeps the process alive. */
  #checkWaiting(): void {
    if (!this.isCrowded) this.#nobodyWaits?.resolve();
    if (!this.isCrowded && this.#watchers === 0) return this.#endPause();
    if (this.#pause !== undefined || this.#attempts === undefined || !this.#isPausing) return;
    const timer = startTimer(this.#attempts.pause, () => this.#endPause());
    this.#pause = { over: deferred(), timer };
  }

  #endPause(): void {
    if (this.#pause === undefined) return;
    clearTimeout(this.#pause.timer);
    this.#pause.over.resolve();
    this.#pause = undefined;
    if (this.isCrowded) this.eased();
  }

  /** Waits for the next attempt to connect, `ms` at most, and says whether it may begin. */
  async #pauseOver(ms: number): Promise<boolean> {
    this.#watchers++;
    this.#checkWaiting();
    try {
      return this.#pause === undefined || (await within(ms, this.#pause.over.promise));
    } finally {
      this.#watchers--;
      this.#checkWaiting();
    }
  }
}

function isReady(connection: Connection): boolean {
  return connection.isReady;
}

function leastLoaded(connections: readonly Connection[]): Connection | undefined {
  return connections.reduce<Connection | undefined>(
    (least, connection) => (least === undefined || connection.load < least.load ? connection : least),
    undefined,
  );
}
