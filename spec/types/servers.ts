/** What the compiler must know of handlers, and mistakes it must find. Nothing here is run: `tsc` is the test. */
import {
  type Context,
  fb303,
  type Handler,
  load,
  loadFrom,
  makeClient,
  makeServer,
  reflection,
  type Service,
  type TcpAddress,
  type UnixAddress,
} from '../../src/index.ts';

interface Module {
  readonly Users: Service<{
    find(id: bigint): string;
    rename(id: bigint, name: string): void;
  }>;
  readonly Empty: Service<{ ping(): number }>;
  readonly Streams: Service<
    {
      watch(what: string): AsyncIterable<number>;
      upload(parts: AsyncIterable<string> | Iterable<string>): number;
      talk(said: AsyncIterable<string> | Iterable<string>): AsyncIterable<number>;
    },
    {
      watch(what: string): AsyncIterable<number> | Iterable<number>;
      upload(parts: AsyncIterable<string>): number;
      talk(said: AsyncIterable<string>): AsyncIterable<number> | Iterable<number>;
    }
  >;
}

declare function expectType<T>(value: T): void;

export async function typed(): Promise<void> {
  const { Users, Empty } = await load<Module>('users.thrift');

  const server = makeServer(Users, {
    find(id, context) {
      expectType<bigint>(id);
      expectType<Context>(context);
      expectType<AbortSignal>(context.signal);
      return 'x';
    },
    async rename(id, name) {
      expectType<bigint>(id);
      expectType<string>(name);
    },
  });
  server.add(Empty, { ping: () => 1 }).add(Users, { find: async () => 'x' }, { partial: true });

  server.add({ service: Empty, handler: { ping: () => 1 } });
  server.add({
    service: Empty,
    handler: ({ services, isClosing }) => ({ ping: () => services.length + +isClosing }),
  });
  // @ts-expect-error: a handler is missing
  server.add({ service: Users, handler: { find: () => 'x' } });
  // @ts-expect-error: a result of another type
  server.add({ service: Empty, handler: () => ({ ping: () => 'pong' }) });
  // @ts-expect-error: it brings its handler
  server.add({ service: Empty, handler: { ping: () => 1 } }, { ping: () => 1 });

  server.add(fb303({ status: 'WARNING', counters: async () => ({ calls: 1 }) })).add(reflection());
  // @ts-expect-error: no status
  fb303({ status: 'alive' });
  const health = makeClient(fb303().service, 'localhost:9090');
  expectType<bigint>(await health.getCounter('calls'));
  // @ts-expect-error: an argument of another type
  await health.getCounter(5);
  // @ts-expect-error: no module has it
  (await loadFrom<Module>('localhost:9090', { service: 'Users', int64: 'number' })).Nobody;
  // @ts-expect-error: nothing is read from the disk
  await loadFrom('localhost:9090', { includeDirs: [] });

  class Handlers implements Handler<Module['Users']> {
    readonly #names = new Map<bigint, string>();
    find(id: bigint): string {
      return this.#names.get(id) ?? '';
    }
    async rename(id: bigint, name: string, { signal }: Context): Promise<void> {
      signal.throwIfAborted();
      this.#names.set(id, name);
    }
  }
  makeServer(Users, new Handlers(), { exposeErrors: true, limits: { frame: 5 } });
  makeServer(Users, { find: () => 'x' }, { partial: true });

  // @ts-expect-error: a handler is missing
  makeServer(Users, { find: () => 'x' });
  // @ts-expect-error: a handler is missing
  makeServer(Users, { find: () => 'x' }, { partial: false });
  // @ts-expect-error: a handler is missing
  server.add(Users, { rename() {} });
  // @ts-expect-error: a result of another type
  makeServer(Users, { find: () => 5, rename() {} });
  // @ts-expect-error: a promise of another type
  makeServer(Users, { find: async () => 5, rename() {} });
  // @ts-expect-error: an argument of another type
  makeServer(Users, { find: (id: string) => id, rename() {} });
  // @ts-expect-error: more arguments than are declared, beside the context
  makeServer(Users, { find: (_id: bigint, _context: Context, more: string) => more, rename() {} });
  // @ts-expect-error: a method that is not declared
  makeServer(Users, { find: () => 'x', rename() {}, remove() {} });
  // @ts-expect-error: in part, but of another type
  makeServer(Users, { find: () => 5 }, { partial: true });
  // @ts-expect-error: an option that does not exist
  makeServer(Empty, { ping: () => 1 }, { onerror() {} });

  expectType<TcpAddress>(await server.listen({ port: 0 }));
  expectType<UnixAddress>(await server.listen({ path: '/run/x.sock' }));
  // @ts-expect-error: it may be a path
  (await server.listen('unix:/run/x.sock')).port;
  await server.close({ grace: 5 });
}

export async function untyped(): Promise<void> {
  const { Users, Other } = await load('users.thrift');
  const server = makeServer(Users, { anything: (a: string) => a });
  server.add(Other, { more: () => 1 }, { partial: true });
  await server.listen('localhost:9090');
}

export async function streamed(): Promise<void> {
  const { Streams } = await load<Module>('users.thrift');
  makeServer(Streams, {
    async *watch(what, context) {
      expectType<string>(what);
      context.responseMetadata.set('a', 'b');
      context.trailers.set('c', 'd');
      yield what.length;
    },
    async upload(parts, { signal }) {
      let size = 0;
      for await (const part of parts) size += part.length + +signal.aborted;
      return size;
    },
    talk: async () => [1, 2],
  });
  makeServer(Streams, {
    watch: () => [1],
    upload: async () => 1,
    // @ts-expect-error: messages of another type
    talk: () => ['a'],
  });
  // @ts-expect-error: handlers are missing
  makeServer(Streams, { upload: () => 1 });
}
