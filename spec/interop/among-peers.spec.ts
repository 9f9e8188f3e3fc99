import { checksOf } from './checks.ts';
import { complaintsText } from './directions.ts';
import { jobs } from './matrix.ts';
import { deathOf, lackOf } from './peers.ts';
import { controlFailures } from './verdict.ts';

// The control experiment: each peer's client with its own server, in every cell. What fails here is not ours to
// mend, so it excuses the same check in the same cell with us, and nothing else does. A program of this folder that
// is wrong would therefore excuse us: it must get as far as most of its checks.
describe('peers among themselves', () => {
  for (const job of jobs) {
    if (lackOf(job.peer, 'server', job.cell) !== undefined) continue;
    it(job.title, async function () {
      this.timeout(0);
      const { control } = await job.outcome;
      if (control === undefined) throw new Error('it was not run');
      const failures = controlFailures(job, control);
      const known = checksOf(job.caller);
      const strangers = [...control.report.keys()].filter(check => !known.includes(check));
      if (strangers.length > 0) throw new Error(`nobody knows these checks: ${strangers.join(', ')}`);
      if (deathOf(job.peer, job.cell) !== undefined) {
        if (failures.size === 0) throw new Error('it is listed as dead, and passed every check');
        return;
      }
      if (control.end !== undefined) throw new Error(`the ${job.caller} client ${control.end}`);
      if (failures.has('ping') || failures.size > known.length / 3) {
        throw new Error(complaintsText(failures));
      }
    });
  }
});
