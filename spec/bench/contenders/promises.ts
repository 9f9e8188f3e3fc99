import { deepStrictEqual } from 'node:assert/strict';
import {
  type BenchClient,
  expectedOf,
  PASSWORD,
  type Workload,
  type WorkloadName,
  workloadOf,
} from '../workloads/calls.ts';
import { plain } from '../workloads/plain.ts';
import type { EchoMethod } from '../workloads/values.ts';
import type { Caller, Load } from './contender.ts';

const CHECKED = 200;

type MakeCall = (i: number) => Promise<unknown>;

/**
 * The caller of a contender that has calls, each a promise: all of them are driven by the same loop. `native` makes
 * of a value what the contender's users would hold.
 */
export function callerOf(
  client: BenchClient,
  native: (struct: EchoMethod, value: object) => unknown,
  close: () => void,
): Caller {
  const makers = new Map<WorkloadName, MakeCall>();
  const callOf = (name: WorkloadName): MakeCall => {
    let call = makers.get(name);
    if (call === undefined) makers.set(name, (call = makerOf(client, workloadOf(name), native)));
    return call;
  };
  return {
    async verify(name) {
      const [call, workload] = [callOf(name), workloadOf(name)];
      const check = async (i: number): Promise<void> =>
        deepStrictEqual(plain(await call(i)), expectedOf(workload, i));
      // Enough to fill several packets, but not with megabytes.
      const indices = Array.from({ length: workload.method === 'blob' ? 4 : CHECKED }, (_, i) => i);
      await Promise.all(indices.map(check));
      for (const i of indices) await check(i);
    },
    load: (workload, inFlight, ms) =>
      inFlight === 1 ? sequential(callOf(workload), ms) : pipelined(callOf(workload), inFlight, ms),
    hang(count) {
      // They end with the process, or with the connection.
      for (let i = 0; i < count; i++) client.hang().catch(() => {});
    },
    close,
  };
}

function makerOf(
  client: BenchClient,
  workload: Workload,
  native: (struct: EchoMethod, value: object) => unknown,
): MakeCall {
  switch (workload.method) {
    case 'ping':
      return () => client.ping();
    case 'login':
      return i => client.login(workload.user(i), PASSWORD);
    default: {
      const { method } = workload;
      const value = native(method, workload.value);
      return () => client[method](value);
    }
  }
}

async function sequential(call: MakeCall, ms: number): Promise<Load> {
  const latencies: number[] = [];
  const end = performance.now() + ms;
  let now = performance.now();
  do {
    await call(latencies.length);
    const then = now;
    now = performance.now();
    latencies.push((now - then) * 1000);
  } while (now < end);
  return { calls: latencies.length, latencies };
}

async function pipelined(call: MakeCall, inFlight: number, ms: number): Promise<Load> {
  let calls = 0;
  let over = false;
  const lane = async (): Promise<void> => {
    while (!over) await call(calls++);
  };
  setTimeout(() => {
    over = true;
  }, ms);
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { calls, latencies: [] };
}
