import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, ParentBasedSampler, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import {
  type Address,
  type ClientOptions,
  type Context,
  type Interceptor,
  makeClient,
  makeServer,
  RpcError,
  type ServerOptions,
} from '../../src/index.ts';
import { type OtelOptions, otel } from '../../src/otel/otel.ts';
import { rejection, rpcError } from '../support/errors.ts';
import { closeAll, closing, until } from '../support/peers.ts';
import { served } from '../support/servers.ts';
import { loaded, type PingPongHandler, waitingHandler } from '../support/services.ts';
import { register, Telemetry, unregister } from './telemetry.ts';

before(register);
after(unregister);

let telemetry: Telemetry;

beforeEach(() => {
  telemetry = closing(new Telemetry());
});
afterEach(closeAll);

const observed = (options: OtelOptions = {}): Interceptor =>
  otel({ tracerProvider: telemetry.tracerProvider, meterProvider: telemetry.meterProvider, ...options });

const clientOf = (address: Address, options: ClientOptions = {}) =>
  closing(makeClient(loaded.PingPong, address, { interceptors: [observed()], ...options }));

/** A server and a client that are observed. */
async function both(
  own: Partial<PingPongHandler> = {},
  options: ClientOptions = { transport: 'header' },
  serverOptions: ServerOptions = {},
) {
  const all = await served(own, { interceptors: [observed()], ...serverOptions });
  return { ...all, client: clientOf(all.address, options) };
}

async function spans(count: number): Promise<readonly ReadableSpan[]> {
  await until(() => telemetry.spans.length >= count);
  expect(telemetry.spans).to.have.lengthOf(count);
  return telemetry.spans;
}

/** The span of the call's client, and that of its server. */
async function pair(): Promise<readonly [client: ReadableSpan, server: ReadableSpan]> {
  const all = await spans(2);
  const of = (kind: SpanKind) => all.find(span => span.kind === kind)!;
  return [of(SpanKind.CLIENT), of(SpanKind.SERVER)];
}

const isChild = (child: ReadableSpan, parent: ReadableSpan) =>
  child.parentSpanContext?.spanId === parent.spanContext().spanId &&
  child.spanContext().traceId === parent.spanContext().traceId;

const around = <T>(name: string, run: () => Promise<T>): Promise<T> =>
  telemetry.tracerProvider.getTracer('spec').startActiveSpan(name, async span => {
    try {
      return await run();
    } finally {
      span.end();
    }
  });

