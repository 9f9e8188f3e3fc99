import type { IncomingMessage } from 'node:http';
import type { Headers } from '../transport/envelope.ts';
import { builtins } from './builtins.ts';

/** What HTTP says with these is of one message or one connection (RFC 9110, 6.6.2, 7.6.1 and 8.6): `node:http` says it. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What came with an HTTP request or response, by names in lower case; without what HTTP says itself, so that all of it
 * may be passed on with another call.
 */
export function headersOf({ headers }: IncomingMessage): Headers {
  const entries = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !reserved.has(name),
  );
  return new Map(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]));
}

/** Throws a TypeError for metadata that HTTP has no place for. */
export function checkMetadata(headers: Headers): void {
  for (const [name, value] of headers) {
    if (reserved.has(name.toLowerCase())) {
      const text = 'HTTP has this name for what it says of a message or a connection itself; try another one';
      throw new TypeError(`metadata.${name}: ${text}`);
    }
    builtins.http.validateHeaderName(name);
    builtins.http.validateHeaderValue(name, value);
  }
}
