import type { WorkloadName } from '../workloads/calls.ts';

/** What the coordinator asks of a server's process. */
export interface ServerCommands {
  /** Gives the port. */
  serve(): Promise<number>;
  /** us of CPU time that the process has used. */
  cpu(): number;
  memory(): Promise<Memory>;
}

/** What the coordinator asks of a client's process. */
export interface ClientCommands {
  connect(port: number): Promise<void>;
  verify(workload: WorkloadName): Promise<void>;
  run(workload: WorkloadName, inFlight: number, ms: number): Promise<Sample>;
  /** Reads a stream. */
  pour(ms: number): Promise<Sample>;
  /** Opens more connections, one after the other, each with a call on it; gives the us of CPU time. */
  connections(port: number, count: number): Promise<number>;
  closeConnections(): void;
  /** Makes calls that are never answered. */
  hang(count: number): void;
  memory(): Promise<Memory>;
}

/** What the coordinator asks of a process that turns one struct into bytes, or back. */
export interface CodecCommands {
  /** False where the struct has no form there. */
  verify(): boolean;
  run(ms: number): CodecSample;
}

/** What the coordinator asks of a process that finds out what one unit of many costs. */
export interface GrowthCommands {
  /** ns of CPU time per unit. */
  run(task: GrowthTask, size: number, ms: number): Promise<number>;
}

export type GrowthTask =
  | 'encode fields'
  | 'decode fields'
  | 'load types'
  | 'load lines'
  | 'parse lines'
  | 'whole buffered'
  | 'chunks buffered'
  | 'chunks framed';

/** One run as the client's process saw it. */
export interface Sample {
  readonly calls: number;
  readonly seconds: number;
  /** us of CPU time of the client's process. */
  readonly cpu: number;
  /** us; absent with several calls in flight. */
  readonly p50?: number;
  readonly p99?: number;
}

export interface CodecSample {
  /** ns of CPU time per struct: the median of the batches. */
  readonly cpu: number;
  /** Of one struct's bytes. */
  readonly size: number;
}

/** Bytes of a process after its garbage was collected. */
export interface Memory {
  /** In V8's heap and in buffers. */
  readonly held: number;
  readonly resident: number;
}

export interface Question {
  readonly command: string;
  readonly args: readonly unknown[];
}

export type Answer = { readonly value?: unknown } | { readonly error: string };

export type Commands = ServerCommands | ClientCommands | CodecCommands | GrowthCommands;

/** In a child: what it is to be. */
export function roleOfProcess<R>(): R {
  return JSON.parse(process.argv[2]!) as R;
}

/** In a child: answers the coordinator, and ends when it is gone. */
export function answerWith<C extends Commands>(commands: C): void {
  const known = commands as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ command, args }: Question) => {
    let answer: Answer;
    try {
      answer = { value: await known[command]!(...args) };
    } catch (error) {
      answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    process.send!(answer);
  });
}

/** In a child: us of CPU time that it has used. */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
