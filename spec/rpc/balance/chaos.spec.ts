import '../../support/seed.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { RpcError } from '../../../src/index.ts';
import { policyNames } from '../../../src/rpc/balance/policies/policies.ts';
import { closeAll, settle } from '../../support/peers.ts';
import { clientOf, deadAddress, replicas, toldResolver } from './servers.ts';

afterEach(closeAll);

/** What may happen: the resolver says something, calls come, time passes. */
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('update' as const), which: fc.uniqueArray(fc.nat(4), { maxLength: 5 }) }),
    fc.record({ kind: fc.constant('fail' as const) }),
    fc.record({ kind: fc.constant('call' as const), count: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ kind: fc.constant('pass' as const), turns: fc.nat(5) }),
  ),
  { minLength: 1, maxLength: 25 },
);

describe('whatever a resolver says, and whenever', () => {
  for (const balance of policyNames) {
    it(`every call settles, and only for reasons that there are (${balance})`, async () => {
      const servers = await replicas(3);
      const dead = await Promise.all([deadAddress(), deadAddress()]);
      const addresses = [...servers.map(({ address }) => address), ...dead];
      await fc.assert(
        fc.asyncProperty(steps, async all => {
          const resolver = toldResolver();
          const client = clientOf(resolver, { balance });
          const calls: Promise<unknown>[] = [];
          for (const step of all) {
            if (step.kind === 'update') resolver.update(...step.which.map(i => addresses[i]!));
            else if (step.kind === 'fail') resolver.fail(new Error('no'));
            else if (step.kind === 'pass') await settle(step.turns);
            else {
              for (let i = 0; i < step.count; i++)
                calls.push(client.$call('ping', [], { hashKey: `key ${i}` }).catch(error => error));
            }
          }
          // What waits now has a server to go to.
          resolver.update(servers[0]!.address);
          for (const result of await Promise.all([...calls, client.ping()])) {
            if (result instanceof RpcError) {
              expect(result).to.include({ code: 'UNAVAILABLE', phase: 'unsent' });
              expect(result.message).to.match(/cannot find|names no server|cannot connect|can be reached/);
            } else expect(result).to.be.oneOf(['a', 'b', 'c']);
          }
          await client.$close();
        }),
        { numRuns: 60 },
      );
    });
  }
});
