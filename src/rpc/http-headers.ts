import type { IncomingMessage } from 'node:http';
import type { Headers } from '../transport/envelope.ts';

/** The headers of an HTTP request or response, by their names in lower case. */
export function headersOf({ headers }: IncomingMessage): Headers {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return new Map(entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]));
}
