import type { Cell } from './cells.ts';

export const PEERS = ['C++', 'Python', 'Python in C', 'npm thrift', 'thriftpy'] as const;
export type Peer = (typeof PEERS)[number];
export type Role = 'client' | 'server';

type Lack = readonly [when: (cell: Cell, role: Role) => boolean, reason: string];

const websocket: Lack = [({ wrapping }) => wrapping === 'websocket', 'has no WebSocket transport'];
const httpUnix: Lack = [
  ({ wrapping, security }, role) => wrapping === 'http' && security === 'unix' && role === 'client',
  'has an HTTP client for hosts and ports alone',
];

/** What a peer's library has no class for. Whatever it has, is run. */
const LACKS: Record<Peer, readonly Lack[]> = {
  'C++': [
    [
      ({ wrapping }, role) => wrapping === 'websocket' && role === 'client',
      'has a WebSocket server and no client',
    ],
  ],
  Python: [
    [({ transport }) => transport === 'header', 'has its header protocol over the protocols in C alone'],
    websocket,
    httpUnix,
  ],
  'Python in C': [[({ protocol }) => protocol === 'json', 'has JSON in Python alone'], websocket, httpUnix],
  'npm thrift': [
    [({ wrapping }) => wrapping === 'zlib', 'has no zlib, neither as transport nor as transform'],
  ],
  thriftpy: [
    [({ protocol }) => protocol === 'json', 'has a JSON of its own, which no other library speaks'],
    [({ transport }) => transport === 'header', 'has no header protocol'],
    [({ wrapping }) => wrapping !== 'plain', 'has no zlib, no HTTP and no WebSocket'],
  ],
};

/** Why a peer cannot be an end of this cell; undefined where it can. */
export function lackOf(peer: Peer, role: Role, cell: Cell): string | undefined {
  return LACKS[peer].find(([when]) => when(cell, role))?.[1];
}

/** Where a peer's own two ends cannot so much as a ping, or bring each other down: nothing there is held against us. */
const DEAD: readonly (readonly [peer: Peer, when: (cell: Cell) => boolean, reason: string])[] = [
  [
    'C++',
    ({ transport, wrapping }) => transport === 'header' && wrapping === 'zlib',
    'it writes compressed messages beyond the end of its buffers, and dies of it sooner or later',
  ],
  [
    'thriftpy',
    ({ protocol }) => protocol === 'compact',
    'it calls a method of arrays that Python 3.9 has dropped, in every message it writes',
  ],
];

/** Why the peer's own client and server cannot do with one another in this cell. */
export function deathOf(peer: Peer, cell: Cell): string | undefined {
  return DEAD.find(([dead, when]) => dead === peer && when(cell))?.[2];
}

/**
 * Checks that fail in a control because of one end of it alone. With the other end we are not excused: these make the
 * matrix stricter than its controls, never laxer.
 */
const ONE_SIDED: readonly (readonly [peer: Peer, to: Role, checks: readonly string[]])[] = [
  // Its server sends type 0 with what was not declared, and cannot leave a result out; its client can do both.
  ['C++', 'server', ['undeclared errors say internal error', 'missing results']],
  // Its server sends no types of errors; its client reads them.
  ['npm thrift', 'server', ['undeclared errors say internal error', 'unknown methods say so']],
  // Its client reads compact sequence ids without their sign; its server sends back the same bits.
  ['npm thrift', 'client', ['sequence ids across the wrap']],
];

/** Whether a peer's failure in this check is no excuse for its own end in `role`, because the other is to blame. */
export function isBlameless(peer: Peer, role: Role, check: string): boolean {
  return ONE_SIDED.some(([of, to, checks]) => of === peer && to !== role && checks.includes(check));
}

/** The client that calls a peer's server in the control where the peer has no client of its own. */
export const STAND_IN: Peer = 'npm thrift';
