import type { Contender, Entrant } from './contender.ts';

/** Who takes part, in the order of the report. All others are measured by the first. */
export const entrants: readonly Entrant[] = [
  { name: 'ours buffered', peer: 'ours', transport: 'buffered' },
  { name: 'ours framed', peer: 'ours', transport: 'framed' },
  { name: 'npm thrift buffered', peer: 'npm thrift', transport: 'buffered' },
  { name: 'npm thrift framed', peer: 'npm thrift', transport: 'framed' },
  { name: 'raw node:net echo', peer: 'raw', transport: 'buffered' },
];

/** Loads a contender: only what it needs itself, so that no process carries the weight of another. */
export async function contenderOf(entrant: Entrant): Promise<Contender> {
  switch (entrant.peer) {
    case 'ours':
      return (await import('./ours.ts')).ours(entrant);
    case 'npm thrift':
      return (await import('./npm-thrift.ts')).npmThrift(entrant.transport);
    case 'raw':
      return (await import('./raw.ts')).raw;
  }
}
