import type { Layer } from '../../transport/recognise.ts';
import type { Caller } from '../context.ts';

/** A connection, as it comes in. */
export interface Arrival {
  readonly caller: Caller;
  /** What it was unwrapped from, outermost first. */
  readonly around: readonly Layer[];
}