describe('spans of a call', () => {
  const ways: Readonly<Record<string, (port: number) => [Address, ClientOptions]>> = {
    header: port => [`127.0.0.1:${port}`, { transport: 'header' }],
    ttheader: port => [`127.0.0.1:${port}`, { transport: 'ttheader' }],
    http: port => [`http://127.0.0.1:${port}/`, {}],
  };
  for (const [way, target] of Object.entries(ways)) {
    it(`belong together, and so does what the handler does: ${way}`, async () => {
      const last = await served({}, { interceptors: [observed()] });
      const onwards = clientOf(...target(last.address.port));
      const { address } = await both({
        ping: () => around('work', () => onwards.login('root', 'pwd')) as never,
      });
      await around('outside', () => clientOf(...target(address.port)).ping());
      const all = await spans(6);
      const chain = ['PingPong/login', 'PingPong/login', 'work', 'PingPong/ping', 'PingPong/ping', 'outside'];
      expect(all.map(({ name }) => name)).to.deep.equal(chain);
      for (const [i, span] of all.slice(0, -1).entries()) expect(isChild(span, all[i + 1]!)).to.equal(true);
      expect(all.map(({ kind }) => kind)).to.deep.equal([
        SpanKind.SERVER,
        SpanKind.CLIENT,
        SpanKind.INTERNAL,
        SpanKind.SERVER,
        SpanKind.CLIENT,
        SpanKind.INTERNAL,
      ]);
    });
  }

  it('are of separate traces where messages have no headers, and the call goes through', async () => {
    let metadata: unknown;
    const { client } = await both(
      {
        ping(given: Context) {
          metadata = given.metadata.size;
          return 'pong';
        },
      },
      {},
    );
    expect(await client.ping()).to.equal('pong');
    const [calling, serving] = await pair();
    expect(calling.spanContext().traceId).to.not.equal(serving.spanContext().traceId);
    expect(serving.parentSpanContext).to.equal(undefined);
    expect(metadata).to.equal(0);
  });

  it('are named and attributed as the conventions ask', async () => {
    const attributes = { 'server.address': 'orders.example' };
    const { client, address } = await both({}, undefined, { interceptors: [observed({ attributes })] });
    await client.login('root', 'pwd');
    const [calling, serving] = await pair();
    const common = { 'rpc.system.name': 'thrift', 'rpc.method': 'PingPong/login', 'rpc.status_code': 'OK' };
    expect(calling.name).to.equal('PingPong/login');
    expect(calling.attributes).to.deep.equal({
      ...common,
      'server.address': '127.0.0.1',
      'server.port': address.port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': address.port,
    });
    const { 'client.port': port, ...others } = serving.attributes;
    expect(port).to.be.a('number');
    expect(others).to.deep.equal({
      ...common,
      ...attributes,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
    });
    for (const span of [calling, serving]) {
      expect(span.instrumentationScope.name).to.equal('livethrift');
      expect(span.status).to.deep.equal({ code: SpanStatusCode.UNSET });
      expect(span.events).to.deep.equal([]);
    }
  });

  const peers: readonly (readonly [string, object])[] = [
    ['localhost:9000', { 'server.address': 'localhost', 'server.port': 9000 }],
    [
      '[::1]:9000',
      {
        'server.address': '::1',
        'server.port': 9000,
        'network.peer.address': '::1',
        'network.peer.port': 9000,
      },
    ],
    ['unix:/run/s.sock', { 'server.address': '/run/s.sock' }],
    ['https://example.com/thrift', { 'server.address': 'example.com', 'server.port': 443 }],
    ['ws://example.com:81/', { 'server.address': 'example.com', 'server.port': 81 }],
    ['process:node', { 'server.address': 'process:node' }],
  ];
  for (const [peer, expected] of peers) {
    it(`say of ${peer} where it is`, async () => {
      const { descriptor } = await invocation();
      await observed()({ side: 'client', descriptor, peer, metadata: new Map() } as never, async () => {});
      const { attributes } = (await spans(1))[0]!;
      const { 'rpc.system.name': _, 'rpc.method': __, 'rpc.status_code': ___, ...where } = attributes;
      expect(where).to.deep.equal(expected);
    });
  }

  it('know a server by its Unix socket', async () => {
    const path = join(tmpdir(), `livethrift-otel-${process.pid}.sock`);
    const server = closing(
      makeServer(loaded.PingPong, waitingHandler().handler, { interceptors: [observed()] }),
    );
    await clientOf(await server.listen({ path })).ping();
    const [calling, serving] = await pair();
    expect(calling.attributes).to.include({ 'server.address': path });
    expect(calling.attributes).to.not.have.property('server.port');
    expect(serving.attributes).to.include({ 'client.address': path });
  });

  it('are one for a call with all its attempts', async () => {
    const again: Interceptor = async (_call, next) => {
      await next();
      return next();
    };
    const { address } = await both();
    await clientOf(address, { transport: 'header', interceptors: [observed(), again] }).ping();
    const [first, second, calling] = await spans(3);
    expect(isChild(first!, calling!) && isChild(second!, calling!)).to.equal(true);
  });

  it('are there for calls that nothing answers', async () => {
    const { client, notes } = await both();
    await client.note('n');
    const [calling, serving] = await pair();
    expect(notes).to.deep.equal(['n']);
    expect(isChild(serving, calling)).to.equal(true);
    expect(serving.attributes).to.include({ 'rpc.status_code': 'OK' });
  });

  it('go on with a trace that is only handed on', async () => {
    const { address } = await both();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const metadata = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: 'a=1' };
    await clientOf(address, { transport: 'header', metadata }).ping();
    const [calling, serving] = await pair();
    expect(calling.parentSpanContext).to.include({ traceId, spanId: 'b7ad6b7169203331' });
    expect(isChild(serving, calling)).to.equal(true);
    expect(serving.spanContext().traceState?.serialize()).to.equal('a=1');
  });

  it('take nothing of another trace along', async () => {
    const { address } = await both();
    const metadata = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'a=1' };
    await around('outside', () => clientOf(address, { transport: 'header', metadata }).ping());
    const [serving, , outside] = await spans(3);
    expect(serving!.spanContext().traceId).to.equal(outside!.spanContext().traceId);
    expect(serving!.spanContext().traceState).to.equal(undefined);
  });

  it('belong to what carries the call, if that has a span of the same trace', async () => {
    const carrying: Interceptor = (call, next) => {
      const [, traceId = '', spanId = ''] = call.metadata.get('traceparent')!.split('-');
      const remote = trace.setSpanContext(context.active(), {
        traceId,
        spanId,
        traceFlags: 1,
        isRemote: true,
      });
      return context.with(remote, () => around('carrier', next));
    };
    const { client } = await both({}, undefined, { interceptors: [carrying, observed()] });
    await client.ping();
    const [serving, carrier] = await spans(3);
    expect(carrier!.name).to.equal('carrier');
    expect(isChild(serving!, carrier!)).to.equal(true);
  });

  for (const transport of ['header', 'framed'] as const) {
    it(`do not belong to what is around them otherwise: ${transport}`, async () => {
      const other: Interceptor = (_call, next) => around('other', next);
      const { client } = await both({}, { transport }, { interceptors: [other, observed()] });
      await client.ping();
      const all = await spans(3);
      const of = (kind: SpanKind) => all.find(span => span.kind === kind)!;
      const caller = transport === 'header' ? of(SpanKind.CLIENT).spanContext().spanId : undefined;
      expect(of(SpanKind.SERVER).parentSpanContext?.spanId).to.equal(caller);
    });
  }
});

