import { expect } from 'chai';
import { itHoldsIn } from './directions.ts';
import { heard, jobs } from './matrix.ts';

// Our server, called by the client of every peer in every cell: always on the same port, or on the same Unix socket,
// and told nothing of what is spoken there.
describe('our server', () => {
  itHoldsIn('server');

  it('tells its operator what the handlers did not declare', async function () {
    this.timeout(0);
    await Promise.allSettled(jobs.map(job => job.outcome));
    expect(heard.map(String).join('\n')).to.include('a detail of the server');
  });
});
