import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CELLS, type Cell, cellText } from './cells.ts';
import { checksOf } from './checks.ts';
import { OurServer, runOurClient } from './ours.ts';
import { lackOf, PEERS, type Peer, STAND_IN } from './peers.ts';
import { type PeerServer, type Run, runClient, startServer } from './programs.ts';

/** Jobs at a time: much of each is waiting, for programs that start and for handlers that sleep. */
const LANES = 3;

/** What became of a cell between a peer and us; what could not be run is left out. */
export interface Outcome {
  /** The peer's own client, or the one that stands in for it, with the peer's server. */
  readonly control?: Run;
  /** Our client with the peer's server. */
  readonly client?: Run;
  /** The peer's client with our server. */
  readonly server?: Run;
}

export interface Job {
  readonly peer: Peer;
  readonly cell: Cell;
  readonly title: string;
  /** Who calls the peer's server in the control. */
  readonly caller: Peer;
  readonly outcome: Promise<Outcome>;
}

interface Task extends Job {
  settle(outcome: Outcome | PromiseLike<Outcome>): void;
}

const can = (peer: Peer, role: 'client' | 'server', cell: Cell) => lackOf(peer, role, cell) === undefined;

function task(peer: Peer, cell: Cell): Task {
  let settle!: Task['settle'];
  const outcome = new Promise<Outcome>(resolve => {
    settle = resolve;
  });
  // Who asks is told; until then a failure is nobody's.
  outcome.catch(() => {});
  const caller = can(peer, 'client', cell) ? peer : STAND_IN;
  return { peer, cell, title: `${peer}: ${cellText(cell)}`, caller, outcome, settle };
}

// For work on a few cells: CELLS='npm.*json.*tls' npm run test:interop
const wanted = new RegExp(process.env.CELLS ?? '');

const tasks: readonly Task[] = PEERS.flatMap(peer =>
  CELLS.filter(cell => can(peer, 'client', cell) || can(peer, 'server', cell)).map(cell => task(peer, cell)),
).filter(({ title }) => wanted.test(title));

/** Every cell that a peer's library has, for each peer. */
export const jobs: readonly Job[] = tasks;

export function jobOf(peer: Peer, cell: Cell): Job | undefined {
  return jobs.find(job => job.peer === peer && cellText(job.cell) === cellText(cell));
}

/** Everything that our servers' operators heard of. */
export const heard: unknown[] = [];

/** Runs the whole matrix. Each outcome is there as soon as its own cell is done. */
export async function runAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livethrift-interop-'));
  const waiting = [...tasks];
  try {
    await Promise.all(Array.from({ length: LANES }, (_, number) => new Lane(folder, number).work(waiting)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Does one job at a time, with servers of ours that stay the same for all of them: whatever dialect a peer's client
 * speaks, it finds it on the same port or the same path.
 */
class Lane {
  readonly #folder: string;
  readonly #everything: OurServer;
  readonly #essentials: OurServer;
  #sockets = 0;
  readonly #name: string;

  constructor(folder: string, number: number) {
    this.#folder = folder;
    this.#name = `lane${number}`;
    this.#everything = new OurServer('C++', this.#path('everything'), heard);
    this.#essentials = new OurServer('thriftpy', this.#path('essentials'), heard);
  }

  async work(waiting: Task[]): Promise<void> {
    const servers = [this.#everything, this.#essentials];
    for (const server of servers) await server.listen();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const outcome = this.#run(next);
      next.settle(outcome);
      // Whoever waits for this cell hears of its failure; the next one is none the worse for it.
      await outcome.catch(() => {});
    }
    for (const server of servers) await server.close();
  }

  #path(name: string): string {
    return join(this.#folder, `${this.#name}-${name}`);
  }

  async #run({ peer, cell, caller }: Task): Promise<Outcome> {
    const called = can(peer, 'server', cell) ? await this.#callPeer(peer, cell, caller) : {};
    if (!can(peer, 'client', cell)) return called;
    const ours = peer === 'thriftpy' ? this.#essentials : this.#everything;
    return { ...called, server: await runClient(peer, cell, ours.place(cell)) };
  }

  async #callPeer(peer: Peer, cell: Cell, caller: Peer): Promise<Outcome> {
    let server = await this.#start(peer, cell);
    try {
      const control = await runClient(caller, cell, server.place);
      // A server that something went wrong with may not be fit for more.
      if (checksOf(caller).some(check => control.report.get(check) !== undefined)) {
        await server.stop();
        server = await this.#start(peer, cell);
      }
      return { control, client: await runOurClient(peer, cell, server.place) };
    } finally {
      await server.stop();
    }
  }

  #start(peer: Peer, cell: Cell): Promise<PeerServer> {
    return startServer(peer, cell, this.#path(`peer-${++this.#sockets}`));
  }
}
