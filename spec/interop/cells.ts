export const PROTOCOLS = ['binary', 'compact', 'json'] as const;
export const SECURITIES = ['tcp', 'tls', 'unix'] as const;

export type Protocol = (typeof PROTOCOLS)[number];
export type Security = (typeof SECURITIES)[number];
/** How messages are cut from their stream. The header protocol is a transport here: it holds binary or compact. */
export type Transport = 'buffered' | 'framed' | 'header';
/**
 * What the messages go through. `zlib`: one compressed stream each way, with the frames inside; in the header
 * protocol its transform, message by message. HTTP and WebSocket bring their own framing.
 */
export type Wrapping = 'plain' | 'zlib' | 'http' | 'websocket';

/** One way for two ends to talk. */
export interface Cell {
  readonly protocol: Protocol;
  readonly transport: Transport;
  readonly wrapping: Wrapping;
  readonly security: Security;
  /** The service is named with each call. */
  readonly multiplexed: boolean;
}

const CARRIERS: readonly (readonly [Transport, Wrapping])[] = [
  ['buffered', 'plain'],
  ['framed', 'plain'],
  ['buffered', 'zlib'],
  ['framed', 'zlib'],
  ['header', 'plain'],
  ['header', 'zlib'],
  ['buffered', 'http'],
  ['buffered', 'websocket'],
];

/** Every cell there is. JSON has no place in the header protocol. */
export const CELLS: readonly Cell[] = PROTOCOLS.flatMap(protocol =>
  CARRIERS.filter(([transport]) => transport !== 'header' || protocol !== 'json').flatMap(
    ([transport, wrapping]) =>
      [false, true].flatMap(multiplexed =>
        SECURITIES.map(security => ({ protocol, transport, wrapping, security, multiplexed })),
      ),
  ),
);

/** What a cell is called apart from its security, which is a column of the table. */
export function dialectText(cell: Cell): string {
  const { protocol, transport, wrapping, multiplexed } = cell;
  const words = [protocol, isCarried(cell) ? wrapping : transport, wrapping === 'zlib' && wrapping];
  return [...words, multiplexed && 'multiplexed'].filter(Boolean).join(' ');
}

export function cellText(cell: Cell): string {
  return `${dialectText(cell)} ${cell.security}`;
}

/** Whether HTTP carries the messages, as it does for a WebSocket at first. */
export function isCarried({ wrapping }: Cell): boolean {
  return wrapping === 'http' || wrapping === 'websocket';
}
