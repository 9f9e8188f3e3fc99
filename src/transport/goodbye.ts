import type { Headers } from './envelope.ts';

/** A header by which a server says that it will close the connection: what is under way it still answers. */
export type Goodbye = readonly [name: string, value: string];

/** Kitex's, in TTHeader. */
export const CRRST: Goodbye = ['crrst', '1'];
/** Envoy's, in THeader. */
export const DRAIN: Goodbye = [':drain', 'true'];
/** That of fbthrift's servers, in THeader (thrift/lib/cpp2/server/Cpp2Connection.cpp); its clients do not read it. */
const GOAWAY: Goodbye = ['connection', 'goaway'];

/** Whether a peer says that it takes no more calls on this connection. */
export function saysGoodbye(headers: Headers): boolean {
  return says(headers, CRRST) || says(headers, DRAIN) || says(headers, GOAWAY);
}

function says(headers: Headers, [name, value]: Goodbye): boolean {
  return headers.get(name) === value;
}
