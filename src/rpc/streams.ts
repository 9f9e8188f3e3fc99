import type { Duplex } from 'node:stream';

/** A stream that has frames of its own: each write goes into one, and should be one message. */
export interface MessageStream extends Duplex {
  readonly separatesMessages: true;
}

export function separatesMessages(stream: Duplex): stream is MessageStream {
  return 'separatesMessages' in stream;
}

/** Sends what was written, then ends both directions: `destroySoon` of sockets, for any stream. */
export function endSoon(stream: Duplex): void {
  if (stream.writable) stream.end();
  if (stream.writableFinished) stream.destroy();
  else stream.once('finish', () => stream.destroy());
}
