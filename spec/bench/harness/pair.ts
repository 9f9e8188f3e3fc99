import { resolve } from 'node:path';
import type { Entrant } from '../contenders/contender.ts';
import type { WorkloadName } from '../workloads/calls.ts';
import type { ClientCommands, Sample, ServerCommands } from './ipc.ts';
import type { Figures } from './rounds.ts';
import { Worker } from './worker.ts';

/** The server and the client of one contender, with one connection between them. */
export class Pair {
  readonly entrant: Entrant;
  readonly server: Worker<ServerCommands>;
  readonly client: Worker<ClientCommands>;
  #port = 0;

  /** `flagsOf` says what Node is started with, of each side. */
  constructor(entrant: Entrant, flagsOf: (side: 'server' | 'client') => readonly string[]) {
    this.entrant = entrant;
    const { name, transport = 'buffered' } = entrant;
    if (entrant.peer === 'C++') {
      const file = (side: string): string => resolve('spec/bench/build/cpp', side);
      this.server = Worker.program(`${name}, server`, file('server'), [transport]);
      this.client = Worker.program(`${name}, client`, file('client'), [
        transport,
        resolve('spec/bench/build/messages'),
      ]);
    } else {
      this.server = Worker.node('server-process', `${name}, server`, entrant, flagsOf('server'));
      this.client = Worker.node('client-process', `${name}, client`, entrant, flagsOf('client'));
    }
  }

  get port(): number {
    return this.#port;
  }

  async open(): Promise<void> {
    this.#port = await this.server.ask('serve', []);
    await this.client.ask('connect', [this.#port]);
  }

  /** Rejects where a result is not what it should be. */
  verify(workload: WorkloadName): Promise<void> {
    return this.client.ask('verify', [workload]);
  }

  /** us of CPU time per call, of both sides and of each; calls per second; us that a call took, one in flight. */
  run(workload: WorkloadName, inFlight: number, ms: number): Promise<Figures> {
    return this.#figures(() => this.client.ask('run', [workload, inFlight, ms], ms));
  }

  /** The same of the messages of a stream. */
  pour(ms: number): Promise<Figures> {
    return this.#figures(() => this.client.ask('pour', [ms], ms));
  }

  async #figures(run: () => Promise<Sample>): Promise<Figures> {
    const before = await this.server.ask('cpu', []);
    const { calls, seconds, cpu, ...latency } = await run();
    const used = (await this.server.ask('cpu', [])) - before;
    return {
      cpu: (cpu + used) / calls,
      client: cpu / calls,
      server: used / calls,
      calls: calls / seconds,
      ...latency,
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.server.stop(), this.client.stop()]);
  }
}
