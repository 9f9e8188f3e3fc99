import type { Caller } from '../contenders/contender.ts';
import { contenderOf } from '../contenders/entrants.ts';
import { workloads } from '../workloads.ts';
import { answerWith, entrantOfProcess } from './ipc.ts';

const contender = await contenderOf(entrantOfProcess());
let caller: Caller;

answerWith({
  async connect(port) {
    caller = await contender.connect(port);
  },
  verify: workload => caller.verify(workloads[workload]),
  async run(workload, inFlight, ms) {
    const [cpuBefore, before] = [process.cpuUsage(), performance.now()];
    const { calls, latencies } = await caller.load(workloads[workload], inFlight, ms);
    const seconds = (performance.now() - before) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const sorted = Float64Array.from(latencies).sort();
    const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!;
    return {
      calls,
      seconds,
      cpu: user + system,
      ...(sorted.length > 0 ? { p50: quantile(0.5), p99: quantile(0.99) } : {}),
    };
  },
});
