import type { Headers } from './envelope.ts';

/*
 * By which a server says that it will close the connection: what is under way it still answers. `crrst` is Kitex's
 * (TTHeader), `:drain` is Envoy's and fbthrift's (THeader).
 */
const CRRST = 'crrst';
const DRAIN = ':drain';

/** Whether a peer says that it takes no more calls on this connection. */
export function saysGoodbye(headers: Headers): boolean {
  return headers.get(CRRST) === '1' || headers.get(DRAIN) === 'true';
}
