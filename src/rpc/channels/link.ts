import type { Duplex } from 'node:stream';
import type { Limits } from '../../limits.ts';

/** A way to a peer, from the first attempt to make it. */
export interface Link {
  /** The bottom of it: to destroy it ends the link. */
  readonly stream: Duplex;
  /** Keeps the process alive, as it does from the beginning. */
  ref(): void;
  unref(): void;
}

/** Who uses a link. */
export interface LinkOwner {
  /** As errors name the other end. */
  readonly peer: string;
  readonly limits: Limits;
  /** The peer is there: what is written to this stream goes to it. Never called before the link is given. */
  opened(stream: Duplex): void;
  /** Bytes came: the first `length` of them, borrowed. */
  receive(bytes: Buffer, length: number): void;
  /** Where the next bytes would best be read into, which `receive` is then given as `bytes`. */
  readonly room?: Buffer | undefined;
  /** The peer reads nothing more of what is written from now on, and has not closed it yet; where that can be known. */
  leaving?(): void;
  /** It is over, or never came to be; with the reason, where there is one. */
  closed(reason: Error | undefined): void;
}

/** Begins to make a link. */
export type Dial = (owner: LinkOwner) => Link;
