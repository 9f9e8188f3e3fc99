import type { Duplex } from 'node:stream';

/** Sends what was written, then ends both directions: `destroySoon` of sockets, for any stream. */
export function endSoon(stream: Duplex): void {
  if (stream.writable) stream.end();
  if (stream.writableFinished) stream.destroy();
  else stream.once('finish', () => stream.destroy());
}
