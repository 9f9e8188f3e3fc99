import { itHoldsIn } from './directions.ts';

// Our client, with the server of every peer in every cell.
describe('our client', () => {
  itHoldsIn('client');
});