async function invocation() {
  const seen: Parameters<Interceptor>[0][] = [];
  const look: Interceptor = (call, next) => {
    seen.push(call);
    return next();
  };
  const { address } = await served();
  await clientOf(address, { interceptors: [look] }).ping();
  return seen[0]!;
}

describe('spans of a call that fails', () => {
  const { NotFound } = loaded;

  interface Failure {
    readonly handler?: Partial<PingPongHandler>;
    readonly server?: ServerOptions;
    readonly options?: OtelOptions;
    readonly client: readonly [status: string | undefined, error: string | undefined];
    readonly serverSide: readonly [status: string, error: string | undefined];
  }

  const throwing = (error: unknown): Partial<PingPongHandler> => ({
    find() {
      throw error;
    },
  });

  const failures: Readonly<Record<string, Failure>> = {
    'a declared exception: an error of the client alone': {
      handler: throwing(new NotFound({ id: 1 })),
      client: ['NotFound', 'NotFound'],
      serverSide: ['NotFound', undefined],
    },
    'a declared exception that is to count': {
      handler: throwing(new NotFound({ id: 1 })),
      options: { declaredErrors: true },
      client: ['NotFound', 'NotFound'],
      serverSide: ['NotFound', 'NotFound'],
    },
    "a status that is the caller's fault": {
      handler: throwing(new RpcError('PERMISSION_DENIED', 'no')),
      client: ['PERMISSION_DENIED', 'PERMISSION_DENIED'],
      serverSide: ['PERMISSION_DENIED', undefined],
    },
    "a status that is the server's": {
      handler: throwing(new RpcError('UNAVAILABLE', 'later')),
      client: ['UNAVAILABLE', 'UNAVAILABLE'],
      serverSide: ['UNAVAILABLE', 'UNAVAILABLE'],
    },
    'what no IDL declares': {
      handler: throwing(new RangeError('secret')),
      client: ['INTERNAL', 'INTERNAL'],
      serverSide: ['INTERNAL', 'INTERNAL'],
    },
    'what is no error at all': {
      handler: throwing('text'),
      client: ['INTERNAL', 'INTERNAL'],
      serverSide: ['INTERNAL', 'INTERNAL'],
    },
    'a call that the handler made': {
      handler: throwing(new RpcError('NOT_FOUND', 'elsewhere', { peer: 'other:1' })),
      client: ['INTERNAL', 'INTERNAL'],
      serverSide: ['INTERNAL', 'INTERNAL'],
    },
  };
  for (const [what, { handler, options, client: expected, serverSide }] of Object.entries(failures)) {
    it(`say so: ${what}`, async () => {
      const { client } = await both(handler, undefined, { interceptors: [observed(options)] });
      const error = await rejection(client.find(1));
      const [calling, serving] = await pair();
      for (const [span, [status, type]] of [
        [calling, expected],
        [serving, serverSide],
      ] as const) {
        expect(span.attributes['rpc.status_code']).to.equal(status);
        expect(span.attributes['error.type']).to.equal(type);
        expect(span.status.code).to.equal(type === undefined ? SpanStatusCode.UNSET : SpanStatusCode.ERROR);
        expect(span.events.map(({ name }) => name)).to.deep.equal(type === undefined ? [] : ['exception']);
      }
      expect(calling.status.message).to.equal((error as Error).message);
      if (what.startsWith('what no IDL')) expect(serving.status.message).to.equal('secret');
    });
  }

  it('say so where nothing was sent', async () => {
    const { client, server } = await both();
    await rejection(client.count('one' as never));
    await server.close();
    await rejection(client.ping());
    const [refused, unreachable] = await spans(2);
    expect(refused!.attributes).to.include({ 'error.type': 'ValueError' });
    expect(refused!.attributes).to.not.have.property('rpc.status_code');
    expect(unreachable!.attributes).to.include({
      'error.type': 'UNAVAILABLE',
      'rpc.status_code': 'UNAVAILABLE',
    });
  });

  /** A handler that gives up when it is told to, and then gives a result, or throws. */
  const givingUp = (error?: Error) => {
    let isRunning = false;
    const handler: Partial<PingPongHandler> = {
      wait: (name, { signal }) =>
        new Promise((resolve, reject) => {
          isRunning = true;
          signal.addEventListener('abort', () => (error === undefined ? resolve(name) : reject(error)));
        }),
    };
    return { handler, runs: () => until(() => isRunning) };
  };

  for (const [what, error] of [
    ['gives', undefined],
    ['throws', new Error('too late')],
  ] as const) {
    it(`say that the time was over, whatever the handler ${what} then`, async () => {
      const { handler } = givingUp(error);
      const { client } = await both(handler, undefined, { interceptors: [observed()], timeout: 20 });
      expect((await rpcError(client.wait('w'))).code).to.equal('DEADLINE_EXCEEDED');
      for (const span of await pair()) {
        expect(span.attributes).to.include({
          'rpc.status_code': 'DEADLINE_EXCEEDED',
          'error.type': 'DEADLINE_EXCEEDED',
        });
        expect(span.status.message).to.include('not done within 20 ms');
      }
    });

    it(`say that the client has gone, which is no error of the server's, whatever the handler ${what} then`, async () => {
      const { handler, runs } = givingUp(error);
      const { client } = await both(handler);
      const call = rejection(client.wait('w'));
      await runs();
      await client.close({ grace: 0 });
      await call;
      const [calling, serving] = await pair();
      expect(calling.attributes).to.include({ 'error.type': 'CANCELLED' });
      expect(serving.attributes).to.include({ 'rpc.status_code': 'CANCELLED' });
      expect(serving.attributes).to.not.have.property('error.type');
    });
  }
});

