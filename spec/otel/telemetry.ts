import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** What the API has one of in a process; to be taken back by `unregister`. */
export function register(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

export function unregister(): void {
  context.disable();
  propagation.disable();
}

/** What was measured for one set of attributes. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly attributes: object;
  readonly count: number;
  readonly sum: number;
  readonly boundaries: readonly number[];
}

/** An SDK that keeps everything in memory. */
export class Telemetry {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({ exporter: this.#metrics });
  readonly tracerProvider: BasicTracerProvider;
  readonly meterProvider: MeterProvider = new MeterProvider({ readers: [this.#reader] });

  constructor(sampler?: Sampler) {
    this.tracerProvider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(this.#spans)],
      ...(sampler === undefined ? {} : { sampler }),
    });
  }

  /** Spans that have ended, by their names. */
  get spans(): readonly ReadableSpan[] {
    return this.#spans.getFinishedSpans();
  }

  async measured(): Promise<readonly Measured[]> {
    await this.#reader.forceFlush();
    const last = this.#metrics.getMetrics().at(-1);
    return (last?.scopeMetrics ?? []).flatMap(({ metrics }) =>
      metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => {
          const { count, sum = 0, buckets } = value as Histogram;
          return { name, unit, attributes, count, sum, boundaries: buckets.boundaries };
        }),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.tracerProvider.shutdown(), this.meterProvider.shutdown()]);
  }
}
