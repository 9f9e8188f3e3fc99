import { buffered } from '../buffered.ts';
import { framed } from '../framed.ts';
import type { Transport } from '../transport.ts';

/**
 * What goes through the stream of a negotiated connection: each message is written as a frame, as nonblocking peers
 * expect it, and read whatever the frames were, for others cut them as they please.
 */
export const saslFramed: Transport = { ...framed, cutter: buffered.cutter };
