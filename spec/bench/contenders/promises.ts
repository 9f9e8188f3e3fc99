import { deepStrictEqual } from 'node:assert/strict';
import type { PingPong, Workload } from '../workloads.ts';
import type { Caller, Load } from './contender.ts';

const CHECKED = 200;

/** The caller of a contender that has calls, each a promise: all of them are driven by the same loop. */
export function callerOf(client: PingPong): Caller {
  return {
    async verify(workload) {
      const indices = Array.from({ length: CHECKED }, (_, i) => i);
      const expected = indices.map(i => workload.expected(i));
      deepStrictEqual(await Promise.all(indices.map(i => workload.call(client, i))), expected);
      for (const i of indices) deepStrictEqual(await workload.call(client, i), expected[i]);
    },
    load: (workload, inFlight, ms) =>
      inFlight === 1 ? sequential(client, workload, ms) : pipelined(client, workload, inFlight, ms),
  };
}

async function sequential(client: PingPong, workload: Workload, ms: number): Promise<Load> {
  const latencies: number[] = [];
  const end = performance.now() + ms;
  for (let now = performance.now(), i = 0; now < end; i++) {
    await workload.call(client, i);
    const then = now;
    now = performance.now();
    latencies.push((now - then) * 1000);
  }
  return { calls: latencies.length, latencies };
}

async function pipelined(client: PingPong, workload: Workload, inFlight: number, ms: number): Promise<Load> {
  let calls = 0;
  let over = false;
  const lane = async (): Promise<void> => {
    while (!over) await workload.call(client, calls++);
  };
  setTimeout(() => {
    over = true;
  }, ms);
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { calls, latencies: [] };
}
