import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A stream that has frames of its own: each write goes into one, and should be one message. */
export interface MessageStream extends Duplex {
  readonly separatesMessages: true;
}

export function separatesMessages(stream: Duplex): stream is MessageStream {
  return 'separatesMessages' in stream;
}

/**
 * Whether a stream has done with bytes when its `writableLength` says so: sockets, and streams of ours that say it of
 * themselves. Any other may keep or hand on what it was given (a PassThrough does, and a pipe behind `Duplex.from`).
 */
export function borrows(stream: Duplex): boolean {
  return stream instanceof Socket || (stream as { readonly borrows?: unknown }).borrows === true;
}

/** Sends what was written, then ends both directions: `destroySoon` of sockets, for any stream. */
export function endSoon(stream: Duplex): void {
  if (stream.writable) stream.end();
  if (stream.writableFinished) stream.destroy();
  else stream.once('finish', () => stream.destroy());
}
