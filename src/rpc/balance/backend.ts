import { RpcError } from '../../errors/rpc-error.ts';
import { type BackoffSettings, pauseAfter } from '../backoff.ts';
import type { Call } from '../call.ts';
import type { Channel } from '../channel.ts';
import { defaultGrace } from '../channel.ts';
import { startTimer } from '../timers.ts';
import { Outlier, type OutlierSettings } from './outlier.ts';
import type { Candidate, Random } from './policies/policy.ts';
import type { Endpoint } from './resolver.ts';

/** What is the same for all backends of a channel. */
export interface BackendSettings {
  /** Makes the channel to a server, which connects when it is used. Throws a TypeError for an address that is none. */
  readonly open: (endpoint: Endpoint) => Channel;
  /** ms for an attempt to connect. */
  readonly connectTimeout: number;
  readonly backoff: BackoffSettings;
  /** Absent: how servers answer does not matter. */
  readonly outlier: OutlierSettings | undefined;
  readonly random: Random;
}

/** Who is told what becomes of a backend. */
export interface BackendOwner {
  connected(backend: Backend): void;
  /** It could not be connected to; it is passed over until `retryAt`. */
  unreachable(backend: Backend, reason: unknown): void;
  /** It takes long to connect: those who need not wait for it may try another. */
  slow(backend: Backend): void;
  /** Its connection was lost. */
  lost(backend: Backend): void;
  /** It takes no more calls on the connection that it had: because it leaves, or because that was old. */
  retired(backend: Backend): void;
  /** Its channel's state has changed. */
  changed(): void;
  /** It answers badly. Whether it is passed over for that depends on the others. */
  misbehaves(backend: Backend): void;
}

/** ms for an attempt to connect, before another server is tried beside it: as for the addresses of one host (RFC 8305). */
const PATIENCE = 250;

/** `idle`: not connected yet, or no more. `down`: it could not be connected to, and is not tried for a while. */
export type BackendState = 'idle' | 'connecting' | 'ready' | 'down';

/** One of a channel's servers. It is connected to before it is given calls. */
export class Backend implements Candidate {
  readonly id: string;
  weight: number;
  priority: number;
  pending = 0;
  isOpen = false;
  state: BackendState = 'idle';
  /** When it may be tried again, while it is down. */
  retryAt = 0;
  /** True while it takes long to connect. */
  isSlow = false;
  /** True when it belongs to the channel no more. */
  isGone = false;
  readonly outlier: Outlier | undefined;
  readonly #endpoint: Endpoint;
  readonly #settings: BackendSettings;
  readonly #owner: BackendOwner;
  #channel: Channel | undefined;
  #failures = 0;

  constructor(id: string, endpoint: Endpoint, settings: BackendSettings, owner: BackendOwner) {
    this.id = id;
    this.weight = endpoint.weight ?? 1;
    this.priority = endpoint.priority ?? 0;
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#owner = owner;
    this.outlier = settings.outlier && new Outlier(settings.outlier);
  }

  get isEjected(): boolean {
    return this.outlier !== undefined && this.outlier.ejectedUntil > 0;
  }

  /** Whether its connection is still there. */
  get isReady(): boolean {
    return this.state === 'ready' && this.#channel?.state === 'ready';
  }

  /** True when the connection it had is there no more, as only shows when it is looked at. */
  checkLost(): boolean {
    if (this.state !== 'ready' || this.isReady) return false;
    this.state = 'idle';
    return true;
  }

  /** Gives it a call. Only while it is ready. */
  start(call: Call): void {
    this.pending++;
    call.whenSettled(this.#settled);
    this.#channel!.start(call);
  }

  /** Begins to connect, unless that is under way. The owner is told how it went, never before this returns. */
  connect(): void {
    if (this.state === 'connecting') return;
    this.state = 'connecting';
    void this.#attempt();
  }

  /** Lets its calls finish for up to `grace` ms. */
  async close(grace: number = defaultGrace): Promise<void> {
    this.isGone = true;
    // An attempt to connect that no call waits for any more is not worth waiting for.
    const isWorthless = this.state === 'connecting' && this.pending === 0;
    await this.#channel?.close({ grace: isWorthless ? 0 : grace });
  }

  async #attempt(): Promise<void> {
    const timer = startTimer(PATIENCE, () => this.#beSlow()).unref();
    try {
      // A channel that cannot be made at all is no different from one that cannot connect: both fail later.
      await undefined;
      if (this.isGone) return;
      this.#channel ??= this.#open();
      await this.#channel.ready(this.#settings.connectTimeout);
    } catch (reason) {
      if (!this.isGone) this.#failed(reason);
      return;
    } finally {
      clearTimeout(timer);
    }
    if (this.isGone) return;
    this.state = 'ready';
    this.isSlow = false;
    this.#failures = 0;
    this.#owner.connected(this);
  }

  #open(): Channel {
    const channel = this.#settings.open(this.#endpoint);
    channel.onState(state => {
      this.#owner.changed();
      if (state !== 'ready' && this.state === 'ready' && !this.isGone) this.#owner.retired(this);
    });
    return channel;
  }

  #beSlow(): void {
    if (this.isGone) return;
    this.isSlow = true;
    this.#owner.slow(this);
  }

  #failed(reason: unknown): void {
    this.state = 'down';
    this.isSlow = false;
    this.#failures++;
    const { random, backoff: settings } = this.#settings;
    this.retryAt = performance.now() + pauseAfter(this.#failures, settings, random());
    this.#owner.unreachable(this, reason);
  }

  readonly #settled = (error: unknown): void => {
    this.pending--;
    if (this.isGone) return;
    if (isLoss(error) && !this.isReady) {
      // All calls that are lost with a connection are one failure: a server that was restarted is as good as before.
      if (this.state !== 'ready') return;
      this.state = 'idle';
      this.#owner.lost(this);
    }
    if (this.outlier === undefined) return;
    const isGood = judge(error);
    if (isGood === true) this.outlier.succeeded();
    else if (isGood === false && this.outlier.failed(performance.now())) this.#owner.misbehaves(this);
  };
}

/** Whether the connection may be there no more. */
function isLoss(error: unknown): boolean {
  return error instanceof RpcError && error.code === 'UNAVAILABLE' && error.phase !== 'answered';
}

/** What the end of a call says about the server; undefined where it says nothing. */
function judge(error: unknown): boolean | undefined {
  if (error === undefined) return true;
  if (!(error instanceof RpcError)) {
    // An argument or a header that was refused: nothing was sent. Else an exception that the method declares.
    return error instanceof TypeError ? undefined : true;
  }
  const { code } = error;
  if (code === 'CANCELLED' || code === 'RESOURCE_EXHAUSTED') return undefined;
  return code !== 'UNAVAILABLE' && code !== 'DEADLINE_EXCEEDED' && code !== 'INTERNAL';
}
