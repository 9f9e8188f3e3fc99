import type { Limits } from '../../limits.ts';
import type { Call } from '../call.ts';
import type { RequestSettings } from '../requests.ts';
import type { HeartbeatSettings } from '../streaming/heartbeat.ts';
import type { KeepaliveSettings } from './keepalive.ts';
import type { LifetimeSettings } from './lifetime.ts';
import type { PeerHabits } from './reply-order.ts';

/** How a connection speaks. */
export interface ConnectionSettings extends RequestSettings {
  readonly limits: Limits;
  /** Encrypted without a certificate of this end. */
  readonly isUnidentified?: boolean;
  /** Absent: a silent peer is not asked whether it lives. */
  readonly keepalive?: KeepaliveSettings;
  /** Of connections of streams; absent: as is usual. */
  readonly heartbeat?: HeartbeatSettings;
  /** The first call's sequence id. */
  readonly firstSequenceId?: number;
}

/** What a connection may be used for. */
export interface ConnectionRules extends LifetimeSettings {
  /** Calls under way at the same time. */
  readonly inFlight: number;
  /** So many calls time out, one after the other, without a byte received, before the peer is taken for dead. */
  readonly timeouts: number;
}

/** Who made a connection, and wants to know of it. */
export interface ConnectionOwner<Connection> extends PeerHabits {
  /** Whether calls wait for room: then the owner is told when there is some. */
  readonly isCrowded: boolean;
  /** Takes a call that cannot be written here and now. */
  start(call: Call): void;
  /** There may be room for a call. */
  eased(): void;
  /** It was made. */
  made(): void;
  /** The peer has answered for the first time. */
  proved(): void;
  /** It takes no more calls, finishes those under way, and ends. */
  retired(connection: Connection): void;
  /** It could not be made, and these calls, which were to go over it, are not settled. */
  failed(connection: Connection, calls: readonly Call[], reason: Error): void;
  /** It has ended, or was given up before it was made. `refused`: the peer ended it without an answer to any call. */
  over(connection: Connection, refused: boolean): void;
}
