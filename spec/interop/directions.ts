import { jobs } from './matrix.ts';
import { lackOf } from './peers.ts';
import { commandLine } from './programs.ts';
import { type Direction, verdictOf } from './verdict.ts';

const MOST = 6;

/** One test for each cell that we can be an end of: no check may fail there but those that fail without us. */
export function itHoldsIn(direction: Direction): void {
  const role = direction === 'client' ? 'server' : 'client';
  for (const job of jobs) {
    if (lackOf(job.peer, role, job.cell) !== undefined) continue;
    it(job.title, async function () {
      this.timeout(0);
      const verdict = await verdictOf(job, direction);
      if (verdict === undefined) throw new Error('it was not run');
      if (verdict.failed.size > 0) {
        const byHand = commandLine(job.peer, role, job.cell).join(' ');
        throw new Error(`${complaintsText(verdict.failed)}\n(the peer by hand: ${byHand})`);
      }
    });
  }
}

/** The first complaints in full: where everything fails, it mostly fails for one reason. */
export function complaintsText(complaints: ReadonlyMap<string, string>): string {
  const all = Array.from(complaints, ([check, complaint]) => `\n${check}: ${complaint}`);
  const rest = [...complaints.keys()].slice(MOST);
  return (
    all.slice(0, MOST).join('') + (rest.length > 0 ? `\nand ${rest.length} more: ${rest.join(', ')}` : '')
  );
}
