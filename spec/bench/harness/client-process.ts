import type { Caller, Entrant, Load } from '../contenders/contender.ts';
import { contenderOf } from '../contenders/entrants.ts';
import { answerWith, type ClientCommands, cpuTime, roleOfProcess, type Sample } from './ipc.ts';
import { memory } from './memory.ts';

const contender = await contenderOf(roleOfProcess<Entrant>());
const others: Caller[] = [];
let caller: Caller;

answerWith<ClientCommands>({
  async connect(port) {
    caller = await contender.connect(port);
  },
  verify: workload => caller.verify(workload),
  run: (workload, inFlight, ms) => measured(() => caller.load(workload, inFlight, ms)),
  async pour(ms) {
    if (caller.pour === undefined) throw new Error('it has no streams');
    return measured(() => caller.pour!(ms));
  },
  async connections(port, count) {
    const before = cpuTime();
    for (let i = 0; i < count; i++) {
      const another = await contender.connect(port);
      others.push(another);
      await another.load('ping', 1, 0);
    }
    return cpuTime() - before;
  },
  closeConnections() {
    for (const another of others.splice(0)) another.close();
  },
  hang: count => caller.hang?.(count),
  memory,
});

async function measured(load: () => Promise<Load>): Promise<Sample> {
  const [cpuBefore, before] = [cpuTime(), performance.now()];
  const { calls, latencies } = await load();
  const seconds = (performance.now() - before) / 1000;
  const cpu = cpuTime() - cpuBefore;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!;
  return { calls, seconds, cpu, ...(sorted.length > 0 ? { p50: quantile(0.5), p99: quantile(0.99) } : {}) };
}
