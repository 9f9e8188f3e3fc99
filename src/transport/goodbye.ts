import type { Headers } from './envelope.ts';

/** A header by which a server says that it will close the connection: what is under way it still answers. */
export type Goodbye = readonly [name: string, value: string];

/** Kitex's, in TTHeader. */
export const CRRST: Goodbye = ['crrst', '1'];
/** Envoy's and fbthrift's, in THeader. */
export const DRAIN: Goodbye = [':drain', 'true'];

/** Whether a peer says that it takes no more calls on this connection. */
export function saysGoodbye(headers: Headers): boolean {
  return headers.get(CRRST[0]) === CRRST[1] || headers.get(DRAIN[0]) === DRAIN[1];
}
