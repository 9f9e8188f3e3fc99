/** What the compiler must know of what replaces generated code. Nothing here is run: `tsc` is the test. */
import {
  type ApacheConnection,
  type ApacheProtocol,
  type ApacheTransport,
  apacheChannel,
  apacheStruct,
  settling,
  toApache,
} from '../../src/apache/apache.ts';
import { load, makeClient, type Service, type StructClass } from '../../src/index.ts';

interface User {
  readonly id: bigint;
  readonly name: string | undefined;
}

interface Module {
  readonly Users: Service<{
    find(id: bigint): User;
    rename(id: bigint, name: string): void;
  }>;
  readonly User: StructClass<User, { id: bigint; name?: string | null }>;
}

declare function expectType<T>(value: T): void;

// As @types/thrift has them.
declare class TTransport implements ApacheTransport {
  flush(): void;
  commitPosition(): void;
}
declare class TProtocol {
  constructor(transport: TTransport);
}
interface TProtocol extends ApacheProtocol {
  getTransport(): TTransport;
}
declare function createClient<TClient>(
  client: new (output: TTransport, pClass: { new (transport: TTransport): TProtocol }) => TClient,
  connection: ApacheConnection,
): TClient;
declare function createServer<TProcessor, THandler>(
  processor: new (handler: THandler) => TProcessor,
  handler: THandler,
): void;
declare const connection: ApacheConnection;
declare const protocol: TProtocol;

export async function typed(): Promise<void> {
  const { Users, User } = await load<Module>('users.thrift');
  const { Client, Processor } = toApache(Users);

  const client = settling(createClient(Client, connection), connection);
  expectType<Promise<User>>(client.find(1n));
  expectType<Promise<void>>(client.rename(1n, 'x'));
  client.find(1n, (error: unknown, user) => expectType<User | undefined>(user ?? (error as undefined)));
  // @ts-expect-error: an argument of another type
  client.find('1');
  // @ts-expect-error: an argument too few
  client.rename(1n);
  // @ts-expect-error: no such method
  client.remove(1n);

  createServer(Processor, {
    find: id => ({ id, name: 'x' }),
    rename(id, name, result) {
      expectType<[bigint, string]>([id, name]);
      result(null);
    },
  });
  new Processor({ find: async id => ({ id, name: undefined }), rename() {} });
  // @ts-expect-error: a method that is missing
  new Processor({ find: id => ({ id, name: 'x' }) });
  // @ts-expect-error: a result of another type
  new Processor({ find: () => 5, rename() {} });
  // @ts-expect-error: an option that does not exist
  toApache(Users, { exposeError: true });

  const Adapted = apacheStruct(User);
  const user = new Adapted({ id: 1n });
  expectType<bigint>(user.id);
  user.write(protocol);
  const empty = new Adapted();
  empty.read(protocol);
  // @ts-expect-error: a value of another type
  new Adapted({ id: 'x' });

  expectType<Promise<User>>(makeClient(Users, apacheChannel(connection)).find(1n, { timeout: 5 }));
}
