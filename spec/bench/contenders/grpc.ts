import { resolve } from 'node:path';
import { type BenchClient, handler } from '../workloads/calls.ts';
import { type Chunk, checkChunk, chunkOf } from '../workloads/chunks.ts';
import type { EchoMethod, Medium } from '../workloads/values.ts';
import type { Contender, Load } from './contender.ts';
import { packageOf } from './packages.ts';
import { callerOf } from './promises.ts';

type Callback = (error: Error | null, value?: unknown) => void;
type Unary = (request: unknown, callback: Callback) => void;

interface GrpcPackage {
  readonly Server: new () => {
    addService(service: unknown, handlers: Readonly<Record<string, unknown>>): void;
    bindAsync(
      address: string,
      credentials: unknown,
      callback: (error: Error | null, port: number) => void,
    ): void;
  };
  readonly credentials: { createInsecure(): unknown };
  readonly ServerCredentials: { createInsecure(): unknown };
  loadPackageDefinition(definition: unknown): {
    readonly bench: {
      readonly Bench: ServiceClass<GrpcClient>;
      readonly Streams: ServiceClass<StreamsClient>;
    };
  };
}

interface ServiceClass<C> {
  new (address: string, credentials: unknown, options: object): C;
  readonly service: unknown;
}

interface StreamsClient {
  pour(first: Chunk): Pouring;
  close(): void;
}

interface Pouring {
  on(event: 'data', listener: (chunk: Chunk) => void): this;
  on(event: 'error', listener: (error: { readonly code: number }) => void): this;
  cancel(): void;
}

/** What a handler writes to. */
interface Poured {
  readonly cancelled: boolean;
  write(chunk: Chunk): boolean;
  once(event: 'drain', listener: () => void): void;
}

type GrpcClient = Readonly<Record<'ping' | 'login' | 'hang' | EchoMethod, Unary>> & {
  waitForReady(deadline: number, callback: (error?: Error) => void): void;
  close(): void;
};

interface ProtoLoader {
  loadSync(file: string, options: object): unknown;
}

const PATIENCE = 10_000;
const echoes: readonly EchoMethod[] = ['small', 'medium', 'ints', 'doubles', 'blob', 'texts', 'counts'];
const text = (value: unknown): string => (value as { value: string }).value;

/** gRPC as its documentation has it: the schema from proto-loader, promises around the callbacks. */
export function grpc(): Contender {
  const { Server, ServerCredentials, credentials, loadPackageDefinition } =
    packageOf<GrpcPackage>('@grpc/grpc-js');
  const definition = packageOf<ProtoLoader>('@grpc/proto-loader').loadSync(
    resolve('spec/bench/workloads/bench.proto'),
    { keepCase: true },
  );
  const { Bench, Streams } = loadPackageDefinition(definition).bench;
  return {
    serve() {
      const server = new Server();
      server.addService(Bench.service, handlers);
      server.addService(Streams.service, { pour });
      return new Promise((done, failed) => {
        server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
          error === null ? done(port) : failed(error),
        );
      });
    },
    async connect(port) {
      // A connection of its own for each client, as the others have.
      const options = { 'grpc.use_local_subchannel_pool': 1 };
      const client = new Bench(`127.0.0.1:${port}`, credentials.createInsecure(), options);
      await new Promise<void>((done, failed) => {
        client.waitForReady(Date.now() + PATIENCE, error => (error === undefined ? done() : failed(error)));
      });
      const streams = new Streams(`127.0.0.1:${port}`, credentials.createInsecure(), options);
      const close = (): void => {
        client.close();
        streams.close();
      };
      return { ...callerOf(promised(client), native, close), pour: ms => pourFor(streams, ms) };
    },
  };
}

/** As its documentation has it: events. `for await` over the same call is slower. */
function pourFor(streams: StreamsClient, ms: number): Promise<Load> {
  const end = performance.now() + ms;
  return new Promise((done, failed) => {
    let i = 0;
    let isOver = false;
    const call = streams
      .pour(chunkOf(0))
      .on('data', chunk => {
        if (isOver) return;
        try {
          checkChunk(chunk, i++);
        } catch (error) {
          failed(error);
        }
        if (i % 64 !== 0 || performance.now() <= end) return;
        isOver = true;
        call.cancel();
        done({ calls: i, latencies: [] });
      })
      .on('error', error => {
        if (!isOver) failed(error);
      });
  });
}

/** Writes as long as there is room. */
function pour(call: Poured): void {
  let i = 0;
  const on = (): void => {
    while (!call.cancelled && call.write(chunkOf(i++)));
    if (!call.cancelled) call.once('drain', on);
  };
  on();
}

function promised(client: GrpcClient): BenchClient {
  const call = (method: 'ping' | 'login' | 'hang' | EchoMethod, request: unknown): Promise<unknown> =>
    new Promise((done, failed) => {
      client[method](request, (error, value) => (error === null ? done(value) : failed(error)));
    });
  const echo = Object.fromEntries(
    echoes.map(method => [method, (value: unknown) => call(method, value)]),
  ) as Record<EchoMethod, (value: unknown) => Promise<unknown>>;
  return {
    ...echo,
    ping: () => call('ping', {}).then(text),
    login: (username, password) => call('login', { username, password }).then(text),
    hang: () => call('hang', {}),
  };
}

/** Long integers are what proto-loader decodes them to; plain values are right for all the rest. */
function native(struct: EchoMethod, value: object): object {
  if (struct !== 'medium') return value;
  const { fromNumber } = packageOf<{ fromNumber(value: number): object }>('long');
  return { ...value, id: fromNumber((value as Medium).id) };
}

const handlers: Readonly<Record<string, unknown>> = {
  ping: (_call: unknown, callback: Callback) => callback(null, { value: handler.ping() }),
  login: ({ request }: { request: { username: string; password: string } }, callback: Callback) =>
    callback(null, { value: handler.login(request.username, request.password) }),
  hang: () => {},
  ...Object.fromEntries(
    echoes.map(method => [
      method,
      ({ request }: { request: unknown }, callback: Callback) => callback(null, request),
    ]),
  ),
};