describe('measurements of calls', () => {
  it('are histograms of seconds on either side, apart by how calls ended', async () => {
    const { client, address } = await both();
    await client.ping();
    await client.ping();
    await rejection(client.find(-1));
    await spans(6);
    const all = await telemetry.measured();
    const server = { 'rpc.system.name': 'thrift', 'rpc.method': 'PingPong/ping', 'rpc.status_code': 'OK' };
    const where = { 'server.address': '127.0.0.1', 'server.port': address.port };
    const found = { ...server, 'rpc.method': 'PingPong/find', 'rpc.status_code': 'NotFound' };
    const of = (name: string) =>
      all.filter(one => one.name === name).map(({ attributes, count }) => ({ attributes, count }));
    expect(of('rpc.client.call.duration')).to.have.deep.members([
      { attributes: { ...server, ...where }, count: 2 },
      { attributes: { ...found, ...where, 'error.type': 'NotFound' }, count: 1 },
    ]);
    expect(of('rpc.server.call.duration')).to.have.deep.members([
      { attributes: server, count: 2 },
      { attributes: found, count: 1 },
    ]);
    for (const { unit, sum, boundaries } of all) {
      expect(unit).to.equal('s');
      expect(sum).to.be.within(0, 5);
      expect(boundaries).to.deep.equal([
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
      ]);
    }
  });
});

describe('calls that are not sampled', () => {
  it('have no spans, tell the server so, and are measured', async () => {
    telemetry = closing(new Telemetry(new ParentBasedSampler({ root: new AlwaysOffSampler() })));
    let traceparent: string | undefined;
    const { client } = await both({
      ping({ metadata }: Context) {
        traceparent = metadata.get('traceparent');
        return 'pong';
      },
    });
    await client.ping();
    expect(traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(telemetry.spans).to.deep.equal([]);
    expect((await telemetry.measured()).map(({ name, count }) => [name, count])).to.have.deep.members([
      ['rpc.client.call.duration', 1],
      ['rpc.server.call.duration', 1],
    ]);
  });
});

describe('without an SDK', () => {
  it('calls are made, and a trace is handed on as it came', async () => {
    unregister();
    try {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      const came: unknown[] = [];
      const { address } = await served(
        {
          ping({ metadata }: Context) {
            came.push(metadata.get('traceparent'));
            return 'pong';
          },
        },
        { interceptors: [otel()] },
      );
      const client = clientOf(address, { transport: 'header', interceptors: [otel()] });
      expect(await client.ping()).to.equal('pong');
      expect(await client.ping({ metadata: { traceparent } })).to.equal('pong');
      expect(came).to.deep.equal([undefined, traceparent]);
    } finally {
      register();
    }
  });

  it('options that are none are refused', () => {
    expect(() => otel({ tracer: 1 } as never)).to.throw(TypeError, 'there is no option "tracer"');
  });
});
