import type { Limits } from '../limits.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Framing } from './dialect.ts';
import { FramedCutter } from './framed.ts';
import type { Cutter } from './inbox.ts';
import { UnframedCutter } from './unframed.ts';

/** What cuts a peer's messages out of its bytes. */
export function cutterFor(framing: Framing, protocol: Protocol, limits: Limits): Cutter {
  return framing === 'framed' ? new FramedCutter(limits) : new UnframedCutter(protocol, limits);
}
