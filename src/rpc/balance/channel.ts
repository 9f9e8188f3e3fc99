import { RpcError } from '../../errors/rpc-error.ts';
import type { Address } from '../address.ts';
import type { Call } from '../call.ts';
import { type Channel, type CloseOptions, defaultGrace } from '../channel.ts';
import { type ChannelState, ChannelStates, type StateListener } from '../channel-state.ts';
import { cancelled, closed, exhausted, expiredBefore } from '../channels/failures.ts';
import type { CallSettings } from '../client/settings.ts';
import type { Dialect } from '../dialect.ts';
import { type Deferred, deferred, startTimer, within } from '../timers.ts';
import type { Backend, BackendOwner, BackendSettings } from './backend.ts';
import { idOf } from './endpoints.ts';
import {
  deserted,
  expiredWaiting,
  type Refusal,
  unknownBackend,
  unreachable,
  unresolved,
} from './failures.ts';
import { Members } from './members.ts';
import { makePolicy, type PolicyName } from './policies/policies.ts';
import type { Endpoint, Resolver, ResolverWatcher, Watch } from './resolver.ts';

export interface BalanceSettings extends BackendSettings {
  readonly dialect: Dialect;
  readonly hasHeaders: boolean;
  readonly carriesStreams: boolean;
  readonly prefersStreams: boolean;
  readonly policy: PolicyName;
  /** Calls that may wait for a server at the same time. */
  readonly pending: number;
}

/** What a call may say about where it goes. */
type Routing = Partial<Pick<CallSettings, 'hashKey' | 'backend'>>;

/** Who waits for a server. */
interface Waiter extends Routing {
  /** The one that is being connected to. Absent: it is not known yet which there are. */
  on: Backend | undefined;
  /** How many could not be connected to while it waited for them. */
  failures: number;
  give(backend: Backend): void;
  refuse(why: Refusal): void;
}

/**
 * A channel to many servers, with a channel of its own to each: which there are, a resolver says, and which of them
 * gets a call, a policy. Servers are connected to before they are given calls, so that one that cannot be reached gets
 * none while others live. It does nothing until it is used.
 */
export class BalancedChannel implements Channel {
  readonly peer: string;
  readonly dialect: Dialect;
  readonly hasHeaders: boolean;
  readonly carriesStreams: boolean;
  readonly prefersStreams: boolean;
  readonly #resolver: Resolver;
  readonly #settings: BalanceSettings;
  readonly #members: Members;
  readonly #waiting = new Set<Waiter>();
  /** Those that the resolver names no more, until their calls have ended. */
  readonly #leaving = new Set<Backend>();
  #watch: Watch | undefined;
  #isWatching = false;
  /** The resolver has said which servers there are. */
  #isResolved = false;
  /** Why it could not, the last time. */
  #failure: Error | undefined;
  #closing = false;
  #isClosed = false;
  /** Keeps the process alive while calls wait: what a resolver does may not. */
  #hold: NodeJS.Timeout | undefined;
  #nobodyWaits: Deferred | undefined;
  readonly #states = new ChannelStates('idle');

  constructor(resolver: Resolver, settings: BalanceSettings) {
    this.peer = resolver.name;
    this.dialect = settings.dialect;
    this.hasHeaders = settings.hasHeaders;
    this.carriesStreams = settings.carriesStreams;
    this.prefersStreams = settings.prefersStreams;
    this.#resolver = resolver;
    this.#settings = settings;
    this.#members = new Members(makePolicy(settings.policy, settings.random), settings, this.#owner);
  }

  /** That of the server that is best off. */
  get state(): ChannelState {
    this.#checkState();
    return this.#states.current;
  }

  onState(listener: StateListener): () => void {
    return this.#states.listen(listener);
  }

