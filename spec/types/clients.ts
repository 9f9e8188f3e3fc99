/** What the compiler must know of clients, and mistakes it must find. Nothing here is run: `tsc` is the test. */
import {
  type Client,
  connect,
  load,
  loadSource,
  makeClient,
  type Service,
  type StructClass,
} from '../../src/index.ts';

interface User {
  readonly id: bigint;
  readonly name: string | undefined;
}

interface Module {
  readonly Users: Service<{
    find(id: bigint): User;
    rename(id: bigint, name: string): void;
    later(): Promise<string>;
    either(): 1 | 2;
  }>;
  readonly Files: Service<{ open(path: string): string; close(handle: string): number }>;
  readonly Hidden: Service<{ then(): string; other(): string }>;
  readonly Streams: Service<{
    watch(what: string): AsyncIterable<User>;
    upload(parts: AsyncIterable<string> | Iterable<string>): number;
    talk(said: AsyncIterable<string>): AsyncIterable<number>;
    listed(): readonly [first: number, rest: AsyncIterable<User>];
    anything(): unknown;
  }>;
  readonly User: StructClass<User>;
}

declare function expectType<T>(value: T): void;
/** True when two types are the same, not only assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

export async function typed(): Promise<void> {
  const { Users, Files, Hidden, User } = await load<Module>('users.thrift');
  const users = makeClient(Users, 'localhost:9090', { timeout: 5, transport: 'framed' });

  makeClient(Users, ['localhost:9090', { host: 'h', port: 1 }, { address: 'h:2', weight: 3 }]);
  makeClient(Users, 'dns:///users:9090', { balance: { policy: 'round-robin', outlier: false } });
  makeClient(Users, { name: 'none', watch: () => ({ refresh() {}, close() {} }) });
  // @ts-expect-error: a policy that does not exist
  connect(['localhost:9090'], { balance: 'random' });
  // @ts-expect-error: no address
  connect([{ hots: 'h', port: 1 }]);

  const found = await users.find(1n);
  expectType<Same<typeof found, User>>(true);
  const nothing = await users.rename(1n, 'x', { timeout: 5 });
  expectType<Same<typeof nothing, void>>(true);
  const text = await users.later();
  expectType<Same<typeof text, string>>(true);
  const either = users.either();
  expectType<Same<typeof either, Promise<1 | 2>>>(true);
  expectType<string | undefined>(new User({ id: 1n }).name);

  // @ts-expect-error: an argument of another type
  await users.find('1');
  // @ts-expect-error: an argument too few
  await users.rename(1n);
  // @ts-expect-error: no call options
  await users.find(1n, 5);
  // @ts-expect-error: a call option that does not exist
  await users.find(1n, { timout: 5 });
  // @ts-expect-error: more than the options
  await users.find(1n, {}, {});
  // @ts-expect-error: no such method
  await users.remove(1n);
  // @ts-expect-error: no such field
  found.email;
  // @ts-expect-error: methods are not to be replaced
  users.find = () => Promise.resolve(found);
  // @ts-expect-error: an option that does not exist
  makeClient(Users, 'localhost:9090', { timout: 5 });
  // @ts-expect-error: a transport that does not exist
  makeClient(Users, 'localhost:9090', { transport: 'http' });
  // @ts-expect-error: no service
  makeClient(User, 'localhost:9090');
  // @ts-expect-error: not in the module
  expectType<unknown>((await load<Module>('users.thrift')).Missing);

  // `close` is ours while the service has none.
  await users.close({ grace: 5 });
  const files = makeClient(Files, connect('localhost:9090'));
  const closed = await files.close('handle');
  expectType<Same<typeof closed, number>>(true);
  await files.$close({ grace: 5 });
  // @ts-expect-error: the service's own close takes a handle
  await files.close();

  const hidden = makeClient(Hidden, { path: '/run/x.sock' });
  await hidden.other();
  // @ts-expect-error: an object that has a `then` could not be awaited
  hidden.then;
  expectType<unknown>(await hidden.$call('then', []));
  const same: Client<Module['Users']> = users.$with({ timeout: 5 });
  await using disposed = same;
  await disposed.find(2n);
}

export async function streamed(): Promise<void> {
  const { Streams } = await load<Module>('users.thrift');
  const client = makeClient(Streams, 'localhost:9090', { messageTimeout: 1000 });
  for await (const user of client.watch('x', { timeout: Infinity, onTrailers: () => {} })) {
    expectType<Same<typeof user, User>>(true);
  }
  const size = await client.upload(['a', 'b'], { messageTimeout: 5 });
  expectType<Same<typeof size, number>>(true);
  const [first, rest] = await client.listed();
  expectType<Same<typeof first, number>>(true);
  for await (const user of rest) expectType<bigint>(user.id);
  expectType<Promise<unknown>>(client.anything());
  // @ts-expect-error: a stream is no promise
  client.watch('x').then(() => {});
  // @ts-expect-error: of another type
  client.upload([1]);
  // @ts-expect-error: one answer cannot be iterated over
  for await (const _ of client.upload([]));
}

export async function untyped(): Promise<void> {
  const { Users, User } = await load('users.thrift');
  const client = makeClient(Users, 'localhost:9090');
  const user = await client.find(1n);
  expectType<string>(user.name);
  await client.rename(1n, 'x', { timeout: 5 });
  await client.close();
  await client.$close();
  expectType<string>(new User({ id: 1n }).name);
  const again = loadSource('service S { void a() }');
  await makeClient(again.S, 'localhost:9090').a();
}
