import type { Peer, Protocol, Report } from './peers.ts';

const EVERYTHING = [
  'ping',
  'void',
  'booleans',
  'integers',
  'doubles',
  'special doubles',
  'negative zero',
  'texts',
  'control characters',
  'binary',
  'large messages',
  'enums',
  'enums beyond their names',
  'extremes',
  'optionals left out',
  'optionals given',
  'unset fields',
  'defaults',
  'unions',
  'nested containers',
  'recursion',
  'keys of any type',
  'many arguments',
  'declared exceptions',
  'undeclared errors',
  'undeclared errors say internal error',
  'missing results',
  'oneway',
  'unknown methods',
  'unknown methods say so',
  'sequence ids across the wrap',
  'pipelined calls',
];

const ESSENTIALS = [
  'ping',
  'void',
  'integers',
  'doubles',
  'texts',
  'binary',
  'enums',
  'enums beyond their names',
  'structs',
  'unset fields',
  'defaults',
  'unions',
  'recursion',
  'many arguments',
  'declared exceptions',
  'undeclared errors',
  'missing results',
  'oneway',
  'unknown methods',
  'sequence ids across the wrap',
];

/** What a client program cannot ask for, because its language has no way to say it. */
const BEYOND_CLIENT: Record<Peer, readonly string[]> = {
  // Its structs hold a value in every field that is not optional.
  'C++': ['unset fields'],
  Python: [],
  // Its maps are plain objects, and it writes -0 as 0.
  'npm thrift': ['keys of any type', 'negative zero'],
  thriftpy: [],
};

/** Where a peer's own server falls short, whoever calls it. */
const BEYOND_SERVER: Record<Peer, readonly string[]> = {
  // It sends every field, every result, and type 0 for an error that is not declared.
  'C++': ['unset fields', 'missing results', 'undeclared errors say internal error'],
  Python: [],
  // It never sends the type of an error.
  'npm thrift': [
    'keys of any type',
    'negative zero',
    'undeclared errors say internal error',
    'unknown methods say so',
  ],
  // It hangs up where its handler fails.
  thriftpy: ['undeclared errors'],
};

/**
 * Where npm's compact protocol falls short on both of its ends: bools in containers are always read as false, and
 * a sequence id is read without its sign.
 */
const BEYOND_NPM_COMPACT: Record<'client' | 'server', readonly string[]> = {
  client: ['nested containers', 'sequence ids across the wrap'],
  // It sends the number back as it came, by the same bits.
  server: ['nested containers'],
};

export function checksOf(client: Peer, protocol: Protocol = 'binary'): readonly string[] {
  const all = client === 'thriftpy' ? ESSENTIALS : EVERYTHING;
  const beyond = client === 'npm thrift' && protocol === 'compact' ? BEYOND_NPM_COMPACT.client : [];
  return all.filter(check => !BEYOND_CLIENT[client].includes(check) && !beyond.includes(check));
}

/** What cannot be asked of a peer's server. */
export function shortcomingsOf(server: Peer, protocol: Protocol = 'binary'): readonly string[] {
  const beyond = server === 'npm thrift' && protocol === 'compact' ? BEYOND_NPM_COMPACT.server : [];
  return [...BEYOND_SERVER[server], ...beyond];
}

export function checksBetween(client: Peer, server: Peer): readonly string[] {
  return checksOf(client).filter(check => {
    // Its server answers out of order; only its own client can cope.
    if (check === 'pipelined calls' && server === 'npm thrift') return client === 'npm thrift';
    return !shortcomingsOf(server).includes(check);
  });
}

/** Makes one test of each check. A check that the client did not report fails, and so does one nobody knows. */
export function itPasses(checks: readonly string[], client: Peer, report: () => Report): void {
  for (const check of checks) {
    it(check, () => {
      if (!report().has(check)) throw new Error('the client did not report it');
      const complaint = report().get(check);
      if (complaint !== undefined) throw new Error(complaint);
    });
  }

  it('and nothing that this suite does not know', () => {
    const known = checksOf(client);
    const strangers = [...report().keys()].filter(check => !known.includes(check));
    if (strangers.length > 0) throw new Error(strangers.join(', '));
  });
}
