import {
  type Client,
  type ClientOptions,
  type Context,
  type Handler,
  loadSource,
  makeClient,
  makeServer,
  RpcError,
  type Server,
  type ServerOptions,
  type Service,
  type StructClass,
  type TcpAddress,
} from '../../../src/index.ts';
import { closing } from '../../support/peers.ts';

interface NotFound extends Error {
  id: number;
}

/** A service of plain methods, and one that streams. */
export interface MixModule {
  readonly Mixed: Service<{
    ticks(count: number): AsyncIterable<number>;
    add(a: number, b: number): number;
    echo(value: Uint8Array): Uint8Array;
    blob(size: number): Uint8Array;
    nothing(): void;
    note(text: string): void;
    find(id: number): string;
    fail(code: string, text: string): string;
    slip(): string;
    lack(): string;
    wait(name: string): string;
    greet(name: string): string;
    again(key: string): string;
  }>;
  readonly Unknown: Service<{ missing(): string }>;
  readonly NotFound: StructClass<NotFound, { id: number }>;
}

export const loaded: MixModule = loadSource<MixModule>(
  `exception NotFound { 1: i32 id }
   service Mixed {
     i32 ticks(1: i32 count) (streaming.mode = "server")
     i32 add(1: i32 a, 2: i32 b)
     binary echo(1: binary value)
     binary blob(1: i32 size)
     void nothing()
     oneway void note(1: string text)
     string find(1: i32 id) throws (1: NotFound missing)
     string fail(1: string code, 2: string text)
     string slip()
     string lack()
     string wait(1: string name)
     string greet(1: string name)
     string again(1: string key) (idempotent)
   }
   service Unknown { string missing() }`,
  { onWarning: () => {} },
);

/** What a server of it has seen. */
export interface Mixing {
  readonly server: Server;
  readonly address: TcpAddress;
  readonly client: Client<MixModule['Mixed']>;
  /** The connections by which calls came. */
  readonly peers: Set<string>;
  readonly notes: string[];
  readonly reported: unknown[];
  /** Calls of `wait` that run, and the reasons why some were told to end. */
  readonly running: Map<string, () => void>;
  readonly aborted: Map<string, unknown>;
  /** Another client of it. */
  connect(options?: ClientOptions): Client<MixModule['Mixed']>;
}

/** A server of `Mixed`, and a client of it. */
export async function mixing(options: ClientOptions = {}, own: ServerOptions = {}): Promise<Mixing> {
  const peers = new Set<string>();
  const notes: string[] = [];
  const reported: unknown[] = [];
  const running = new Map<string, () => void>();
  const aborted = new Map<string, unknown>();
  let tries = 0;
  const handler: Handler<MixModule['Mixed']> = {
    async *ticks(count: number, { peer }: Context) {
      peers.add(peer);
      for (let i = 0; i < count; i++) yield i;
    },
    add(a, b, { peer }) {
      peers.add(peer);
      return a + b;
    },
    echo: value => value,
    blob: size => new Uint8Array(size),
    nothing() {},
    note(text, { peer }) {
      peers.add(peer);
      notes.push(text);
    },
    find(id) {
      if (id < 0) throw new loaded.NotFound({ id });
      return `found ${id}`;
    },
    fail(code, text) {
      throw new RpcError(code as 'NOT_FOUND', text, { details: { text, of: [1, 2] } });
    },
    slip() {
      throw new Error('a secret');
    },
    lack: () => undefined as unknown as string,
    wait: (name, { signal, peer }) =>
      new Promise((resolve, reject) => {
        peers.add(peer);
        running.set(name, () => resolve(name));
        signal.addEventListener('abort', () => {
          running.delete(name);
          aborted.set(name, signal.reason);
          reject(signal.reason);
        });
      }),
    greet(name, { metadata, responseMetadata }) {
      responseMetadata.set('said', name);
      return `${metadata.get('greeting') ?? 'hi'} ${name}`;
    },
    again(key) {
      if (tries++ % 2 === 0) throw new RpcError('UNAVAILABLE', 'not now');
      return key;
    },
  };
  const onError = (error: unknown) => void reported.push(error);
  const server = closing(makeServer(loaded.Mixed, handler, { onError, ...own }));
  const address = await server.listen({ port: 0 });
  const connect = (more: ClientOptions = {}) => closing(makeClient(loaded.Mixed, address, more));
  return { server, address, peers, notes, reported, running, aborted, connect, client: connect(options) };
}

/** Begins a stream, and leaves it in the middle. */
export async function streaming(
  client: Client<MixModule['Mixed']>,
): Promise<AsyncIterableIterator<number> & { return(): Promise<unknown> }> {
  const ticks = client.ticks(1_000_000, { timeout: Number.POSITIVE_INFINITY });
  const iterator = ticks[Symbol.asyncIterator]();
  await iterator.next();
  return iterator as AsyncIterableIterator<number> & { return(): Promise<unknown> };
}
