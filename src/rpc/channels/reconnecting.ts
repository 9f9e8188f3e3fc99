import { RpcError } from '../../errors/rpc-error.ts';
import type { Call } from '../call.ts';
import { type Channel, type CloseOptions, defaultGrace } from '../channel.ts';
import { type ChannelState, ChannelStates, type StateListener } from '../channel-state.ts';
import { type Dialect, dialects } from '../dialect.ts';
import { StreamCall } from '../streaming/stream-call.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { expiredBefore } from './failures.ts';
import type { Dial } from './link.ts';
import { defaultPool, Pool, type PoolSettings } from './pool.ts';
import { StreamPool } from './stream-pool.ts';

/** A channel over connections that stay: made when first needed, made again when they were lost. */
export class ReconnectingChannel implements Channel {
  readonly peer: string;
  readonly dialect: Dialect;
  readonly hasHeaders: boolean;
  readonly carriesStreams: boolean;
  readonly prefersStreams: boolean;
  /** Whether plain calls are as they are wanted beside streams: in binary, not compressed, any number at the same time. */
  readonly #mixes: boolean;
  readonly #pool: Pool;
  readonly #streams: StreamPool;
  /** Where somebody listens. */
  #states: ChannelStates | undefined;

  /** `carriesStreams`: whether another connection, beside those for plain calls, leads to the same peer. */
  constructor(
    peer: string,
    dial: Dial,
    settings: ConnectionSettings,
    pool: PoolSettings = defaultPool,
    carriesStreams = true,
  ) {
    this.carriesStreams = carriesStreams;
    this.prefersStreams = carriesStreams && settings.transport.name === 'ttheader';
    const isLimited = pool.inFlight < Number.POSITIVE_INFINITY;
    this.#mixes = settings.dialect === dialects.binary && !settings.zlib && !isLimited;
    this.#streams = new StreamPool(peer, dial, settings, pool, () => this.#changed());
    this.dialect = settings.dialect;
    this.hasHeaders = settings.transport.hasHeaders;
    this.peer = peer;
    this.#pool = new Pool(peer, dial, settings, pool, () => this.#changed());
  }

  /**
   * That of the connections for plain calls and of those for streams: `ready` while there is one of either kind, else that
   * of the first kind, while it is not `idle`.
   */
  get state(): ChannelState {
    const state = this.#look();
    // That a connection has ended may not have been told yet.
    this.#states?.set(state);
    return state;
  }

  onState(listener: StateListener): () => void {
    this.#states ??= new ChannelStates(this.state);
    return this.#states.listen(listener);
  }

  start(call: Call): void {
    if (call.timeout <= 0) return call.reject(expiredBefore(call, this.peer));
    if (call instanceof StreamCall) this.#streams.start(call);
    else if (this.#streams.isEmpty || !this.#isCarriedByStreams(call)) this.#pool.start(call);
  }

  /** Whether a plain call goes beside streams: where that saves a connection. */
  #isCarriedByStreams(call: Call): boolean {
    return this.#mixes && this.#pool.isUnused && this.#streams.carry(call);
  }

  /** Where plain calls may go beside streams, a connection of streams that is there will do. */
  async ready(timeout = 30_000): Promise<void> {
    if (this.#mixes && this.#pool.isUnused && this.#streams.mixes) return;
    if (await this.#pool.ready(timeout)) return;
    const text = `no connection to ${this.peer} within ${timeout} ms`;
    throw new RpcError('DEADLINE_EXCEEDED', text, { peer: this.peer });
  }

  async close({ grace = defaultGrace }: CloseOptions = {}): Promise<void> {
    await Promise.all([this.#pool.close(grace), this.#streams.close(grace)]);
  }

  #look(): ChannelState {
    const [own, streams] = [this.#pool.state, this.#streams.state];
    return own === 'idle' || (streams === 'ready' && own !== 'closed') ? streams : own;
  }

  #changed(): void {
    this.#states?.set(this.#look());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
