import { expect } from 'chai';
import { makePolicy, type PolicyName, policyNames } from '../../../../src/rpc/balance/policies/policies.ts';
import type { Policy } from '../../../../src/rpc/balance/policies/policy.ts';
import { type Changeable, candidates, counts, seeded } from './candidates.ts';

function policyFor(name: PolicyName, all: readonly Changeable[], seed = 1): Policy<Changeable> {
  const policy = makePolicy<Changeable>(name, seeded(seed));
  policy.update(all);
  return policy;
}

for (const name of policyNames) {
  describe(`the policy ${name}`, () => {
    it('picks none but those that are open, with a key and without', () => {
      const all = candidates(5);
      const policy = policyFor(name, all);
      for (const open of [all.slice(1, 3), all.slice(4), all, all.slice(0, 1)]) {
        for (const one of all) one.isOpen = open.includes(one);
        for (let i = 0; i < 200; i++)
          expect(open).to.include(policy.pick(open, i % 2 === 0 ? undefined : `key ${i}`));
      }
    });

    it('forgets those that are there no more', () => {
      const all = candidates(3);
      const policy = policyFor(name, all);
      policy.pick(all, 'x');
      const left = all.slice(1);
      policy.update(left);
      all[0]!.isOpen = false;
      for (let i = 0; i < 50; i++) expect(left).to.include(policy.pick(left, `key ${i}`));
    });
  });
}

describe('pick-first', () => {
  it('stays with the one it has', () => {
    const all = candidates(3);
    const policy = policyFor('pick-first', all);
    expect(policy.pick(all, undefined)).to.equal(all[0]);
    expect(policy.pick(all.slice(1), undefined)).to.equal(all[1]);
    expect(policy.pick(all, undefined)).to.equal(all[1]);
  });
});

describe('round-robin', () => {
  it('takes each in its turn, and begins anywhere', () => {
    const all = candidates(4);
    const begins = new Set<Changeable>();
    for (let seed = 0; seed < 40; seed++) {
      const policy = policyFor('round-robin', all, seed);
      const picked = Array.from({ length: 8 }, () => policy.pick(all, undefined));
      begins.add(picked[0]!);
      expect(new Set(picked.slice(0, 4)).size).to.equal(4);
      expect(picked.slice(4)).to.deep.equal(picked.slice(0, 4));
    }
    expect(begins.size).to.equal(4);
  });

  it('gives each its share, and does not do so in bursts', () => {
    const all = candidates(3, [5, 1, 2]);
    const policy = policyFor('round-robin', all);
    const picked = Array.from({ length: 800 }, () => policy.pick(all, undefined));
    const shares = all.map(one => picked.filter(other => other === one).length);
    for (const [i, share] of [500, 100, 200].entries()) expect(shares[i]).to.be.within(share - 1, share + 1);
    const bursts = picked.map(one => (one === all[0] ? '5' : ' ')).join('');
    expect(bursts).not.to.include('5555');
  });

  it('takes weights that are changed', () => {
    const all = candidates(2);
    const policy = policyFor('round-robin', all);
    policy.pick(all, undefined);
    all[0]!.weight = 3;
    policy.update(all);
    expect(counts(all, 40, () => policy.pick(all, undefined))[0]).to.be.within(29, 31);
  });
});

describe('least-pending', () => {
  it('takes the one with fewer calls under way, of two', () => {
    const all = candidates(2);
    const policy = policyFor('least-pending', all);
    all[0]!.pending = 5;
    expect(counts(all, 50, () => policy.pick(all, undefined))).to.deep.equal([0, 50]);
  });

  it('never takes the busiest of many, and any of the others', () => {
    const all = candidates(10);
    all[3]!.pending = 7;
    const policy = policyFor('least-pending', all);
    const shares = counts(all, 900, () => policy.pick(all, undefined));
    expect(shares[3]).to.equal(0);
    for (const share of shares.toSpliced(3, 1)) expect(share).to.be.within(50, 150);
  });

  it('fills all of them evenly, by weight', () => {
    const all = candidates(3, [1, 2, 3]);
    const policy = policyFor('least-pending', all);
    for (let i = 0; i < 600; i++) policy.pick(all, undefined).pending++;
    for (const [i, share] of [100, 200, 300].entries())
      expect(all[i]!.pending).to.be.within(share - 5, share + 5);
  });
});

describe('consistent-hash', () => {
  const keys = Array.from({ length: 10_000 }, (_, i) => `user:${i}`);
  const owners = (policy: Policy<Changeable>, all: readonly Changeable[]) =>
    keys.map(key => policy.pick(all, key));

  it('takes the same one for the same key, in every process and whatever the order', () => {
    const all = candidates(10);
    const policy = policyFor('consistent-hash', all);
    const before = owners(policy, all);
    expect(owners(policy, all)).to.deep.equal(before);
    const reversed = all.toReversed();
    expect(owners(policyFor('consistent-hash', reversed, 7), reversed)).to.deep.equal(before);
    const written = [3, 0, 1, 0, 1].map(i => `10.0.0.${i}:9090`);
    expect(
      before.slice(0, 5).map(({ id }) => id),
      'written down once',
    ).to.deep.equal(written);
  });

  it('moves the keys of a server that goes, and none of the others', () => {
    const all = candidates(10);
    const policy = policyFor('consistent-hash', all);
    const before = owners(policy, all);
    const gone = all[4]!;
    const left = all.filter(one => one !== gone);
    const moved = (after: readonly Changeable[]) => before.filter((owner, i) => owner !== after[i]);
    gone.isOpen = false;
    const down = moved(owners(policy, left));
    expect(new Set(down)).to.deep.equal(new Set([gone]));
    expect(down.length).to.be.within(700, 1300);
    policy.update(left);
    expect(moved(owners(policy, left))).to.deep.equal(down);
  });

  it('spreads keys by weight', () => {
    const all = candidates(4, [10, 10, 20, 40]);
    const policy = policyFor('consistent-hash', all);
    const owned = owners(policy, all);
    const shares = all.map(one => owned.filter(owner => owner === one).length);
    for (const [i, share] of [1250, 1250, 2500, 5000].entries())
      expect(shares[i]).to.be.within(share * 0.75, share * 1.25);
  });

  it('spreads calls without a key', () => {
    const all = candidates(4);
    const policy = policyFor('consistent-hash', all);
    for (const share of counts(all, 400, () => policy.pick(all, undefined)))
      expect(share).to.be.within(60, 140);
  });

  it('knows thousands of servers', () => {
    const all = candidates(5000);
    const policy = policyFor('consistent-hash', all);
    expect(new Set(owners(policy, all)).size).to.be.greaterThan(3000);
  });
});
