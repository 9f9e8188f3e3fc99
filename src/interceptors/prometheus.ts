import type { CallMetrics, MetricsSnapshot } from './snapshot.ts';

/** Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats */
export function exposition({ buckets, calls, running }: MetricsSnapshot): string {
  return [
    ...family('thrift_calls_total', 'counter', 'Calls that have ended.'),
    ...calls.map(call => sample('thrift_calls_total', labelsOf(call), call.count)),
    ...family('thrift_calls_running', 'gauge', 'Calls that have not ended.'),
    ...running.map(({ side, method, count }) => sample('thrift_calls_running', { side, method }, count)),
    ...family('thrift_call_duration_seconds', 'histogram', 'How long calls took.'),
    ...calls.flatMap(call => histogram(call, buckets)),
    '',
  ].join('\n');
}

function histogram(call: CallMetrics, buckets: readonly number[]): readonly string[] {
  const name = 'thrift_call_duration_seconds';
  const labels = labelsOf(call);
  return [
    ...buckets.map((most, i) => sample(`${name}_bucket`, { ...labels, le: seconds(most) }, call.within[i]!)),
    sample(`${name}_bucket`, { ...labels, le: '+Inf' }, call.count),
    sample(`${name}_sum`, labels, seconds(call.ms)),
    sample(`${name}_count`, labels, call.count),
  ];
}

function labelsOf({ side, method, code }: CallMetrics): Readonly<Record<string, string>> {
  return { side, method, code };
}

function family(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** Thrift's names and our codes hold nothing that would have to be escaped. */
function sample(name: string, labels: Readonly<Record<string, string>>, value: number | string): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${pairs.join(',')}} ${value}`;
}

function seconds(ms: number): string {
  return String(ms / 1000);
}
