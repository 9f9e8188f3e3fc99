import type { Peer } from './peers.ts';

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
  'large messages',
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

/** thriftpy has a service of its own: it cannot read everything.thrift. */
export function checksOf(client: Peer): readonly string[] {
  return client === 'thriftpy' ? ESSENTIALS : EVERYTHING;
}
