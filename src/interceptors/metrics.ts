import { inspect } from 'node:util';
import { checkOptions } from '../options.ts';
import type { Interceptor, Invocation } from '../rpc/interceptor.ts';
import { observed } from '../rpc/observed.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { exposition } from './prometheus.ts';
import type { MetricsSnapshot } from './snapshot.ts';

export interface MetricsOptions {
  /** Limits between short calls and long ones: ms, ascending. Default: 0.5 to 10,000. */
  readonly buckets?: readonly number[];
}

/** Counts calls, and how long they take. */
export interface Metrics {
  /** Counts every call of the clients and servers it is given to. */
  readonly interceptor: Interceptor;
  /** What was counted so far. */
  snapshot(): MetricsSnapshot;
  /** The same as Prometheus reads it: version 0.0.4 of its text format, for `text/plain; version=0.0.4`. */
  text(): string;
}

const defaultBuckets = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/**
 * Makes counters and histograms by side, method, and how calls ended: `thrift_calls_total`, `thrift_calls_running` and
 * `thrift_call_duration_seconds`. In memory; their number is bounded by what the IDL declares.
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  checkOptions('metrics', options, ['buckets']);
  const counting = new Counting(checkBuckets(options.buckets ?? defaultBuckets));
  return {
    interceptor: counting.interceptor,
    snapshot: () => counting.snapshot(),
    text: () => exposition(counting.snapshot()),
  };
}

interface Series {
  readonly code: Outcome;
  /** Calls in each bucket alone; those in none are not here. */
  readonly counts: number[];
  count: number;
  ms: number;
}

interface MethodSeries {
  readonly side: 'client' | 'server';
  readonly method: string;
  readonly byCode: Map<Outcome, Series>;
  running: number;
}

class Counting {
  readonly #buckets: readonly number[];
  readonly #methods = { client: new Map<string, MethodSeries>(), server: new Map<string, MethodSeries>() };

  constructor(buckets: readonly number[]) {
    this.#buckets = buckets;
  }

  readonly interceptor: Interceptor = (call, next) => {
    const series = this.#seriesOf(call);
    series.running++;
    const from = performance.now();
    return observed(next, failure => this.#ended(series, outcomeOf(call, failure), from));
  };

  snapshot(): MetricsSnapshot {
    const methods = [...this.#methods.client.values(), ...this.#methods.server.values()];
    return {
      buckets: this.#buckets,
      calls: methods.flatMap(({ side, method, byCode }) =>
        Array.from(byCode.values(), ({ code, count, ms, counts }) => {
          let sum = 0;
          return { side, method, code, count, ms, within: counts.map(own => (sum += own)) };
        }),
      ),
      running: methods.map(({ side, method, running }) => ({ side, method, count: running })),
    };
  }

  #seriesOf({ side, method }: Invocation): MethodSeries {
    const methods = this.#methods[side];
    let series = methods.get(method);
    if (series === undefined) {
      series = { side, method, byCode: new Map(), running: 0 };
      methods.set(method, series);
    }
    return series;
  }

  #ended(series: MethodSeries, code: Outcome, from: number): void {
    const ms = performance.now() - from;
    series.running--;
    let own = series.byCode.get(code);
    if (own === undefined) {
      own = { code, counts: this.#buckets.map(() => 0), count: 0, ms: 0 };
      series.byCode.set(code, own);
    }
    own.count++;
    own.ms += ms;
    const bucket = this.#buckets.findIndex(most => ms <= most);
    if (bucket >= 0) own.counts[bucket]!++;
  }
}

function checkBuckets(buckets: readonly number[]): readonly number[] {
  const isAscending =
    Array.isArray(buckets) &&
    buckets.every((most, i) => Number.isFinite(most) && most > (i === 0 ? 0 : buckets[i - 1]!));
  if (isAscending) return [...buckets];
  throw new TypeError(`metrics.buckets: expected ascending ms above 0, got ${inspect(buckets)}`);
}
