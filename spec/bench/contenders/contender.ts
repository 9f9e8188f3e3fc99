import type { Workload } from '../workloads.ts';

/** The two ends of one way to make calls. Each runs in a process of its own. */
export interface Contender {
  /** Serves on a free port of the loopback interface, and gives the port. */
  serve(): Promise<number>;
  connect(port: number): Promise<Caller>;
}

/** A client with one connection. */
export interface Caller {
  /** Makes some calls, one by one and together; rejects where a result is not the expected one. */
  verify(workload: Workload): Promise<void>;
  /** Keeps `inFlight` calls under way for `ms`, and waits for the last of them. */
  load(workload: Workload, inFlight: number, ms: number): Promise<Load>;
}

export interface Load {
  readonly calls: number;
  /** us of each call, where one call follows the other; empty otherwise. */
  readonly latencies: readonly number[];
}

export type Transport = 'buffered' | 'framed';

/** Which contender a process is to be. */
export interface Entrant {
  /** Its name in the report. */
  readonly name: string;
  readonly peer: 'ours' | 'npm thrift' | 'raw';
  readonly transport: Transport;
  /** Of ours: the folder of the build. */
  readonly build?: string;
}