  start(call: Call): void {
    if (this.#closing) return call.reject(closed(call, this.peer, false));
    if (call.timeout <= 0) return call.reject(expiredBefore(call, this.peer));
    this.#begin();
    const chosen = this.#choose(call.settings);
    if (typeof chosen === 'function') call.reject(chosen(call));
    else if (chosen?.state === 'ready') chosen.start(call);
    else this.#await(call, chosen);
  }

  async ready(timeout = 30_000): Promise<void> {
    const { peer } = this;
    if (this.#closing) throw new RpcError('UNAVAILABLE', 'the client is closed', { peer });
    this.#begin();
    const { promise, resolve, reject } = deferred();
    const waiter: Waiter = {
      on: undefined,
      failures: 0,
      give: () => resolve(),
      refuse: why => reject(why(undefined)),
    };
    this.#place(waiter);
    try {
      if (await within(timeout, promise)) return;
    } finally {
      this.#forget(waiter);
    }
    throw new RpcError('DEADLINE_EXCEEDED', `no connection to ${peer} within ${timeout} ms`, { peer });
  }

  async close({ grace = defaultGrace }: CloseOptions = {}): Promise<void> {
    this.#closing = true;
    this.#checkState();
    const end = performance.now() + grace;
    if (this.#waiting.size > 0) {
      this.#nobodyWaits ??= deferred();
      await within(grace, this.#nobodyWaits.promise);
      for (const waiter of this.#waiting) waiter.refuse(call => this.#cutOff(call));
    }
    this.#isClosed = true;
    this.#watch?.close();
    const left = Math.max(0, end - performance.now());
    await Promise.all([...this.#members, ...this.#leaving].map(backend => backend.close(left)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #begin(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#watch = this.#resolver.watch(this.#watcher);
    this.#checkState();
  }

  /**
   * A server to give a call, or one to wait for, which is being connected to; why there is none; or undefined while it
   * is not known which there are.
   */
  #choose({ hashKey, backend: address }: Routing): Backend | Refusal | undefined {
    if (!this.#isResolved) {
      if (this.#failure === undefined) return undefined;
      this.#watch?.refresh();
      return unresolved(this.peer, this.#failure);
    }
    const members = this.#members;
    if (address !== undefined) return this.#named(address);
    if (members.size === 0) {
      this.#watch?.refresh();
      return deserted(this.peer);
    }
    for (;;) {
      const backend = members.pick(hashKey);
      if (backend.state === 'ready') return backend;
      this.#connect(backend);
      if (members.isBound(hashKey) || !members.hasReady) return backend;
    }
  }

  #named(address: Address): Backend | Refusal {
    const backend = this.#members.get(address);
    if (backend === undefined) {
      this.#watch?.refresh();
      return unknownBackend(
        this.peer,
        idOf(address),
        Array.from(this.#members, ({ id }) => id),
      );
    }
    if (backend.checkLost() || backend.state !== 'ready') this.#connect(backend);
    return backend;
  }

  #connect(backend: Backend): void {
    backend.connect();
    this.#changed();
  }

  #changed(): void {
    this.#members.changed();
    this.#checkState();
  }

  #checkState(): void {
    if (this.#closing) return this.#states.set('closed');
    if (!this.#isWatching) return;
    if (!this.#isResolved) return this.#states.set(this.#failure === undefined ? 'connecting' : 'failing');
    const all = [...this.#members];
    if (all.some(({ isReady }) => isReady)) this.#states.set('ready');
    else if (all.some(({ state }) => state === 'connecting')) this.#states.set('connecting');
    else this.#states.set(all.length === 0 || all.some(({ state }) => state === 'down') ? 'failing' : 'idle');
  }

  #await(call: Call, on: Backend | undefined): void {
    const { hashKey, backend } = call.settings;
    const { pending } = this.#settings;
    if (this.#waiting.size >= pending) {
      return call.reject(exhausted(call, this.peer, `${pending} calls wait for a server (limits.pending)`));
    }
    const waiter: Waiter = {
      hashKey,
      backend,
      on,
      failures: 0,
      give: chosen => chosen.start(call),
      refuse: why => call.reject(why(call)),
    };
    call.whenSettled(() => this.#forget(waiter));
    call.arm((_, why, reason) => {
      if (why === 'expired') return expiredWaiting(call, this.peer, waiter.on?.id);
      return cancelled(call, waiter.on?.id ?? this.peer, false, reason);
    });
    this.#remember(waiter);
  }

  /** Gives a waiter a server, or lets it wait on. */
  #place(waiter: Waiter): void {
    const chosen = this.#choose(waiter);
    if (typeof chosen === 'function') {
      this.#forget(waiter);
      waiter.refuse(chosen);
    } else if (chosen?.state === 'ready') {
      this.#forget(waiter);
      waiter.give(chosen);
    } else {
      waiter.on = chosen;
      this.#remember(waiter);
    }
  }

  #remember(waiter: Waiter): void {
    this.#waiting.add(waiter);
    this.#hold ??= startTimer(Number.POSITIVE_INFINITY, () => {});
  }

  #forget(waiter: Waiter): void {
    if (!this.#waiting.delete(waiter) || this.#waiting.size > 0) return;
    clearTimeout(this.#hold);
    this.#hold = undefined;
    this.#nobodyWaits?.resolve();
  }

  /** Those that wait, as they are now: to give one its server may settle others. */
  #waitersFor(condition: (waiter: Waiter) => boolean): readonly Waiter[] {
    return [...this.#waiting].filter(condition);
  }

  /** Whether any server will do. */
  #isFree({ backend, hashKey }: Waiter): boolean {
    return backend === undefined && !this.#members.isBound(hashKey);
  }

  #cutOff(call: Call | undefined): RpcError {
    if (call !== undefined) return closed(call, this.peer, true);
    return new RpcError('CANCELLED', 'the client was closed', { peer: this.peer });
  }

  #leave(backend: Backend): void {
    this.#leaving.add(backend);
    const done = () => this.#leaving.delete(backend);
    // Each of its calls has a deadline of its own.
    void backend.close(Number.POSITIVE_INFINITY).then(done);
  }

  readonly #watcher: ResolverWatcher = {
    update: endpoints => this.#update(endpoints),
    failed: error => {
      if (this.#isClosed) return;
      this.#failure = error;
      if (this.#isResolved) return;
      this.#checkState();
      for (const waiter of this.#waitersFor(() => true)) this.#place(waiter);
    },
  };

  #update(endpoints: readonly Endpoint[]): void {
    if (this.#isClosed) return;
    let gone: readonly Backend[];
    try {
      gone = this.#members.update(endpoints);
    } catch (error) {
      return this.#watcher.failed(error as Error);
    }
    this.#isResolved = true;
    this.#failure = undefined;
    for (const backend of gone) this.#leave(backend);
    for (const waiter of this.#waitersFor(({ on }) => on === undefined || on.isGone)) this.#place(waiter);
    this.#checkState();
  }

  readonly #owner: BackendOwner = {
    connected: backend => {
      this.#changed();
      const isServed = (waiter: Waiter) => waiter.on === backend || this.#isFree(waiter);
      for (const waiter of this.#waitersFor(isServed)) this.#place(waiter);
    },
    slow: backend => {
      this.#members.changed();
      const isStuck = (waiter: Waiter) => waiter.on === backend && this.#isFree(waiter);
      for (const waiter of this.#waitersFor(isStuck)) this.#place(waiter);
    },
    unreachable: (backend, reason) => {
      const members = this.#members;
      this.#changed();
      this.#watch?.refresh();
      const why = unreachable(this.peer, members.size, reason);
      for (const waiter of this.#waitersFor(({ on }) => on === backend)) {
        waiter.failures++;
        const isLast = waiter.backend !== undefined || waiter.failures >= members.size || !members.hasHope;
        if (!isLast) this.#place(waiter);
        else {
          this.#forget(waiter);
          waiter.refuse(why);
        }
      }
    },
    changed: () => this.#checkState(),
    lost: () => {
      this.#changed();
      this.#watch?.refresh();
    },
    retired: () => this.#watch?.refresh(),
    misbehaves: backend => this.#members.eject(backend),
  };
}
