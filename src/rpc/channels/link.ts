import type { Duplex } from 'node:stream';

/** A way to a peer, from the first attempt to make it: what is written waits until it is there. */
export interface Link {
  readonly stream: Duplex;
  /** Keeps the process alive, as it does from the beginning. */
  ref(): void;
  unref(): void;
}

/** Who uses a link. */
export interface LinkOwner {
  /** What is written goes to the peer from now on. */
  opened(): void;
  /** Bytes came: the first `length` of them, borrowed. */
  receive(bytes: Buffer, length: number): void;
}

/** Begins to make a link. What goes wrong is told by its stream: `error`, then `close`. */
export type Dial = (owner: LinkOwner) => Link;
