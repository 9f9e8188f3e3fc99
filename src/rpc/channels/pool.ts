import { RpcError } from '../../errors/rpc-error.ts';
import type { BackoffSettings } from '../backoff.ts';
import type { Call } from '../call.ts';
import type { ChannelState } from '../channel-state.ts';
import { defaultReconnect } from './attempts.ts';
import { Connection } from './connection.ts';
import type { ConnectionOwner, ConnectionRules, ConnectionSettings } from './connection-settings.ts';
import { closed, unreachable } from './failures.ts';
import type { Dial } from './link.ts';
import { QueuedCalls } from './queued-calls.ts';

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
  /** Those that take calls, and perhaps some that have just ended. */
  #connections: Connection[] = [];
  /** Those that only finish what is under way. */
  #leaving: Set<Connection> | undefined;
  readonly #waiting: QueuedCalls;
  readonly #onState: () => void;
  #closing = false;

  /** `onState` is told whenever `state` may have changed. */
  constructor(
    peer: string,
    dial: Dial,
    settings: ConnectionSettings,
    rules: PoolSettings,
    onState: () => void,
  ) {
    this.peer = peer;
    this.#onState = onState;
    this.#waiting = new QueuedCalls(this, settings.limits.pending, rules.backoff);
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
      const attempt = connecting ?? (this.#waiting.isPausing ? undefined : this.#open());
      if (attempt !== undefined) return await attempt.ready(left);
      if (!(await this.#waiting.pauseOver(left))) return false;
    }
    return true;
  }

  /** Takes no more calls, lets those under way finish for up to `grace` ms, then ends all connections. */
  async close(grace: number): Promise<void> {
    this.#closing = true;
    this.#onState();
    const cutOff = (call: Call, sent: boolean) => closed(call, this.peer, true, sent);
    const end = performance.now() + grace;
    for (const call of await this.#waiting.close(grace)) call.reject(cutOff(call, false));
    const left = Math.max(0, end - performance.now());
    const all = [...this.#connections, ...(this.#leaving ?? [])];
    await Promise.all(all.map(connection => connection.close(left, cutOff)));
  }

  get state(): ChannelState {
    if (this.#closing) return 'closed';
    if (this.#connections.some(isReady)) return 'ready';
    if (this.#waiting.isFailing) return 'failing';
    return this.#connections.every(({ isOver }) => isOver) ? 'idle' : 'connecting';
  }

  /** Whether there is no connection, nobody who waits for one, and one may be made. */
  get isUnused(): boolean {
    const { isCrowded, isWatched } = this.#waiting;
    return this.#connections.length === 0 && !isCrowded && !isWatched && !this.#closing;
  }

  get isCrowded(): boolean {
    return this.#waiting.isCrowded;
  }

  eased(): void {
    this.#waiting.handOut(() => this.#choose());
  }

  made(): void {
    this.#onState();
  }

  proved(): void {
    this.#waiting.succeeded();
  }

  retired(connection: Connection): void {
    this.#remove(connection);
    this.#leaving ??= new Set();
    this.#leaving.add(connection);
    this.#onState();
    // Not at once: it may make room for the very call that is being placed.
    queueMicrotask(() => this.eased());
  }

  failed(connection: Connection, calls: readonly Call[], reason: Error): void {
    this.#remove(connection);
    this.#leaving?.delete(connection);
    this.#waiting.failed(unreachable(undefined, this.peer, reason));
    this.#onState();
    // Nothing of them was sent: another connection may carry them.
    if (this.#connections.some(({ isOver }) => !isOver)) for (const call of calls) this.#place(call);
    else
      for (const call of [...calls, ...this.#waiting.take()])
        call.reject(unreachable(call.method.fullName, this.peer, reason));
  }

  over(connection: Connection, refused: boolean): void {
    this.#remove(connection);
    this.#leaving?.delete(connection);
    if (refused) this.#waiting.failed(undefined);
    this.#onState();
    if (this.isCrowded) this.eased();
  }

  #place(call: Call): void {
    const connection = this.isCrowded ? undefined : this.#choose();
    if (connection === undefined) this.#waiting.add(call);
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
    if (this.#waiting.isPausing || !this.#mayOpen(alive)) return leastLoaded(withRoom);
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

  #open(): Connection {
    const connection = new Connection(this.peer, this.#dial, this.#settings, this.#rules, this);
    this.#connections = [...this.#connections, connection];
    this.#onState();
    return connection;
  }

  #remove(connection: Connection): void {
    this.#connections = this.#connections.filter(other => other !== connection);
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
