import { jobs } from './matrix.ts';
import { ourLackOf } from './ours.ts';
import { lackOf } from './peers.ts';
import { type Direction, verdictOf } from './verdict.ts';

/** One test for each cell that we can be an end of: no check may fail there but those that fail without us. */
export function itHoldsIn(direction: Direction): void {
  const role = direction === 'client' ? 'server' : 'client';
  for (const job of jobs) {
    if (lackOf(job.peer, role, job.cell) !== undefined) continue;
    if (direction === 'client' && ourLackOf(job.cell) !== undefined) continue;
    it(job.title, async function () {
      this.timeout(0);
      const verdict = await verdictOf(job, direction);
      if (verdict === undefined) throw new Error('it was not run');
      if (verdict.failed.size > 0) {
        throw new Error(
          Array.from(verdict.failed, ([check, complaint]) => `\n${check}: ${complaint}`).join(''),
        );
      }
    });
  }
}
