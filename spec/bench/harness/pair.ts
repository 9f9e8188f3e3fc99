import { fileURLToPath } from 'node:url';
import type { Entrant } from '../contenders/contender.ts';
import type { WorkloadName } from '../workloads.ts';
import { type ClientCommands, type ServerCommands, Worker } from './ipc.ts';

/** What one contender did in one round. */
export interface Round {
  /** us of CPU time per call, client and server. */
  readonly cpu: number;
  readonly clientCpu: number;
  readonly serverCpu: number;
  readonly callsPerSecond: number;
  /** us; absent with several calls in flight. */
  readonly p50?: number;
  readonly p99?: number;
}

// What `build` made of the files beside this one.
const file = (role: string): string =>
  fileURLToPath(new URL(`../build/harness/${role}-process.js`, import.meta.url));

/** The server and the client of one contender, with one connection between them. */
export class Pair {
  readonly entrant: Entrant;
  readonly #server: Worker<ServerCommands>;
  readonly #client: Worker<ClientCommands>;

  constructor(entrant: Entrant, profiles: string | undefined) {
    this.entrant = entrant;
    const slug = entrant.name.replaceAll(/\W+/g, '-');
    const flags = (role: string): string[] =>
      profiles === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${slug}-${role}.cpuprofile`];
    this.#server = new Worker(file('server'), `${entrant.name}, server`, entrant, flags('server'));
    this.#client = new Worker(file('client'), `${entrant.name}, client`, entrant, flags('client'));
  }

  async open(): Promise<void> {
    await this.#client.ask('connect', [await this.#server.ask('serve', [])]);
  }

  verify(workload: WorkloadName): Promise<void> {
    return this.#client.ask('verify', [workload]);
  }

  async run(workload: WorkloadName, inFlight: number, ms: number): Promise<Round> {
    const before = await this.#server.ask('cpu', []);
    const { calls, seconds, cpu, ...latency } = await this.#client.ask('run', [workload, inFlight, ms], ms);
    const used = (await this.#server.ask('cpu', [])) - before;
    return {
      cpu: (cpu + used) / calls,
      clientCpu: cpu / calls,
      serverCpu: used / calls,
      callsPerSecond: calls / seconds,
      ...latency,
    };
  }

  async stop(): Promise<void> {
    // The client first: to it the end of its server would be an error.
    await this.#client.stop();
    await this.#server.stop();
  }
}
