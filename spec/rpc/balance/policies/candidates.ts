import type { Candidate } from '../../../../src/rpc/balance/policies/policy.ts';

/** A candidate that a test may change. */
export type Changeable = { -readonly [K in keyof Candidate]: Candidate[K] };

export function candidates(count: number, weights: readonly number[] = []): Changeable[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `10.0.0.${i}:9090`,
    weight: weights[i] ?? 1,
    pending: 0,
    isOpen: true,
  }));
}

/** How often each was picked. */
export function counts(all: readonly Candidate[], picks: number, pick: () => Candidate): number[] {
  const byId = new Map(all.map(({ id }) => [id, 0]));
  for (let i = 0; i < picks; i++) {
    const { id } = pick();
    byId.set(id, byId.get(id)! + 1);
  }
  return [...byId.values()];
}

/** Numbers as Math.random gives them, the same in each run (mulberry32). */
export function seeded(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
