import type { RpcError } from '../../errors/rpc-error.ts';
import { checkMs, checkOptions } from '../../options.ts';
import type { Headers } from '../../transport/envelope.ts';
import { parseTimeout, QUEUE_TIMEOUT } from '../../transport/timeout.ts';
import { notBegun } from '../not-begun.ts';
import { FairQueue, type Line, type Waiting } from './fair-queue.ts';
import { LoopLag } from './loop-lag.ts';

/** How many calls a server works on at once, over all connections. */
export interface ConcurrencyOptions {
  /** Handlers that may run. One whose caller was told that its time is over counts until it has settled. */
  readonly max: number;
  /** Calls that may wait for another to end, connection by connection in turn. Default: as many as `max`. */
  readonly queue?: number;
  /**
   * ms that a call may wait; a client that sends `queue_timeout` (THeader, as fbthrift's do) may say less. Default:
   * as long as its caller waits for the answer, where the server knows that, or for ever.
   */
  readonly queueTimeout?: number;
}

/** When a server takes no more calls because it does not get to them. */
export interface SheddingOptions {
  /** ms by which the event loop may be late, on average. */
  readonly lag: number;
}

export interface AdmissionOptions {
  readonly concurrency?: ConcurrencyOptions;
  readonly shedding?: SheddingOptions;
}

/** Which calls are served, which wait, and which are refused before anything was done for them. */
export class Admission {
  readonly #max: number;
  readonly #most: number;
  readonly #queueTimeout: number;
  readonly #mostLag: number;
  readonly #lag: LoopLag | undefined;
  readonly #queue = new FairQueue();
  #running = 0;
  #isFilling = false;
  readonly #full: RpcError;
  readonly #late: RpcError;

  private constructor({ concurrency, shedding }: AdmissionOptions) {
    const { max, queue, queueTimeout } = { ...unlimited, ...concurrency };
    this.#max = max;
    this.#most = queue ?? max;
    this.#queueTimeout = queueTimeout ?? Number.POSITIVE_INFINITY;
    this.#mostLag = shedding?.lag ?? Number.POSITIVE_INFINITY;
    this.#lag = shedding && new LoopLag();
    // Made once: whoever has too much to do must not make an error for each call.
    const full = `the server is busy: ${max} calls run and ${this.#most} wait (concurrency)`;
    this.#full = notBegun('RESOURCE_EXHAUSTED', full);
    const late = `the server is overloaded: it gets to its work more than ${this.#mostLag} ms late (shedding.lag)`;
    this.#late = notBegun('RESOURCE_EXHAUSTED', late);
  }

  /** Undefined where everything is served. Throws a TypeError for options that make no sense. */
  static of({ concurrency, shedding }: AdmissionOptions): Admission | undefined {
    checkOptions('concurrency', concurrency, ['max', 'queue', 'queueTimeout']);
    checkOptions('shedding', shedding, ['lag']);
    if (concurrency !== undefined) {
      const { max, queue = 0, queueTimeout = 0 } = concurrency;
      checkCount('concurrency.max', max, 1);
      checkCount('concurrency.queue', queue, 0);
      checkMs('concurrency.queueTimeout', queueTimeout);
    }
    if (shedding !== undefined && !(checkMs('shedding.lag', shedding.lag) > 0))
      throw new TypeError(`shedding.lag: expected ms above 0, got ${shedding.lag}`);
    if (concurrency === undefined && shedding === undefined) return undefined;
    return new Admission({
      ...(concurrency && { concurrency }),
      ...(shedding && { shedding }),
    });
  }

  /** Begins to look how late the process is; needed once, before anything is served. */
  start(): void {
    this.#lag?.start();
  }

  stop(): void {
    this.#lag?.stop();
  }

  /** Why a call that comes now can neither be served nor wait; undefined if it can. */
  refusal(): RpcError | undefined {
    if (this.#lag !== undefined && this.#lag.ms > this.#mostLag) return this.#late;
    return this.#running >= this.#max && this.#queue.size >= this.#most ? this.#full : undefined;
  }

  /** Why a call is refused that would have to wait for a place, and cannot: a stream may keep it for ever. */
  get full(): RpcError {
    return this.#full;
  }

  /** Takes a place for a call, if one is free; `leave` gives it back. */
  enter(): boolean {
    if (this.#running >= this.#max) return false;
    this.#running++;
    return true;
  }

  /** ms that a call may wait that came with these headers. */
  patience(headers: Headers): number {
    return Math.min(this.#queueTimeout, parseTimeout(headers.get(QUEUE_TIMEOUT)));
  }

  /** Lets a call wait for a place; it has one when it is begun. */
  wait(line: Line, waiting: Waiting): void {
    this.#queue.add(line, waiting);
  }

  /** A call waits no longer, nor for a place. */
  withdraw(line: Line, waiting: Waiting): void {
    this.#queue.remove(line, waiting);
  }

  /** A call has ended: its place is another's. */
  leave(): void {
    this.#running--;
    // Those that are begun here may end here, one in the other without this.
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (this.#running < this.#max) {
        const next = this.#queue.take();
        if (next === undefined) break;
        this.#running++;
        next.begin();
      }
    } finally {
      this.#isFilling = false;
    }
  }
}

const unlimited: ConcurrencyOptions = { max: Number.POSITIVE_INFINITY };

/** A count that must be given, of `least` at the least; `Infinity` is one. */
function checkCount(what: string, count: unknown, least: number): void {
  if (count === Number.POSITIVE_INFINITY || (Number.isInteger(count) && (count as number) >= least)) return;
  throw new TypeError(`${what}: expected a whole number from ${least} on, got ${String(count)}`);
}
