import { setTimeout } from 'node:timers/promises';
import type { Memory } from './ipc.ts';

/** What this process holds on to. It must have been started with `--expose-gc`. */
export async function memory(): Promise<Memory> {
  // Twice, with time for finalizers and for what streams do later.
  for (let i = 0; i < 2; i++) {
    await setTimeout(50);
    globalThis.gc!();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}
