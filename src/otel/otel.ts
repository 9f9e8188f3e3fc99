/** `livethrift/otel`: spans and metrics of calls, through OpenTelemetry's API. */
import {
  type Attributes,
  context,
  type Histogram,
  type MeterProvider,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { checkOptions } from '../options.ts';
import type { Interceptor, Invocation } from '../rpc/interceptor.ts';
import { observed } from '../rpc/observed.ts';
import { addOutcome, methodName, metricAttributes, spanAttributes } from './attributes.ts';
import { inject, parentOf } from './carrier.ts';
import { failure, type Outcome, success } from './outcome.ts';

export interface OtelOptions {
  /** What goes with every span and measurement: `{ 'server.address': 'orders.example' }` of a server, for one. */
  readonly attributes?: Attributes;
  /** Takes exceptions that the IDL declares for errors of a server's spans; of a client's they always are. Default: false. */
  readonly declaredErrors?: boolean;
  /** Default: the one that is registered with the API. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the one that is registered with the API when the first call is made. */
  readonly meterProvider?: MeterProvider;
}

const NAME = 'livethrift';
/** s; the conventions ask for these. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const optionNames = ['attributes', 'declaredErrors', 'tracerProvider', 'meterProvider'];

/**
 * Makes a span of each call, and measures how long it takes: the same interceptor for clients and servers. The trace
 * goes with the call where its transport has headers, and what the handler does belongs to it. Its place is the
 * outermost: then a call is one span, with all of its attempts. A TypeError for options that are none.
 *
 * ```ts
 * makeServer(PingPong, handler, { interceptors: [otel()] });
 * makeClient(PingPong, address, { transport: 'header', interceptors: [otel()] });
 * ```
 */
export function otel(options: OtelOptions = {}): Interceptor {
  checkOptions('otel', options, optionNames);
  const { attributes: own, declaredErrors = false, tracerProvider = trace, meterProvider } = options;
  const tracer = tracerProvider.getTracer(NAME);
  const durations = new Durations(meterProvider);
  return (call, next) => {
    const name = methodName(call);
    const parent = parentOf(call);
    const kind = call.side === 'client' ? SpanKind.CLIENT : SpanKind.SERVER;
    const attributes = Object.assign(spanAttributes(call, name), own);
    const from = performance.now();
    const span = tracer.startSpan(name, { kind, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    const end = (outcome: Outcome) => {
      const measured = Object.assign(metricAttributes(call, name), own);
      addOutcome(measured, outcome);
      if (span.isRecording()) endSpan(span, outcome);
      durations.of(call.side).record((performance.now() - from) / 1000, measured, inside);
    };
    const goOn = async () => {
      if (call.side === 'client') inject(call, inside);
      return context.with(inside, next);
    };
    return observed(goOn, failed =>
      end(failed ? failure(call, failed.error, declaredErrors) : success(call)),
    );
  };
}

/** How long calls take, on either side. Instruments are made when needed: the SDK may be started after us. */
class Durations {
  readonly #provider: MeterProvider | undefined;
  readonly #histograms: { client?: Histogram; server?: Histogram } = {};

  constructor(provider: MeterProvider | undefined) {
    this.#provider = provider;
  }

  of(side: Invocation['side']): Histogram {
    this.#histograms[side] ??= (this.#provider ?? metrics)
      .getMeter(NAME)
      .createHistogram(`rpc.${side}.call.duration`, {
        description: `How long ${side === 'client' ? 'outgoing' : 'incoming'} calls take`,
        unit: 's',
        advice: { explicitBucketBoundaries: BUCKETS },
      });
    return this.#histograms[side];
  }
}

function endSpan(span: Span, outcome: Outcome): void {
  const attributes: Attributes = {};
  addOutcome(attributes, outcome);
  span.setAttributes(attributes);
  if (outcome.fault !== undefined) {
    const { error } = outcome.fault;
    const known = error instanceof Error ? error : new Error(String(error));
    span.recordException(known);
    span.setStatus({ code: SpanStatusCode.ERROR, message: known.message });
  }
  span.end();
}
