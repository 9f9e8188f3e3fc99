import { deepStrictEqual } from 'node:assert/strict';
import type { Entrant } from '../contenders/contender.ts';
import { codecOf } from '../contenders/entrants.ts';
import { plain } from '../workloads/plain.ts';
import { type EchoMethod, sampleOf } from '../workloads/values.ts';
import { answerWith, type CodecCommands, cpuTime, roleOfProcess } from './ipc.ts';

export interface CodecRole {
  readonly entrant: Entrant;
  readonly struct: EchoMethod;
  readonly direction: 'encode' | 'decode';
  /** How many values there are, no text of one being in another. A power of two. */
  readonly values: number;
  readonly warmUpMs: number;
}

const BATCH_MS = 15;

const { entrant, struct, direction, values, warmUpMs } = roleOfProcess<CodecRole>();
const codec = (await codecOf(entrant))(struct);
let operation: (i: number) => unknown;
let size = 0;
let batch = 1;
/** Whatever the operations give must be used, or it need not be made. */
let used: unknown;

answerWith<CodecCommands>({
  verify() {
    if (codec === undefined) return false;
    const plains = Array.from({ length: values }, (_, i) => sampleOf(struct, i));
    const natives = plains.map(value => codec.native(value));
    // Some encoders give a view of a buffer that they go on writing to.
    const messages = natives.map(native => Buffer.from(codec.bytes(native)));
    size = messages[0]!.length;
    const decode = codec.decoder(messages);
    for (const [i, value] of plains.entries()) deepStrictEqual(plain(decode(i)), value);
    const mask = values - 1;
    operation = direction === 'encode' ? i => codec.encode(natives[i & mask]) : i => decode(i & mask);
    warmUp();
    return true;
  },
  run(ms) {
    const costs: number[] = [];
    const end = performance.now() + ms;
    do costs.push(costOf(batch));
    while (performance.now() < end);
    costs.sort((a, b) => a - b);
    return { cpu: costs[costs.length >> 1]!, size };
  },
});

/** Finds out on the way how many operations a batch has. */
function warmUp(): void {
  const end = performance.now() + warmUpMs;
  while (performance.now() < end) {
    const ns = costOf(batch);
    if (ns * batch < BATCH_MS * 1e6)
      batch = Math.ceil(batch * Math.min(2, (BATCH_MS * 1e6) / (ns * batch + 1)));
  }
}

/** ns of CPU time of one operation among so many. */
function costOf(count: number): number {
  const before = cpuTime();
  for (let i = 0; i < count; i++) used = operation(i);
  if (used === codec) throw new Error('an operation gave its codec');
  return ((cpuTime() - before) * 1000) / count;
}
