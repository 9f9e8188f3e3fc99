import { expect } from 'chai';
import { type Metrics, type MetricsOptions, makeClient } from '../../src/index.ts';
import { metrics } from '../../src/interceptors/metrics.ts';
import { exposition } from '../../src/interceptors/prometheus.ts';
import type { MetricsSnapshot } from '../../src/interceptors/snapshot.ts';
import { rejection } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded } from '../support/services.ts';

afterEach(closeAll);

async function measuring(options: MetricsOptions = {}) {
  const both: Metrics = metrics(options);
  const all = await served({}, { interceptors: [both.interceptor] });
  const client = closing(makeClient(loaded.PingPong, all.address, { interceptors: [both.interceptor] }));
  return { ...all, both, client };
}

describe('metrics', () => {
  it('count calls by side, method, and how they ended', async () => {
    const { both, client } = await measuring();
    await Promise.all([client.ping(), client.ping(), client.find(1), rejection(client.find(-1))]);
    await client.note('x');
    await until(() => both.snapshot().calls.length === 8);
    const counts = both.snapshot().calls.map(({ side, method, code, count }) => [side, method, code, count]);
    for (const side of ['client', 'server']) {
      expect(counts).to.deep.include.members([
        [side, 'PingPong.ping', 'OK', 2],
        [side, 'PingPong.find', 'OK', 1],
        [side, 'PingPong.find', 'NotFound', 1],
        [side, 'PingPong.note', 'OK', 1],
      ]);
    }
  });

  it('know how many calls run', async () => {
    const { both, client, running, finish } = await measuring();
    const result = client.wait('a');
    await until(() => running.length === 1);
    const runs = () => both.snapshot().running.map(({ side, method, count }) => [side, method, count]);
    expect(runs()).to.deep.equal([
      ['client', 'PingPong.wait', 1],
      ['server', 'PingPong.wait', 1],
    ]);
    finish('a');
    await result;
    expect(runs().map(([, , count]) => count)).to.deep.equal([0, 0]);
  });

  it('put each call into every bucket that it fits', async () => {
    const { both, client } = await measuring({ buckets: [0.000001, 60_000, 120_000] });
    await client.ping();
    await client.ping();
    const { calls, buckets } = both.snapshot();
    expect(buckets).to.deep.equal([0.000001, 60_000, 120_000]);
    expect(calls[0]).to.deep.include({ count: 2, within: [0, 2, 2] });
    expect(calls[0]!.ms).to.be.within(0.001, 60_000);
  });

  it('are text as Prometheus reads it', () => {
    const snapshot: MetricsSnapshot = {
      buckets: [5, 2500],
      calls: [
        { side: 'server', method: 'PingPong.ping', code: 'OK', count: 3, ms: 5010.5, within: [2, 2] },
        { side: 'server', method: 'PingPong.find', code: 'NotFound', count: 1, ms: 1, within: [1, 1] },
      ],
      running: [{ side: 'server', method: 'PingPong.ping', count: 7 }],
    };
    expect(exposition(snapshot)).to.equal(`# HELP thrift_calls_total Calls that have ended.
# TYPE thrift_calls_total counter
thrift_calls_total{side="server",method="PingPong.ping",code="OK"} 3
thrift_calls_total{side="server",method="PingPong.find",code="NotFound"} 1
# HELP thrift_calls_running Calls that have not ended.
# TYPE thrift_calls_running gauge
thrift_calls_running{side="server",method="PingPong.ping"} 7
# HELP thrift_call_duration_seconds How long calls took.
# TYPE thrift_call_duration_seconds histogram
thrift_call_duration_seconds_bucket{side="server",method="PingPong.ping",code="OK",le="0.005"} 2
thrift_call_duration_seconds_bucket{side="server",method="PingPong.ping",code="OK",le="2.5"} 2
thrift_call_duration_seconds_bucket{side="server",method="PingPong.ping",code="OK",le="+Inf"} 3
thrift_call_duration_seconds_sum{side="server",method="PingPong.ping",code="OK"} 5.0105
thrift_call_duration_seconds_count{side="server",method="PingPong.ping",code="OK"} 3
thrift_call_duration_seconds_bucket{side="server",method="PingPong.find",code="NotFound",le="0.005"} 1
thrift_call_duration_seconds_bucket{side="server",method="PingPong.find",code="NotFound",le="2.5"} 1
thrift_call_duration_seconds_bucket{side="server",method="PingPong.find",code="NotFound",le="+Inf"} 1
thrift_call_duration_seconds_sum{side="server",method="PingPong.find",code="NotFound"} 0.001
thrift_call_duration_seconds_count{side="server",method="PingPong.find",code="NotFound"} 1
`);
    expect(metrics().text()).to.include('# TYPE thrift_calls_total counter');
  });

  it('refuse buckets that make no sense', () => {
    for (const buckets of [[2, 1], [0, 1], [1, 1], [Number.POSITIVE_INFINITY], 'x']) {
      expect(() => metrics({ buckets } as MetricsOptions)).to.throw(
        TypeError,
        'metrics.buckets: expected ascending ms above 0, got',
      );
    }
  });
});
