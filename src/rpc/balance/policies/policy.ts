/** One of several servers, as a policy sees it. */
export interface Candidate {
  /** What it is known by, the same in every process: its address as text. */
  readonly id: string;
  /** Its share of the calls. */
  readonly weight: number;
  /** Calls under way. */
  readonly pending: number;
  /** Whether it takes calls now. */
  readonly isOpen: boolean;
}

/** Chooses the server of each call. It holds what it must remember between two of them. */
export interface Policy<C extends Candidate> {
  /**
   * True when a call with a key belongs to a certain server: it waits for the connection to that one, though others
   * are connected already.
   */
  readonly isSticky: boolean;
  /** These are all servers there are: called before the first choice, and when they change. */
  update(all: readonly C[]): void;
  /** One of those that are open, at least one. The same array comes as long as these are the same. */
  pick(open: readonly C[], key: string | undefined): C;
}

/** A number from 0 to below 1, as Math.random gives. */
export type Random = () => number;
